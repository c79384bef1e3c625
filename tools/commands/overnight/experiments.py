"""Compares two defects by experiments: do their functions fail for the same arguments?

Programs of findings are minimised, so they have the form

    c0 = PyCapsule_New(0x1, "a", NULL)
    PyCapsule_GetPointer(c0, "")

An experiment puts the other finding's function in the place of the last call, and other
names in the place of the two names. Two functions that share a defect fail for the same
names, or for the same names in exchanged roles. Functions with two defects differ for
some names, unless the defects are alike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence

from tools.commands.overnight import defects
from tools.commands.overnight.defects import Shown
from tools.lib.contract import Contract

# Runs a program; returns the signature of what it shows, or "".
Run = Callable[[Sequence[str]], str]

# Pairs of names: the capsule's and the one that a call gives. Each pair is used in
# both orders.
_NAMES = (
    ('"a"', '"ab"'),
    ('"a"', '"b"'),
    ('"a"', '"A"'),
    ('""', '"a"'),
    ('""', "NULL"),
)

_CALL = re.compile(r"(?:\w+ = )?(?P<function>\w+)\((?P<arguments>.*)\)")
_ARGUMENT = re.compile(r'"(?:[^"\\]|\\.)*"|[^,\s][^,]*')
_NEW = re.compile(r"(?P<slot>c\d+) = PyCapsule_New\(")
_OWN_SLOT = re.compile(r"[a-z]\d+")

# Functions whose second argument is a name.
_NAMED = ("PyCapsule_GetPointer", "PyCapsule_IsValid", "PyCapsule_SetName")
_WITHOUT_CAPSULE = ("PyCapsule_New", "PyCapsule_Import")

_MOST_RUNS = 10  # of a program that shows its finding only now and then


class Experiments:
    """Compares findings of one target.

    run      runs a program
    seconds  how long all experiments may take together
    """

    def __init__(self, run: Run, contract: Contract, seconds: float) -> None:
        self._run = run
        self._contract = contract
        self._end = time.monotonic() + seconds
        self._cache: dict[tuple[str, ...], tuple[str, str]] = {}

    def why_same(self, a: Shown, b: Shown) -> str:
        """Returns why two findings show the same defect; "" if the experiments do not
        show that they do."""
        if a.is_always and b.is_always and self._fail_alike(a, b):
            return f"{_called(a)[0]} and {_called(b)[0]} fail for the same arguments"
        for one, other in ((a, b), (b, a)):
            if defects.rests_on(one, other, self._contract) and self._precedes(
                other, one
            ):
                return (
                    f"{one.rule} rests on {other.rule}, and {_called(other)[0]} fails "
                    "in the same program"
                )
        return ""

    def _fail_alike(self, a: Shown, b: Shown) -> bool:
        if not (_takes_capsule(a) and _takes_capsule(b)):
            return False
        return any(
            all(self._agree(base, a, b, exchange) for base in (a, b))
            for exchange in (False, True)
        )

    def _agree(self, base: Shown, a: Shown, b: Shown, exchange: bool) -> bool:
        """True if the functions of `a` and `b` fail for the same names in the program
        of `base`, and do fail for some. With `exchange`, the two names change places
        for one of the functions."""
        fail = False
        for pair in _pairs(base):
            of_a = self._fails(base, a, pair)
            if of_a != self._fails(base, b, pair and pair[::-1] if exchange else pair):
                return False
            fail = fail or of_a
        return fail

    def _fails(
        self, base: Shown, other: Shown, names: tuple[str, str] | None
    ) -> bool:
        """True if the function of `other` fails in the program of `base`."""
        assert base.failing is not None
        calls = list(base.calls[: base.failing])
        last = with_function(base.calls[base.failing], _failing(other))
        if names:
            calls, last = with_names(calls, last, names)
        return self._shows([*calls, last], other)

    def _precedes(self, first: Shown, later: Shown) -> bool:
        """True if the function of `first` fails for a capsule that the program of
        `later` makes, with the name that its failing call gives."""
        if not _takes_capsule(first) or later.failing is None:
            return False
        _, arguments = _parts(later.calls[later.failing])
        names = [text for text in arguments if text.startswith('"')]
        call = _failing(first)
        for number, made in enumerate(later.calls[: later.failing], 1):
            match = _NEW.match(made)
            if match:
                given = f"{_parts(call)[0]}({', '.join([match['slot'], *names[:1]])})"
                program = [*later.calls[:number], with_function(given, call)]
                if self._shows(program, first):
                    return True
        return False

    def _shows(self, calls: Sequence[str], wanted: Shown) -> bool:
        """True if the function shows this kind of difference in a program."""
        key = tuple(calls)
        aim = (wanted.function, wanted.kind or wanted.rule)
        if key in self._cache:
            return self._cache[key] == aim
        for _ in range(1 if wanted.is_always else _MOST_RUNS):
            if time.monotonic() > self._end:
                break
            rule, function, _, kind = defects.parts(self._run(calls))
            self._cache[key] = (function, kind or rule)
            if self._cache[key] == aim:
                return True
        return False


def _failing(finding: Shown) -> str:
    assert finding.failing is not None
    return finding.calls[finding.failing]


def _called(finding: Shown) -> tuple[str, list[str]]:
    return _parts(_failing(finding))


def _parts(call: str) -> tuple[str, list[str]]:
    """Returns (function, arguments) of a call."""
    match = _CALL.match(call)
    if not match:
        return "", []
    return match["function"], _ARGUMENT.findall(match["arguments"])


def _takes_capsule(finding: Shown) -> bool:
    """True if the failing call is one of the implementation on a capsule."""
    if finding.failing is None:
        return False
    function, arguments = _called(finding)
    return (
        function == finding.function
        and function not in _WITHOUT_CAPSULE
        and not finding.is_of_harness
        and bool(arguments)
    )


def _is_literal(argument: str) -> bool:
    return argument == "NULL" or argument.startswith('"')


def _name(call: str) -> str:
    """Returns the name that a call on a capsule gives; "" if the function takes
    none."""
    function, arguments = _parts(call)
    return arguments[1] if function in _NAMED and len(arguments) > 1 else ""


def with_function(call: str, other: str) -> str:
    """Returns a call of the function of `other` with the arguments of `call`: the
    object, and the name if both functions take one. Further arguments are those of
    `other`, with a number in place of its slots."""
    _, own = _parts(call)
    name = _name(call)
    function, arguments = _parts(other)
    new = [own[0]]
    for argument in arguments[1:]:
        if function in _NAMED and name:
            argument = name
        elif _OWN_SLOT.fullmatch(argument):
            argument = "0x1"
        new.append(argument)
    return f"{function}({', '.join(new)})"


def _pairs(base: Shown) -> list[tuple[str, str] | None]:
    """Returns the pairs of names to try in the program; [None] if it has no two
    names."""
    assert base.failing is not None
    _, arguments = _called(base)
    if not _name(_failing(base)):
        return [None]
    if _maker(base.calls[: base.failing], arguments[0]) is None:
        return [None]
    return [pair for names in _NAMES for pair in (names, names[::-1])]


def _maker(calls: Sequence[str], slot: str) -> int | None:
    """Returns the position of the call that made the capsule with a literal name."""
    for number in reversed(range(len(calls))):
        match = _NEW.match(calls[number])
        if match and match["slot"] == slot:
            name = _parts(calls[number])[1][1]
            return number if _is_literal(name) else None
    return None


def with_names(
    calls: Iterable[str], last: str, names: tuple[str, str]
) -> tuple[list[str], str]:
    """Returns the program with names[0] as the name of the capsule and names[1] as
    the name that the last call gives."""
    found = list(calls)
    function, arguments = _parts(last)
    maker = _maker(found, arguments[0])
    assert maker is not None
    pointer, _, destructor = _parts(found[maker])[1]
    made = f"PyCapsule_New({pointer}, {names[0]}, {destructor})"
    found[maker] = f"{arguments[0]} = {made}"
    if function in _NAMED:
        arguments[1] = names[1]
    return found, f"{function}({', '.join(arguments)})"
