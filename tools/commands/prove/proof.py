"""Proves the steps of a source."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import subprocess
from collections.abc import Callable, Sequence

from tools.commands.prove import verdict
from tools.commands.prove.checker import Checker
from tools.commands.prove.program import Program, Source
from tools.commands.prove.steps import Step
from tools.commands.prove.verdict import Assertion
from tools.lib.problem import Problem

# The longest path of a name is walked once more than it has bytes, and each
# component once.
_BEYOND_NAMES = 3

# The bound of loops where no loop runs over a name.
_FEW = 3


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


def _prove(
    checker: Checker,
    program: pathlib.Path,
    step: Step,
    flags: Sequence[str],
    limit: float | None,
) -> Proof:
    try:
        messages, seconds = checker.prove(
            program,
            f"step_{step.name}",
            (step.name_bytes or _FEW) + _BEYOND_NAMES,
            flags,
            limit,
        )
    except subprocess.TimeoutExpired:
        return Proof(step, (), limit or 0, f"no answer in {limit:.0f} s")
    found = verdict.assertions(messages)
    why = "" if found else verdict.error(messages) or "CBMC gave no result"
    return Proof(step, tuple(found), seconds, why)


def prove(
    root: pathlib.Path,
    source_of: Callable[[Step], Source],
    steps: Sequence[Step],
    trace: bool = True,
    limit: float | None = None,
) -> list[Proof]:
    """Proves the steps, as many at a time as there are processors.

    `source_of` returns the source of a step. With `trace`, each assertion that
    is refuted has the way there."""
    checker = Checker()
    programs: dict[Source, Program] = {}
    try:
        paths = []
        for step in steps:
            source = source_of(step)
            if source not in programs:
                programs[source] = Program(checker, root, source)
            paths.append(programs[source].of(step))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(
                pool.map(
                    lambda pair: _prove(
                        checker,
                        pair[0],
                        pair[1],
                        ["--trace"] if trace else [],
                        limit,
                    ),
                    zip(paths, steps),
                )
            )
    finally:
        for program in programs.values():
            program.close()


def chosen(steps: Sequence[Step], name: str, rules: set[str]) -> list[Step]:
    """Returns the steps of that function, or all for a rule's id."""
    if name in rules:
        return list(steps)
    found = [step for step in steps if step.name == name]
    if not found:
        raise Problem(
            f"'{name}' is neither a rule nor one of "
            + ", ".join(step.name for step in steps)
        )
    return found
