"""Which of the rules whose tests fail are broken, and which are blocked."""

import collections

import pytest

from tools.commands.conformance import blame
from tools.commands.conformance.runner import CRASHED, FAILED, Result
from tools.lib.contract import Contract, Rule

CONTRACT = Contract(
    [
        Rule(name, name.replace("-", "_"), "", function, "documented", "t", "s")
        for name, function in [
            ("TYPE-1", "PyCapsule"),
            ("NEW-1", "PyCapsule_New"),
            ("NEW-10", "PyCapsule_New"),
            ("GETC-1", "PyCapsule_GetContext"),
            ("GET-ALL-1", "every getter"),
            ("DTOR-1", "capsule destructors"),
            ("DTOR-2", "capsule destructors"),
            ("API-6", "exported tables"),
            ("API-10", "PyModule_AddObject"),
            ("THR-1", "PyCapsule_New and CheckExact"),
        ]
    ]
)

Case = collections.namedtuple("Case", "failures named blockers")


@pytest.mark.parametrize(
    "case",
    [
        # Nothing else was seen: its own fault, whatever else is broken.
        Case([("GETC-1", [])], ["NEW-10"], [None]),
        # What the test met is the business of a rule that programs named.
        Case([("DTOR-2", [("NEW-10", "GETC-1")])], ["NEW-10"], ["NEW-10"]),
        # Of two that the tests make likely, programs know which one it is.
        Case(
            [("GETC-1", [("NEW-10", "GETC-1")]), ("NEW-10", [])],
            ["NEW-10"],
            ["NEW-10", None],
        ),
        # Without programs: a rule's own test and a test that met its business.
        Case([("NEW-10", []), ("DTOR-2", [("NEW-10",)])], [], [None, "NEW-10"]),
        # Nobody confirms what the witness supposed.
        Case([("DTOR-2", [("NEW-10",)])], [], [None]),
        # Whoever blocks is not blocked itself.
        Case(
            [("GETC-1", [("GETC-1", "NEW-10")]), ("DTOR-2", [("GETC-1",)])],
            ["NEW-10"],
            ["NEW-10", "NEW-10"],
        ),
        # Code on top of capsules, and threads, where a call is broken.
        Case([("API-6", []), ("THR-1", [])], ["NEW-10"], ["NEW-10", "NEW-10"]),
        Case([("API-6", []), ("THR-1", [])], ["API-10"], [None, None]),
        Case([("API-10", [])], ["NEW-10"], [None]),
        # What has no part in what threads do.
        Case([("THR-1", [])], ["TYPE-7"], [None]),
        # What destructors do at other times, and what does not stop the others.
        Case([("DTOR-14", []), ("NEW-7", [])], ["DTOR-14"], ["NEW-7", None]),
        Case([("DTOR-14", []), ("DTOR-1", [])], ["DTOR-14"], [None, None]),
        Case([("ERR-4", [])], ["ERR-4", "SETP-2"], ["SETP-2"]),
    ],
)
def test_what_blocks_a_test(case):
    assert blame.blockers(case.failures, case.named) == case.blockers


def suspects(text="", output="", outcome=FAILED, seen=()):
    result = Result("T.DTOR_2_X", outcome, text, output, seen)
    return blame.suspects(CONTRACT, CONTRACT["DTOR-2"], result, outcome == CRASHED)


def test_what_the_witness_saw_comes_first():
    found = suspects("a.cc:1: PyCapsule_New(&x, n, d)\n", seen=(("GETC-1",),))
    assert found == [("GETC-1",), ("NEW-1", "NEW-10")]


def test_only_the_first_comparison_that_fails_counts():
    text = "a.cc:1: x\nb.cc:2: destructor_log.size()"
    assert suspects(text) == []
    assert "NEW-7" in suspects("a.cc:1: destructor_log.size()")[0]


def test_a_crash_belongs_to_the_function_that_it_was_in():
    in_get = suspects(
        output="worker: signal SIGSEGV\nworker: in PyCapsule_GetContext\n",
        outcome=CRASHED,
    )
    assert in_get == [("GETC-1", "GET-ALL-1")]
    assert "DTOR-13" in suspects(outcome=CRASHED)[0]


@pytest.mark.parametrize(
    "rule, broken, place",
    [
        ("NEW-1", ["NEW-10"], "NEW-10"),
        ("NEW-1", ["GETC-1"], "NEW-1"),
        ("TYPE-1", ["GETC-1"], "GETC-1"),
        ("TYPE-1", [], "TYPE-1"),
        ("DTOR-1", ["TYPE-1"], "TYPE-1"),
    ],
)
def test_where_the_crash_of_a_program_goes(rule, broken, place):
    found = blame.rule_of_crash(CONTRACT, CONTRACT[rule], broken)
    assert found.id == place
