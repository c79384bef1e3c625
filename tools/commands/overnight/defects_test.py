"""Tests of the comparison of findings: one defect, one finding; two defects, two."""

import dataclasses
import time
from collections.abc import Sequence

import pytest

from tools.commands.overnight import defects, experiments
from tools.commands.overnight.defects import Shown
from tools.commands.overnight.experiments import Experiments
from tools.lib.contract import Contract, Rule


def rule(ident: str, *rests_on: str) -> Rule:
    return Rule(
        ident, ident.replace("-", "_"), "", "", "observed", "", "", rests_on=rests_on
    )


CONTRACT = Contract(
    [
        rule("GETP-3"),
        rule("VAL-1"),
        rule("IMP-2", "VAL-1"),
        rule("SETC-1"),
        rule("CTX-1", "SETC-1"),
    ]
)


def finding(signature: str, *calls: str, is_always: bool = True) -> Shown:
    """Returns a finding whose last call fails."""
    return Shown(
        signature,
        *defects.parts(signature),
        calls,
        len(calls) - 1 if calls else None,
        is_always,
    )


MISMATCH = "NULL, ValueError: PyCapsule_GetPointer called with incorrect name"


@pytest.mark.parametrize(
    "one, other",
    [
        (  # which wrong value it was does not matter
            f"GETP-3 PyCapsule_GetPointer: {MISMATCH}; #, no exception",
            f"GETP-3 PyCapsule_GetPointer: {MISMATCH}; another address, no exception",
        ),
        (
            "SETC-1 PyCapsule_SetContext: context #; context #",
            "SETC-1 PyCapsule_SetContext: context #; context NULL",
        ),
        (  # the rule depends on where the call stands
            "SETC-1 PyCapsule_SetContext: context #; context #",
            "DTOR-3 PyCapsule_SetContext: context #; context #",
        ),
        (  # the harness calls PyCapsule_GetPointer
            f"GETP-3 PyCapsule_GetPointer: {MISMATCH}; #, no exception",
            f"BUG-1 consume: {MISMATCH}; #, no exception",
        ),
        (
            "SETC-1 PyCapsule_SetContext: context #; context #",
            "CTX-1 hold: context #; context another address",
        ),
        (
            "VAL-1 PyCapsule_IsValid: 0, no exception; 1, no exception",
            "VAL-1 free_pointer_if: 0; 1",
        ),
        (
            "AddressSanitizer: heap-use-after-free in names_match, PyCapsule_IsValid",
            "AddressSanitizer: heap-use-after-free in names_match, PyCapsule_Import",
        ),
        (  # the class depends on the address
            "AddressSanitizer: attempting double-free in capsule_dealloc",
            "AddressSanitizer: alloc-dealloc-mismatch in capsule_dealloc",
        ),
        (
            "SETN-1 PyCapsule_SetName: name #; name #",
            "AddressSanitizer: heap-use-after-free in PyCapsule_SetName",
        ),
    ],
)
def test_signatures_of_one_defect(one: str, other: str) -> None:
    a, b = finding(one), finding(other)
    assert defects.why_same(a, b, CONTRACT)
    assert defects.why_same(b, a, CONTRACT)


@pytest.mark.parametrize(
    "one, other",
    [
        (
            "VAL-1 PyCapsule_IsValid: 0; 1",
            f"GETP-3 PyCapsule_GetPointer: {MISMATCH}; #, no exception",
        ),
        (
            "GETC-1 PyCapsule_GetContext: #, no exception; NULL, no exception",
            "GETD-1 PyCapsule_GetDestructor: #, no exception; NULL, no exception",
        ),
        (
            "VAL-1 PyCapsule_IsValid: 0; 1",
            "VAL-1 PyCapsule_IsValid: 1; 0",
        ),
        (
            "AddressSanitizer: heap-use-after-free in names_match, PyCapsule_IsValid",
            "AddressSanitizer: heap-buffer-overflow in names_match, PyCapsule_IsValid",
        ),
        (
            "AddressSanitizer: heap-use-after-free",
            "AddressSanitizer: heap-use-after-free",
        ),
        (
            "SETC-1 PyCapsule_SetContext: context #; context NULL",
            "SETC-1 PyCapsule_SetContext: context NULL; context #",
        ),
        (
            "CTX-1 hold: context #; context #",
            "VAL-1 free_pointer_if: 0; 1",
        ),
    ],
)
def test_signatures_that_do_not_say_that_they_are_one_defect(
    one: str, other: str
) -> None:
    assert not defects.why_same(finding(one), finding(other), CONTRACT)


# --- experiments ----------------------------------------------------------------

GETP = "GETP-3 PyCapsule_GetPointer: NULL; #"
VAL = "VAL-1 PyCapsule_IsValid: 0; 1"
IMP = "IMP-2 PyCapsule_Import: NULL; #"


