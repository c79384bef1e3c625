"""Tests of tools/commands/conformance/charge.py: the rule to which a failure is
charged, and the rules that block others."""

import pytest

from tools.commands.conformance.charge import (
    Charge,
    Charges,
    Failure,
    covers,
    functions_of,
)
from tools.lib.contract import Contract, Rule

# id, function, rests on
ROWS: list[tuple[str, str, tuple[str, ...]]] = [
    ("NEW-1", "PyCapsule_New", ()),
    ("NEW-2", "PyCapsule_New", ("ERR-5",)),
    ("NEW-4", "PyCapsule_New", ("NEW-1",)),
    ("GETC-1", "PyCapsule_GetContext", ("NEW-1", "SETC-1")),
    ("GET-ALL-1", "every getter", ()),
    ("SETC-1", "PyCapsule_SetContext", ("NEW-1", "GETC-1")),
    ("ERR-5", "every function", ("NEW-2",)),
    ("DTOR-1", "capsule destructors", ("NEW-1",)),
    ("DTOR-2", "capsule destructors", ("GETC-1",)),
    ("TYPE-1", "PyCapsule", ("NEW-1",)),
    ("LIFE-1", "lifetime", ("NEW-1",)),
    ("API-1", "exported tables", ("DTOR-2",)),
    ("SET-ALL-1", "every setter", ("ERR-2",)),
    ("SET-ALL-2", "every setter", ("SET-ALL-1",)),
    ("ERR-2", "every function", ("SET-ALL-1",)),
    # Three rules that rest on each other in a circle, and one that rests on it.
    ("GETP-1", "PyCapsule_GetPointer", ("SETP-1",)),
    ("SETP-1", "PyCapsule_SetPointer", ("SETN-1",)),
    ("SETN-1", "PyCapsule_SetName", ("GETP-1",)),
    ("VAL-4", "PyCapsule_IsValid", ("GETP-1",)),
]
CONTRACT = Contract(
    [
        Rule(id, id.replace("-", "_"), "", function, "documented", "t", "s", "", (), on)
        for id, function, on in ROWS
    ]
)
OWN, LEFT = "a.cc:1: x", "a.cc:2: blocks [TYPE-1]"
MESSAGE = "a.cc:3: Value of: y\n  Actual: false (pending is z [ERR-5])\nExpected: true"


def test(rule: str, *comparisons: str) -> Failure:
    return Failure(rule, False, False, comparisons or (OWN,))


def program(rule: str) -> Failure:
    return Failure(rule, False, True)


def crash(rule: str, *functions: str) -> Failure:
    return Failure(rule, True, False, (), functions)


def shown(*failures: Failure, holding: tuple[str, ...] = ()) -> list[str]:
    """Returns the rule of each failure; a colon and the blocking rule follow.
    `holding` are the rules of which a test has passed."""
    charges = Charges(CONTRACT, failures, holding)
    return [":".join(part for part in charges.of(f) if part) for f in failures]


test.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "failures, expected",
    [
        # One rule alone, whatever fails.
        ([test("API-1")], ["API-1"]),
        ([test("API-1", LEFT)], ["API-1"]),
        # It rests on a broken rule, directly or through others that fail.
        ([test("NEW-4"), test("NEW-1")], ["NEW-4:NEW-1", "NEW-1"]),
        (
            [test("API-1"), test("DTOR-2"), test("GETC-1")],
            ["API-1:GETC-1", "DTOR-2:GETC-1", "GETC-1"],
        ),
        # Not through rules that hold.
        ([test("API-1"), test("GETC-1")], ["API-1", "GETC-1"]),
        # Two rules rest on each other: either of them may be the broken rule.
        ([test("GETC-1"), test("SETC-1")], ["GETC-1", "SETC-1"]),
        (
            [test("GETC-1"), test("SETC-1"), test("NEW-1")],
            ["GETC-1:NEW-1", "SETC-1:NEW-1", "NEW-1"],
        ),
        # A program knows it.
        (
            [test("GETC-1"), test("SETC-1"), program("SETC-1")],
            ["GETC-1:SETC-1", "SETC-1", "SETC-1"],
        ),
        # A finding of a program may rest on a rule that a test found broken,
        ([program("NEW-4"), test("NEW-1")], ["NEW-4:NEW-1", "NEW-1"]),
        # but another program is no reason.
        ([program("NEW-4"), program("NEW-1")], ["NEW-4", "NEW-1"]),
        # A rule about every function is blocked by the rule about one function.
        ([test("ERR-5"), test("NEW-2")], ["ERR-5:NEW-2", "NEW-2"]),
        ([program("ERR-5"), test("NEW-2")], ["ERR-5:NEW-2", "NEW-2"]),
    ],
)
def test_what_is_shown_of_failed_comparisons(
    failures: list[Failure], expected: list[str]
) -> None:
    assert shown(*failures) == expected


