"""The rule that each failure is charged to.

A crash is charged to the call in which it happened and is always shown,
whatever else is broken. Of rules that died in the same function, the rule on which
the others rest shows the crash.

A failed comparison is charged to its own rule: in a program the rule that the
report names, in a test the rule of the test. It is shown unless that rule rests on
another broken rule (RESTS_ON in capsule/contract.def), which then blocks it. What
a program reports is blocked only by a rule that its own tests have broken: a
program that could see that rule would have reported it.

A rule of which a test passes is broken for some arguments only. It blocks the
rules that rest on it directly, because RESTS_ON speaks of the arguments that tests
pass, and only if it is shown itself. A rule of which no test passes is broken for
all arguments, and whatever blocks it also blocks the rules that rest on it.

Rules may rest on each other, directly or through others. Of such rules, a rule that
is about every function is blocked by a rule about one function, and a rule that only
tests have broken by a rule that a program names, because all comparisons of the
program before that one held. Otherwise all of them are shown. What rests on such a
rule is blocked with it.

Tests of many rules share some comparisons: the message of an exception, and
what a test may not leave behind. Such a comparison says the rule that it is
about, "[ERR-5]". If nothing else fails in the tests of a rule, the rule rests on
that rule too, and what blocks that rule blocks it. The rule itself blocks only rules
that fail in the same way.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tools.lib.contract import Contract, Rule

# The rule that a failed comparison is about. GoogleTest may add lines to the text.
_ABOUT = re.compile(
    r"\[([A-Z0-9-]+-[0-9]+)\]\)?\s*(?:\Z|Expected: |Google Test trace:)"
)
_FUNCTION = re.compile(r"^worker: in (\w+)$", re.MULTILINE)

# The function that destroys an object, and what programs call to get there.
_DESTROY = "_Py_Dealloc"
_DESTROYS = re.compile(r"_Py(Py)?_Dealloc|Py_\w*(DECREF|CLEAR)")
_OF_DESTRUCTION = ("capsule destructors", "lifetime")

# Marks a comparison that is about the test's own rule.
_ITSELF = ""


class Failure(NamedTuple):
    """A test or a program that did not pass."""

    rule: str  # id of the rule of the test, or of the rule that a report names
    crashed: bool
    by_program: bool
    comparisons: tuple[str, ...] = ()  # the texts of those that failed
    functions: tuple[str, ...] = ()  # those of a crash, the innermost first


class Charge(NamedTuple):
    """The place that shows a failure."""

    rule: str  # id of the rule that the failure is charged to
    blocker: str  # id of the rule that blocks that rule, or ""


def functions_of(output: str) -> tuple[str, ...]:
    """Returns the functions in which a worker died, the innermost first."""
    return tuple(_FUNCTION.findall(output))


def covers(rule: Rule, function: str) -> bool:
    """True if the rule is about the function: it names the function, or all
    functions of that kind."""
    if rule.function == "every getter":
        return function.startswith("PyCapsule_Get")
    if rule.function == "every setter":
        return function.startswith("PyCapsule_Set")
    if rule.function in _OF_DESTRUCTION:
        return _DESTROYS.fullmatch(function) is not None
    return re.search(rf"\b{re.escape(function)}\b", rule.function) is not None


def _is_general(rule: Rule) -> bool:
    """True if the rule is about every function."""
    return rule.function.startswith("every function")


class Charges:
    """Charges the failures of one implementation."""

    def __init__(
        self,
        contract: Contract,
        failures: Iterable[Failure],
        holding: Iterable[str] = (),
    ) -> None:
        """`holding` are the ids of the rules of which a test has passed."""
        self._contract = contract
        # True if some rule is about the function. A thousand crashes ask the same
        # few functions.
        self._is_known = functools.cache(
            lambda function: any(covers(rule, function) for rule in contract.rules)
        )
        self._holding = set(holding)
        crashes: list[Failure] = []
        compared: list[Failure] = []
        for failure in failures:
            (crashes if failure.crashed else compared).append(failure)
        # The rules whose own tests and programs died in a function of the rule.
        self._crashed_itself = {f.rule for f in crashes if self._is_own(f)}
        # {rule: the innermost functions in which its tests and programs died}
        self._died_in: dict[str, set[str]] = {}
        for failure in crashes:
            died_in = self._died_in.setdefault(failure.rule, set())
            died_in.add(self._functions(failure)[0])
        # The rules that are shown whatever they rest on.
        self._certain = {self._place(failure) for failure in crashes}
        self._named_by_program = {f.rule for f in compared if f.by_program}
        self._broken_by_tests = {f.rule for f in compared if not f.by_program} | {
            f.rule for f in crashes if not f.by_program and self._place(f) == f.rule
        }
        # {broken rule: what its failures are about}
        self._about = {rule: {_ITSELF} for rule in self._certain}
        for failure in compared:
            about = self._about.setdefault(failure.rule, set())
            about.update(self._about_of(failure))
        self._compared = {failure.rule for failure in compared}
        self._blockers = self._find_blockers()

    def of(self, failure: Failure) -> Charge:
        """Returns where one of the failures is shown."""
        if failure.crashed:
            return Charge(self._place(failure), "")
        return Charge(failure.rule, self._blockers.get(failure.rule, ""))

    def _functions(self, failure: Failure) -> list[str]:
        """Returns the functions of a crash that some rule is about. A stack
        without one is that of a destruction: Py_DECREF() is a macro, and the
        function that it calls may jump into the destructor without a frame."""
        found = [name for name in failure.functions if self._is_known(name)]
        return found or [_DESTROY]

    def _is_own(self, failure: Failure) -> bool:
        """True if a crash happened in a function of the failure's own rule."""
        rule = self._contract[failure.rule]
        return any(covers(rule, name) for name in self._functions(failure))

    def _place(self, failure: Failure) -> str:
        """Returns the rule that a crash is charged to: the rule at the end of what the
        test's own rule rests on and died in the same function, or the own rule,
        whichever is about the function. Otherwise it is the function's first rule if
        its own tests die there too: then the function dies of ordinary arguments."""
        functions = self._functions(failure)
        base = self._base_of_crash(failure.rule, functions[0])
        for rule in (base, failure.rule):
            about = self._contract[rule]
            is_own = any(covers(about, name) for name in functions)
            if rule in self._crashed_itself and is_own:
                return rule
        rules = self._contract.rules
        first = next((r for r in rules if covers(r, functions[0])), None)
        if first and first.id in self._crashed_itself:
            return first.id
        return base

    def _base_of_crash(self, rule: str, function: str) -> str:
        """Returns the rule at the end of the chain that starts with `rule`: each
        rule rests on the next one, and all of them died in the function. A rule that
        names the function ends the chain. A rule about every function ends none,
        because it rests on rules about one."""
        seen = [rule]
        while True:
            if function in self._contract[seen[-1]].function.split():
                return seen[-1]
            found = (
                other
                for other in self._contract[seen[-1]].rests_on
                if function in self._died_in.get(other, ())
                and not _is_general(self._contract[other])
                and other not in seen
            )
            if (base := next(found, None)) is None:
                return seen[-1]
            seen.append(base)

    def _about_of(self, failure: Failure) -> set[str]:
        """Returns the ids of the rules that the failed comparisons are about;
        _ITSELF stands for the failure's own rule."""
        about = set()
        for text in failure.comparisons:
            found = _ABOUT.search(text)
            shared = found and found[1] in self._contract
            about.add(found[1] if found and shared else _ITSELF)
        if not about or failure.rule in about or failure.by_program:
            return {_ITSELF}
        return about

    def _rests_on(self, rule: str) -> list[str]:
        """Returns the broken rules that can block the rule, the nearest first."""
        if rule in self._certain:
            return []
        about = self._about[rule]
        others = list(self._contract[rule].rests_on)
        if _ITSELF not in about:
            others += sorted(about & self._compared)
        return [
            other
            for other in dict.fromkeys(others)
            if other != rule
            and other in self._about
            and (_ITSELF in self._about[other] or about <= self._about[other])
            and (
                other in self._broken_by_tests
                or rule not in self._named_by_program
            )
        ]

    def _rank(self, rule: str) -> tuple[bool, bool]:
        """Of rules that rest on each other, those of the lowest rank are shown."""
        general = _is_general(self._contract[rule])
        return general, rule not in self._named_by_program

    def _below(self, rule: str, passes_on: Callable[[str], bool]) -> list[str]:
        """Returns the rules that can block the rule, the nearest first: those that
        it rests on, and those that block a rule that passes this on."""
        found: list[str] = []
        left = [rule]
        while left:
            for other in self._rests_on(left.pop(0)):
                if other not in found:
                    found.append(other)
                    if passes_on(other):
                        left.append(other)
        return found

    def _find_blockers(self) -> dict[str, str]:
        """Returns the blocker of each rule that is blocked."""
        below = {rule: self._below(rule, lambda _: True) for rule in self._about}
        shown: set[str] = set()
        blockers: dict[str, str] = {}

        def blocks(other: str, rule: str, near: Sequence[str]) -> bool:
            """True if the other rule, which is shown, blocks the rule."""
            if rule in self._named_by_program and other not in self._broken_by_tests:
                return False
            if rule in below[other]:
                return self._rank(other) < self._rank(rule)
            return other in near

        def passes_on(other: str, rule: str) -> bool:
            """True if what blocks the other rule blocks the rule too."""
            blocker = blockers.get(other)
            in_a_circle = blocker is not None and other in below[blocker]
            return (
                in_a_circle or other not in self._holding or other in self._about[rule]
            )

        # A rule comes after the rules that it rests on.
        for rule in sorted(
            below, key=lambda rule: (len({rule, *below[rule]}), self._rank(rule))
        ):
            near = self._below(rule, lambda other: passes_on(other, rule))
            found = (o for o in below[rule] if o in shown and blocks(o, rule, near))
            if blocker := next(found, None):
                blockers[rule] = blocker
            else:
                shown.add(rule)
        return blockers