class Implementation:
    """Runs programs of one capsule. `get` and `valid` are the comparisons of names in
    PyCapsule_GetPointer and PyCapsule_IsValid: (the capsule's name, the given name)."""

    def __init__(self, get: str, valid: str) -> None:
        self._match = {"GetPointer": get, "IsValid": valid}
        self.runs = 0

    def run(self, calls: Sequence[str]) -> str:
        self.runs += 1
        stored, given = calls[0].split(", ")[1], calls[-1][:-1].split(", ")[1]
        function = calls[-1].partition("(")[0].removeprefix("PyCapsule_")
        is_equal = stored == given
        stored, given = stored.rstrip('"'), given.rstrip('"')
        says = {
            "right": is_equal,
            "given is a prefix": stored.startswith(given),
            "stored is a prefix": given.startswith(stored),
            "anything": True,
        }[self._match[function]]
        if says == is_equal:
            return ""
        return GETP if function == "GetPointer" else VAL


def found_by(get: tuple[str, str], valid: tuple[str, str]) -> tuple[Shown, Shown]:
    """Returns a finding of each function, which shows for these two names."""
    return (
        finding(
            GETP,
            f'c0 = PyCapsule_New(0x1, "{get[0]}", NULL)',
            f'PyCapsule_GetPointer(c0, "{get[1]}")',
        ),
        finding(
            VAL,
            f'c0 = PyCapsule_New(0x2, "{valid[0]}", NULL)',
            f'PyCapsule_IsValid(c0, "{valid[1]}")',
        ),
    )


def compare(
    implementation: Implementation, a: Shown, b: Shown, seconds: float = 60
) -> str:
    return Experiments(implementation.run, CONTRACT, seconds).why_same(a, b)


def test_functions_that_share_a_wrong_comparison_are_one_defect() -> None:
    broken = Implementation("given is a prefix", "given is a prefix")
    a, b = found_by(("a", ""), ("ab", "a"))
    assert compare(broken, a, b) == (
        "PyCapsule_GetPointer and PyCapsule_IsValid fail for the same arguments"
    )


def test_a_name_may_be_null() -> None:
    a, b = found_by(("", "x"), ("", "x"))
    calls = "c0 = PyCapsule_New(0x1, NULL, NULL)", b.calls[1]
    b = dataclasses.replace(b, calls=calls)
    assert compare(Implementation("anything", "anything"), a, b)


def test_the_two_names_may_change_places() -> None:
    broken = Implementation("given is a prefix", "stored is a prefix")
    assert compare(broken, *found_by(("a", ""), ("", "a")))


def test_functions_with_two_defects_are_two() -> None:
    names = ("a", ""), ("a", "")
    assert not compare(
        Implementation("anything", "given is a prefix"), *found_by(*names)
    )
    assert not compare(
        Implementation("given is a prefix", "anything"), *found_by(*names)
    )
    # With only one of the two defects, the other finding came from elsewhere.
    assert not compare(Implementation("anything", "right"), *found_by(*names))


def test_a_rule_that_rests_on_another_follows_if_the_other_fails_too() -> None:
    _, valid = found_by(("a", ""), ("a", ""))
    found = finding(
        IMP,
        'c0 = PyCapsule_New(0x1, "pack.a", NULL)',
        'PyModule_AddObject("pack", "", c0)',
        'PyCapsule_Import("pack.", 0)',
    )
    assert compare(Implementation("right", "given is a prefix"), valid, found) == (
        "IMP-2 rests on VAL-1, and PyCapsule_IsValid fails in the same program"
    )
    assert not compare(Implementation("right", "stored is a prefix"), valid, found)


def test_experiments_end_when_their_time_is_over() -> None:
    broken = Implementation("anything", "anything")
    begin = time.monotonic()
    assert not compare(broken, *found_by(("a", ""), ("a", "")), seconds=0)
    assert not broken.runs and time.monotonic() - begin < 10


def test_a_call_gets_the_arguments_of_another() -> None:
    assert (
        experiments.with_function(
            'p1 = PyCapsule_GetPointer(c3, "a, \\"b")', "PyCapsule_IsValid(c0, NULL)"
        )
        == 'PyCapsule_IsValid(c3, "a, \\"b")'
    )
    assert (
        experiments.with_function(
            "PyCapsule_GetName(s0)", "PyCapsule_SetPointer(c1, p4)"
        )
        == "PyCapsule_SetPointer(s0, 0x1)"
    )


# --- groups ---------------------------------------------------------------------


def test_groups_join_through_a_finding_of_both() -> None:
    assert defects.groups("abcd", [("c", "a"), ("d", "b")]) == [
        ["a", "c"],
        ["b", "d"],
    ]
    assert defects.groups("abcd", [("b", "a"), ("d", "c"), ("d", "a")]) == [
        ["a", "b", "c", "d"]
    ]


def test_the_head_of_a_group_says_most_clearly_what_is_wrong() -> None:
    imported = finding(IMP, "x")
    harness = finding("VAL-1 free_pointer_if: 0; 1", "x")
    error = finding("AddressSanitizer: SEGV in PyCapsule_IsValid", "x")
    clear = finding(VAL, "x", "y", "z")
    assert defects.head([imported, harness, error, clear], CONTRACT) == clear
