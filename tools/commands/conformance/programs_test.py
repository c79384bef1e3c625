"""Tests of tools/commands/conformance/programs.py: how it reads the executor's
reports, and how it continues after failed programs."""

import pathlib
from typing import Any

import pytest

from tools.commands.conformance.charge import Charges
from tools.commands.conformance.programs import Programs, broken_rule, last_words
from tools.commands.conformance.runner import CRASHED, FAILED, PASSED, Result, Run
from tools.lib.contract import Contract, Rule, corpus_of

CONTRACT = Contract(
    [
        Rule(id, id.replace("-", "_"), "", function, "documented", "t", "s")
        for id, function in [
            ("TYPE-1", "PyCapsule"),
            ("GETP-3", "PyCapsule_GetPointer"),
            ("SETN-1", "PyCapsule_SetName"),
            ("SETN-2", "PyCapsule_SetName"),
            ("DTOR-2", "capsule destructors"),
            ("DTOR-3", "capsule destructors"),
        ]
    ]
)

VIOLATION = """\
contract violation: GETP-3  PyCapsule_GetPointer: bytes
  implementation  x 1 (profile documented)
  call 2          PyCapsule_GetPointer(c0, "b")
  expected        NULL
  got             0x1
  program
    c0 = PyCapsule_New(0x1, "a", NULL)
    PyCapsule_GetPointer(c0, "b")
"""

FAULT = """\
worker: signal SIGSEGV
while running a program
  implementation  x 1 (profile documented)
  call 2          PyCapsule_SetName(c0, NULL)
  program
    c0 = PyCapsule_New(0x1, "a", log)
"""


def test_a_violation_names_its_rule_and_its_program() -> None:
    result = Result("x", CRASHED, "signal SIGABRT", VIOLATION)
    broken = broken_rule(CONTRACT, "", result)
    assert (broken.rule.id, broken.outcome) == ("GETP-3", FAILED)
    assert broken.text.endswith("got             0x1")
    assert broken.program.count("\n") == 2


def test_a_crash_belongs_to_the_running_call() -> None:
    result = Result("x", CRASHED, "signal SIGSEGV", FAULT)
    broken = broken_rule(CONTRACT, "", result)
    assert (broken.rule.id, broken.outcome) == ("SETN-1", CRASHED)
    assert broken.text.startswith("signal SIGSEGV\n")


@pytest.mark.parametrize(
    "call, rule",
    [
        ("PyCapsule_SetName(self, NULL)", "DTOR-3"),
        ("PyCapsule_GetName(self)", "DTOR-2"),
        ("PyCapsule_IsValid(self, NULL)", "DTOR-2"),
    ],
)
def test_a_crash_in_a_destructor_belongs_to_the_rule_about_destructors(
    call: str, rule: str
) -> None:
    output = FAULT.replace("  program\n", f"  in destructor   log: {call}\n  program\n")
    output += "  under test      SETN-2  PyCapsule_SetName: kept\n"
    result = Result("x", CRASHED, "signal SIGABRT", output)
    assert broken_rule(CONTRACT, "", result).rule.id == rule
    # The destructor has returned, and the executor reads the fields.
    result = result._replace(output=f"worker: in PyCapsule_GetPointer\n{output}")
    assert broken_rule(CONTRACT, "", result).rule.id == "GETP-3"


def test_a_getter_that_the_harness_calls_in_a_destructor_belongs_to_destructors() -> None:
    inside = (
        "  in destructor   log: after PyCapsule_IsValid(self, NULL), while the "
        "harness itself calls the getters of the capsules to compare them\n"
    )
    output = FAULT.replace("  program\n", f"{inside}  program\n")
    output = f"worker: in abort\nworker: in PyCapsule_GetPointer\n{output}"
    result = Result("x", CRASHED, "signal SIGABRT", output)
    assert broken_rule(CONTRACT, "", result).rule.id == "DTOR-2"


def test_a_crash_belongs_to_the_rule_under_test() -> None:
    output = FAULT + "  under test      SETN-2  PyCapsule_SetName: kept\n"
    result = Result("x", CRASHED, "no end within 20 seconds", output)
    broken = broken_rule(CONTRACT, "", result)
    assert (broken.rule.id, broken.outcome) == ("SETN-2", CRASHED)
    assert broken.text.startswith("no end within 20 seconds\n")


def test_a_crash_belongs_to_the_function_on_the_worker_s_stack() -> None:
    # The executor reads every field after a call; this one died in a getter.
    output = "worker: in strlen\nworker: in PyCapsule_GetPointer\n" + FAULT
    output += "  under test      SETN-2  PyCapsule_SetName: kept\n"
    result = Result("x", CRASHED, "signal SIGABRT", output)
    broken = broken_rule(CONTRACT, "", result)
    assert broken.rule.id == "GETP-3"
    assert broken.functions[:2] == ("strlen", "PyCapsule_GetPointer")


def test_a_crash_of_a_corpus_program_belongs_to_the_rule_in_its_title() -> None:
    result = Result("x", CRASHED, "signal SIGSEGV", "")
    broken = broken_rule(CONTRACT, "# GETP-3: a prefix\n", result)
    assert broken.rule.id == "GETP-3"


def test_a_crash_without_a_report_belongs_to_the_first_rule() -> None:
    result = Result("x", CRASHED, "no end within 20 seconds", "")
    assert broken_rule(CONTRACT, "", result).rule.id == "TYPE-1"


