"""Proves the steps of a source."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
from collections.abc import Callable, Sequence

from tools.commands.prove import unsound, verdict
from tools.commands.prove.checker import Checker, NoAnswer
from tools.commands.prove.program import Builder, Source
from tools.commands.prove.steps import Step
from tools.commands.prove.verdict import Assertion
from tools.lib.problem import Problem

# The longest path of a name is walked once more than it has bytes, and each
# component once.
_BEYOND_NAMES = 3

# The bound of loops where no loop runs over a name.
_FEW = 3

# What some state of a smaller set reaches, some state reaches. Names of two bytes
# differ, are equal at two addresses, and have a dot.
_NAMES_OF_REACH = 2


@dataclasses.dataclass(frozen=True)
class Proof:
    """The answer for one step."""

    step: Step
    assertions: tuple[Assertion, ...]
    seconds: float
    why: str = ""  # why there is no answer

    @property
    def verdict(self) -> str:
        """PROVED, REFUTED or NOT_ASKED."""
        return verdict.overall(self.assertions)


# Leaves out of the formula what no assertion depends on. A trace then lacks the
# choices that do not matter.
_SLICE = ("--slice-formula",)

# A destructor may destroy another capsule, and no step nests deeper. CBMC takes
# the function that a call through a pointer reaches for any function, so that each
# level of nesting takes many times longer. CBMC refuses a bound of a function that
# the program lacks.
_NESTED = "capsule_dealloc"


def _nesting(source: Source) -> list[str]:
    text = pathlib.Path(source.path).read_text(encoding="utf-8", errors="replace")
    return ["--unwindset", f"{_NESTED}:1"] if _NESTED in text else []


def _prove(
    checker: Checker,
    program: pathlib.Path,
    step: Step,
    flags: Sequence[str],
    trace: bool,
    limit: float | None,
) -> Proof:
    bound = (step.name_bytes or _FEW) + _BEYOND_NAMES
    try:
        messages, seconds = checker.prove(
            program, bound, (*_SLICE, *flags), limit
        )
        found = list(verdict.assertions(messages))
        first = first_refuted(found)
        if trace and first:
            again, more = checker.prove(
                program,
                bound,
                [*flags, "--trace", "--property", first.property],
                limit,
            )
            seconds += more
            traced = first_refuted(verdict.assertions(again))
            found[found.index(first)] = traced or first
    except NoAnswer:
        why = (
            f"no answer in {limit:.0f} s of processor time"
            if limit
            else "the system ended CBMC"
        )
        return Proof(step, (), limit or 0, why)
    why = "" if found else verdict.error(messages) or "CBMC gave no result"
    return Proof(step, tuple(found), seconds, why)


def _why_unsound(checker: Checker, root: pathlib.Path, source: Source) -> str:
    """Returns why nothing can be proved of the source and its headers; empty if
    nothing is in the way. CPython's own headers do not count: they are part of the
    environment."""
    flags = [f"-I{root}", *source.headers, *source.defines]
    text = checker.preprocess(source.path, flags)
    headers = () if source.core else source.includes
    return unsound.why(text, (source.path, *headers))


def first_refuted(found: Sequence[Assertion]) -> Assertion | None:
    """Returns the refuted assertion that says most: one of a rule, if any."""
    refuted = [each for each in found if each.verdict == verdict.REFUTED]
    refuted.sort(key=lambda each: each.rule == verdict.SAFETY)
    return refuted[0] if refuted else None


def prove(
    root: pathlib.Path,
    source_of: Callable[[Step], Source],
    steps: Sequence[Step],
    trace: bool = True,
    limit: float | None = None,
    builder: Builder | None = None,
    tell: Callable[[Proof], None] = lambda proof: None,
    flags: Sequence[str] = (),
) -> list[Proof]:
    """Proves the steps, as many at a time as there are processors.

    `source_of` returns the source of a step. With `trace`, the first assertion
    that is refuted has the way there. `builder` keeps what it built for the next
    call. `tell` is called with each proof as soon as it is there. `flags` are
    CBMC's."""
    checker = Checker()
    own = builder or Builder(checker, root)
    try:

        def answer(step: Step) -> Proof:
            source = source_of(step)
            path = own.program(step, source)
            own_flags = [*flags, *_nesting(source)]
            found = _prove(checker, path, step, own_flags, trace, limit)
            if found.verdict == verdict.PROVED:
                why = _why_unsound(checker, root, source)
                found = Proof(step, (), found.seconds, why) if why else found
            tell(found)
            return found

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(answer, steps))
    finally:
        if builder is None:
            own.close()


@dataclasses.dataclass(frozen=True)
class Reach:
    """Which assertions of a step some state reaches."""

    step: Step
    reached: tuple[Assertion, ...]
    missing: tuple[Assertion, ...]


def reach(
    root: pathlib.Path, source_of: Callable[[Step], Source], steps: Sequence[Step]
) -> list[Reach]:
    """Asks the checker for a state that reaches each assertion of the steps."""
    small = [
        (
            dataclasses.replace(step, name_bytes=_NAMES_OF_REACH)
            if step.subject.has_names
            else step
        )
        for step in steps
    ]
    builder = Builder(Checker(), root, ["STEP_REACH"])
    try:
        proofs = prove(
            root,
            source_of,
            small,
            trace=False,
            builder=builder,
            flags=["--no-standard-checks"],
        )
    finally:
        builder.close()
    return [_reach(found) for found in proofs]


def _reach(found: Proof) -> Reach:
    own = [
        each
        for each in found.assertions
        if each.rule != verdict.SAFETY and _of_step(each)
    ]
    reached = [each for each in own if each.verdict == verdict.REFUTED]
    missing = [each for each in own if each.verdict != verdict.REFUTED]
    return Reach(found.step, tuple(reached), tuple(missing))


def _of_step(assertion: Assertion) -> bool:
    """True if the assertion stands in a step, not in the environment, where some
    wait for a defect."""
    file = assertion.place.partition(":")[0]
    return file.endswith(
        ("_steps.c", "imports.c", "cobject_calls.c", "errors_state.c")
    )


def chosen(
    steps: Sequence[Step], name: str, rules: dict[str, str]
) -> list[Step]:
    """Returns the steps of a function, or of the function that a rule is about.

    `rules` has the function of each rule. A rule about something else than a
    function of a step can be in any step."""
    if name in rules:
        own = [step for step in steps if step.name == rules[name]]
        return own or list(steps)
    found = [step for step in steps if step.name == name]
    if not found:
        raise Problem(
            f"'{name}' is neither a rule nor one of "
            + ", ".join(dict.fromkeys(step.name for step in steps))
        )
    return found
