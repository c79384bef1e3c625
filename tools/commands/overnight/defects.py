"""Decides which findings show the same defect.

A part of an implementation that several functions share shows a defect under the rule
of each of them: a wrong comparison of names under those of PyCapsule_GetPointer,
PyCapsule_IsValid and PyCapsule_Import. Two findings become one if

- the same function shows the same kind of difference, whatever the rule, or
- a sanitizer reports an error in the same innermost function: of the same class, or
  where the other finding is a difference, or
- both have the same kind of difference, one of them in a call of the harness, such as
  consume(), and one rule is or rests on the other (RESTS_ON in
  capsule/contract.def), or
- experiments show that their functions fail for exactly the same arguments, or
- the rule of one rests on the rule of the other, and the function of the other fails
  for a capsule that the program of the one makes.

The last two change the calls of the two programs and run them; see experiments.py.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tools.commands.overnight import signature
from tools.lib.contract import Contract

_DIFFERENCE = re.compile(r"(?P<rule>[A-Z0-9]+(?:-[A-Z0-9]+)+) (?P<function>.+?): ")
_FUNCTION = re.compile(r"PyCapsule_\w+")

# Wrong values that no rule tells apart, and words that add nothing to a result.
_VALUE = re.compile(r"#|another address|another object|a payload that has no slot now")
_SUCCESS = ", no exception"

# A field that has a wrong value: NULL is as wrong as any other.
_FIELD = re.compile(r"(; (?:pointer|name|context|destructor)) NULL$")

# The classes of one error: free() of an address that must not be freed. The class
# depends on what the address happens to be.
_BAD_FREE = re.compile(r"attempting (double-)?free|alloc-dealloc-mismatch")


@dataclasses.dataclass(frozen=True)
class Shown:
    """A finding, as far as the comparison with others needs it.

    rule      the rule, or the class of a sanitizer's error
    function  the function of the implementation that fails; a call of the harness
              if the report names no such function
    during    the call during which it fails
    kind      the kind of difference; "" if a sanitizer reported the finding
    calls     the calls of the program
    failing   the position of the call that fails in `calls`; None if it is none of
              them
    is_always True if each run shows the finding
    """

    identity: str
    rule: str
    function: str
    during: str
    kind: str
    calls: tuple[str, ...] = ()
    failing: int | None = None
    is_always: bool = True

    @property
    def is_of_harness(self) -> bool:
        """True if the finding shows in a call of the harness, such as consume()."""
        return bool(self.kind) and not _FUNCTION.fullmatch(self.during)


def parts(text: str) -> tuple[str, str, str, str]:
    """Returns (rule, function, call, kind of difference) of a signature."""
    match = _DIFFERENCE.match(text)
    if not match:
        name, _, functions = text.partition(" in ")
        function = functions.partition(",")[0]
        return _BAD_FREE.sub("bad free", name), function, function, ""
    kind = _VALUE.sub("#", text[match.end() :].replace(_SUCCESS, ""))
    kind = _FIELD.sub(r"\1 #", kind)
    # A call of the harness may say which function of the implementation fails.
    named = _FUNCTION.search(kind.partition(";")[0])
    during = match["function"]
    function = named[0] if named and not _FUNCTION.fullmatch(during) else during
    return match["rule"], function, during, kind


def shown(identity: str, values: Mapping[str, Any]) -> Shown:
    """Returns what a finding of records.read() shows."""
    rule, function, during, kind = parts(values["signature"])
    calls = tuple(
        line
        for line in values["program"].splitlines()
        if line and not line.startswith("#")
    )
    failing = signature.failing_call(values["report"])
    return Shown(
        identity,
        rule,
        function,
        during,
        kind,
        calls,
        failing if failing is not None and failing < len(calls) else None,
        values["verdict"].startswith("always"),
    )


def why_same(a: Shown, b: Shown, contract: Contract) -> str:
    """Returns why two findings show the same defect, as far as the signatures say
    so; "" if they do not."""
    if a.function and a.function == b.function:
        if a.kind == b.kind:
            is_same = bool(a.kind) or a.rule == b.rule
            return f"the same failure in {a.function}" if is_same else ""
        if not a.kind or not b.kind:
            return f"an error and a difference in {a.function}"
    if a.kind != b.kind or not a.kind:
        return ""
    if not (a.is_of_harness or b.is_of_harness):
        return ""
    if a.rule == b.rule:
        return "the same difference from the same rule"
    for one, other in ((a, b), (b, a)):
        if rests_on(one, other, contract):
            return f"the same difference, and {one.rule} rests on {other.rule}"
    return ""


def rests_on(a: Shown, b: Shown, contract: Contract) -> bool:
    """True if the rule of `a` rests on the rule of `b`."""
    return a.rule in contract and b.rule in contract[a.rule].rests_on


# --- groups --------------------------------------------------------------------


def groups(
    identities: Iterable[str], same: Iterable[Collection[str]]
) -> list[list[str]]:
    """Returns the identities in groups: `same` has pairs that belong together. Keeps
    the order."""
    found: list[list[str]] = [[identity] for identity in identities]
    for pair in same:
        joined = [group for group in found if not set(pair).isdisjoint(group)]
        for group in joined[1:]:
            joined[0] += group
            found.remove(group)
    return found


def head(group: Sequence[Shown], contract: Contract) -> Shown:
    """Returns the finding that says most clearly what is wrong: a difference whose
    rule rests on no other rule of the group, in a function of the implementation, with
    the shortest program."""

    def order(one: Shown) -> tuple[bool, bool, bool, bool, int]:
        return (
            not one.calls,
            not one.kind,
            any(rests_on(one, other, contract) for other in group),
            one.is_of_harness,
            len(one.calls),
        )

    return min(group, key=order)