class FakeWorker:
    """A worker that dies in every tenth generated program, with the same
    violation."""

    def __init__(self) -> None:
        self.started: list[tuple[object, ...]] = []

    def start(self, command: str, *arguments: Any) -> Run:
        self.started.append((command, *arguments))
        if command == "generate":
            number = -(-int(arguments[1]) // 10) * 10
            if number < int(arguments[1]) + int(arguments[2]):
                return Run([["begin", str(number)]], VIOLATION, -6, False)
            return Run([["end", "all", "passed", ""]], "", 0, False)
        texts = [f"worker: program {number}\ntext\n" for number in arguments[1:]]
        return Run([], "".join(texts), 0, False)

    def run_alone(self, command: str, case: str) -> Result:
        self.started.append((command, case))
        return Result(case, CRASHED, "signal SIGABRT", VIOLATION)

    def run_list(
        self, command: str, cases: list[str]
    ) -> tuple[list[Result], dict[str, int]]:
        return [
            Result(case, CRASHED, "signal SIGABRT", VIOLATION) for case in cases
        ], {}


def test_generating_continues_after_a_failed_program(tmp_path: pathlib.Path) -> None:
    worker: Any = FakeWorker()
    programs = Programs(worker, CONTRACT, tmp_path, tmp_path)
    programs.run_generated("sequence_fuzz", 35)
    firsts = [call[2] for call in worker.started if call[0] == "generate"]
    assert firsts == [1, 11, 21, 31]
    assert [broken.rule.id for broken in programs.broken] == ["GETP-3"] * 3
    assert programs.count == 35
    charges = Charges(CONTRACT, [item.failure() for item in programs.broken])
    assert list(programs.shortest(charges)) == ["GETP-3"]
    assert list(programs.shortest(charges, shorten=False)) == ["GETP-3"]


def test_generating_stops_if_the_implementation_fails_everything(
    tmp_path: pathlib.Path
) -> None:
    worker: Any = FakeWorker()
    programs = Programs(worker, CONTRACT, tmp_path, tmp_path)
    programs.run_generated("sequence_fuzz", 10**6)
    assert len(programs.broken) == 40
    assert (programs.count, programs.planned) == (400, 10**6)
    assert programs.remarks == [
        "sequence_fuzz stopped after 40 failed programs: 400 of 1000000 programs ran"
    ]


def test_a_target_without_a_program_that_can_run_says_why(
    tmp_path: pathlib.Path
) -> None:
    worker: Any = FakeWorker()
    lines = [["lacks", "1", "there is no PyCObject"], ["lacks", "2", "none"]]
    worker.start = lambda *_: Run([*lines, ["end", "all", "passed", ""]], "", 0, False)
    programs = Programs(worker, CONTRACT, tmp_path, tmp_path)
    programs.run_generated("cobject_fuzz", 2)
    assert (programs.count, programs.planned) == (0, 0)
    assert programs.remarks == [
        "cobject_fuzz: no program can run here: there is no PyCObject"
    ]


@pytest.mark.parametrize(
    "shows, words",
    [(5, "always"), (2, "2 of 5 runs"), (0, "0 of 5 runs")],
)
def test_a_printed_program_has_run_again(
    shows: int, words: str, tmp_path: pathlib.Path
) -> None:
    worker: Any = FakeWorker()
    programs = Programs(worker, CONTRACT, tmp_path, tmp_path)
    programs.run_generated("sequence_fuzz", 10)
    runs: list[str] = []

    def run_alone(command: str, case: str) -> Result:
        runs.append(pathlib.Path(case).read_text())
        if len(runs) % 5 < shows or shows == 5:
            return Result(case, CRASHED, "signal SIGABRT", VIOLATION)
        return Result(case, PASSED, "", "")

    worker.run_alone = run_alone
    charges = Charges(CONTRACT, [item.failure() for item in programs.broken])
    (broken,) = programs.shortest(charges).values()
    assert broken.shows == words
    # A program that never shows the finding again gives way to the one that ran.
    assert runs[-1] == broken.program
    assert (len(set(runs)) == 2) == (shows == 0)


def test_the_text_of_a_dead_process_has_its_last_words() -> None:
    said = "x\nFatal Python error: no\nCurrent thread 0x1\n" + FAULT
    assert last_words(said) == "Fatal Python error: no"
    assert last_words("a.c:3: f: Assertion `x' failed.\nworker: signal\n") == (
        "a.c:3: f: Assertion `x' failed."
    )
    assert last_words("one\ntwo\n\nworker: in f\n") == "two"
    assert last_words(FAULT) == ""
    result = Result("x", CRASHED, "signal SIGABRT", said)
    text = broken_rule(CONTRACT, "", result).text
    assert text.startswith("signal SIGABRT\nFatal Python error: no\nwhile running")


def test_a_program_that_passes_alone_is_not_a_finding(tmp_path: pathlib.Path) -> None:
    worker: Any = FakeWorker()
    worker.run_list = lambda command, cases: (
        [Result(cases[0], PASSED, "", "")],
        {},
    )
    programs = Programs(worker, CONTRACT, tmp_path, tmp_path)
    programs.run_generated("sequence_fuzz", 15)
    assert not programs.broken


@pytest.mark.parametrize("folder, found", [("misuse", 0), ("sequence", 1)])
def test_misuse_is_not_part_of_it(
    folder: str, found: int, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "corpus" / folder / "seed" / "x.prog"
    path.parent.mkdir(parents=True)
    path.touch()
    assert len(corpus_of(tmp_path)) == found