@pytest.mark.parametrize(
    "holding, expected",
    [
        # NEW-1 blocks all rules that rest on it, directly or not.
        ((), ["NEW-1", "GETC-1:NEW-1", "DTOR-2:NEW-1", "API-1:NEW-1"]),
        # It is broken for some arguments only: those of GETC-1.
        (("NEW-1",), ["NEW-1", "GETC-1:NEW-1", "DTOR-2:NEW-1", "API-1:NEW-1"]),
        # GETC-1 is blocked, and does not explain what rests on it.
        (("GETC-1",), ["NEW-1", "GETC-1:NEW-1", "DTOR-2", "API-1:DTOR-2"]),
        (("GETC-1", "DTOR-2"), ["NEW-1", "GETC-1:NEW-1", "DTOR-2", "API-1:DTOR-2"]),
        # DTOR-2 is blocked, and API-1 rests on nothing else.
        (("DTOR-2",), ["NEW-1", "GETC-1:NEW-1", "DTOR-2:NEW-1", "API-1"]),
    ],
)
def test_a_rule_of_which_a_test_passes_blocks_only_what_rests_on_it_directly(
    holding: tuple[str, ...], expected: list[str]
) -> None:
    failures = [test("NEW-1"), test("GETC-1"), test("DTOR-2"), test("API-1")]
    assert shown(*failures, holding=holding) == expected


@pytest.mark.parametrize(
    "failures, expected",
    [
        # Only the shared comparison fails, also in the tests of its own rule.
        ([test("LIFE-1", LEFT), test("TYPE-1", LEFT)], ["LIFE-1:TYPE-1", "TYPE-1"]),
        ([test("LIFE-1", MESSAGE), program("ERR-5")], ["LIFE-1:ERR-5", "ERR-5"]),
        # It fails nowhere else.
        ([test("LIFE-1", LEFT), test("GETC-1")], ["LIFE-1", "GETC-1"]),
        # A comparison of the test fails too: a leak does not explain that.
        ([test("LIFE-1", OWN, LEFT), test("TYPE-1", LEFT)], ["LIFE-1", "TYPE-1"]),
        ([test("NEW-4"), test("NEW-1", LEFT)], ["NEW-4", "NEW-1"]),
        ([test("NEW-4", LEFT), test("NEW-1", LEFT)], ["NEW-4:NEW-1", "NEW-1"]),
        # A wrong result may explain a leak.
        ([test("NEW-4", LEFT), test("NEW-1")], ["NEW-4:NEW-1", "NEW-1"]),
        # Brackets of something else.
        ([test("LIFE-1", "a.cc:1: [X-1]"), program("ERR-5")], ["LIFE-1", "ERR-5"]),
    ],
)
def test_comparisons_that_tests_share(
    failures: list[Failure], expected: list[str]
) -> None:
    assert shown(*failures) == expected


def test_in_a_circle_of_rules_those_that_programs_name_are_shown() -> None:
    circle = ("GETP-1", "SETP-1", "SETN-1")
    failures = [test("GETP-1"), program("SETP-1"), test("SETN-1"), test("VAL-4")]
    expected = ["GETP-1:SETP-1", "SETP-1", "SETN-1:SETP-1", "VAL-4:SETP-1"]
    assert shown(*failures, holding=circle) == expected
    failures = [test(rule) for rule in circle]
    assert shown(*failures, holding=circle) == list(circle)


def test_what_blocks_the_rule_of_a_shared_comparison_blocks_the_test() -> None:
    failures = [test("LIFE-1", MESSAGE), test("ERR-5"), test("NEW-2")]
    expected = ["LIFE-1:NEW-2", "ERR-5:NEW-2", "NEW-2"]
    assert shown(*failures, holding=("ERR-5",)) == expected


@pytest.mark.parametrize(
    "failures, expected",
    [
        # In a function of the test's own rule, and whatever else is broken.
        ([crash("NEW-4", "PyCapsule_New"), program("NEW-1")], ["NEW-4", "NEW-1"]),
        # The function dies of ordinary arguments.
        (
            [crash("API-1", "PyCapsule_New"), crash("NEW-1", "PyCapsule_New")],
            ["NEW-1", "NEW-1"],
        ),
        (
            [crash("NEW-4", "_Py_Dealloc"), crash("DTOR-1", "_Py_Dealloc")],
            ["DTOR-1", "DTOR-1"],
        ),
        # The innermost function of the contract counts.
        (
            [
                crash("API-1", "strlen", "PyCapsule_New", "PyCapsule_SetContext"),
                crash("NEW-1", "PyCapsule_New"),
                crash("SETC-1", "PyCapsule_SetContext"),
            ],
            ["NEW-1", "NEW-1", "SETC-1"],
        ),
        # Without a function of the contract on the stack: in destruction.
        ([crash("NEW-4", "strlen"), crash("DTOR-1")], ["DTOR-1", "DTOR-1"]),
        # Only of the arguments of this test.
        ([crash("API-1", "PyCapsule_New")], ["API-1"]),
        ([crash("API-1", "PyCapsule_New"), test("NEW-1")], ["API-1", "NEW-1"]),
        # Outside of all functions of the contract.
        ([crash("API-1", "strlen"), test("DTOR-2")], ["API-1", "DTOR-2"]),
        ([crash("API-1"), test("DTOR-2")], ["API-1", "DTOR-2"]),
        # Rules that died in the same function: that on which the others rest. A rule
        # about every function rests on those about one.
        ([crash("SET-ALL-2"), crash("SET-ALL-1")], ["SET-ALL-1", "SET-ALL-1"]),
        ([crash("ERR-2"), crash("SET-ALL-1")], ["SET-ALL-1", "SET-ALL-1"]),
        # The rule below others is not about destruction, which kills ordinary
        # capsules.
        (
            [
                crash("TYPE-1", "_Py_Dealloc"),
                crash("NEW-1", "_Py_Dealloc"),
                crash("DTOR-1", "_Py_Dealloc"),
                test("NEW-4"),
            ],
            ["DTOR-1", "DTOR-1", "DTOR-1", "NEW-4"],
        ),
        # A rule that names the function keeps its crash, also in a circle.
        (
            [
                crash("GETC-1", "PyCapsule_GetContext"),
                crash("SETC-1", "PyCapsule_GetContext"),
            ],
            ["GETC-1", "GETC-1"],
        ),
        (
            [
                crash("SET-ALL-2", "PyCapsule_SetName"),
                crash("SET-ALL-1", "PyCapsule_SetContext"),
            ],
            ["SET-ALL-2", "SET-ALL-1"],
        ),
        # A rule that a program reports is blocked only by a rule that its own tests
        # break.
        (
            [Failure("NEW-1", True, True, (), ("PyCapsule_New",)), program("NEW-4")],
            ["NEW-1", "NEW-4"],
        ),
        ([crash("TYPE-1", "_Py_Dealloc"), program("LIFE-1")], ["TYPE-1", "LIFE-1"]),
        # A rule that crashes blocks those that rest on it.
        ([crash("NEW-1"), test("NEW-4")], ["NEW-1", "NEW-4:NEW-1"]),
    ],
)
def test_a_crash_is_always_shown(failures: list[Failure], expected: list[str]) -> None:
    assert shown(*failures) == expected


def test_every_failure_is_shown_or_rests_on_one_that_is() -> None:
    failures = [test(id) for id, _, _ in ROWS] + [crash("LIFE-1", "_Py_Dealloc")]
    charges = Charges(CONTRACT, failures)
    found = [charges.of(failure) for failure in failures]
    red = {charge.rule for charge in found if not charge.blocker}
    assert red and all(c.rule in red or c.blocker in red for c in found)
    assert charges.of(failures[-1]) == Charge("LIFE-1", "")


@pytest.mark.parametrize(
    "rule, function, expected",
    [
        ("NEW-1", "PyCapsule_New", True),
        ("NEW-1", "PyCapsule_NewX", False),
        ("TYPE-1", "PyCapsule_New", False),
        ("GET-ALL-1", "PyCapsule_GetName", True),
        ("GET-ALL-1", "PyCapsule_SetName", False),
        ("ERR-5", "PyCapsule_New", False),
        ("DTOR-1", "_Py_Dealloc", True),
        ("DTOR-1", "Py_DECREF", True),
        ("LIFE-1", "_PyPy_Dealloc", True),
    ],
)
def test_the_functions_of_a_rule(rule: str, function: str, expected: bool) -> None:
    assert covers(CONTRACT[rule], function) == expected


def test_the_functions_on_the_stack_of_a_worker() -> None:
    output = "x\nworker: signal SIGSEGV\nworker: in strcmp\nworker: in main\n"
    assert functions_of(output) == ("strcmp", "main")
