"""Tests of the words in which a finding and its repetitions are told."""

from tools.commands.overnight import signature
from tools.commands.overnight.examine import Again, report_of_slow_program, verdict


def again(setting: str, shown: int, runs: int = 10, other: int = 0) -> Again:
    return Again(setting, runs, shown, other)


def test_a_finding_that_shows_in_every_run_is_always_there() -> None:
    assert verdict([again("reference", 10), again("cpython", 10)]) == "always"


def test_a_finding_that_shows_now_and_then_says_how_often() -> None:
    found = verdict([again("reference", 3), again("reference, malloc()", 5)])
    assert found == "sometimes: 3 of 10"


def test_a_finding_of_one_implementation_names_it() -> None:
    found = verdict([again("reference", 10), again("cpython", 0)])
    assert found == "always, only on reference"


def test_a_finding_that_is_rare_and_of_one_setting_says_both() -> None:
    found = verdict([again("reference", 3), again("cpython", 0)])
    assert found == "sometimes: 3 of 10, only on reference"


def test_another_finding_does_not_count() -> None:
    found = verdict([again("reference", 10), again("cpython", 0, other=10)])
    assert found == "always, only on reference"
    assert again("cpython", 0, other=10).words() == "another finding, 10 of 10"


def test_a_setting_that_cannot_run_the_program_does_not_count() -> None:
    refused = Again("cpython", reason="not run: no such profile")
    assert verdict([again("reference", 10), refused]) == "always, 10 of 10"


def test_a_finding_that_does_not_come_back_says_so() -> None:
    assert verdict([again("reference", 0)]) == "never again by itself in 10 runs"


def test_a_program_that_is_slow_only_in_the_fuzzer_is_shown_as_a_program() -> None:
    call = 'c0 = PyCapsule_New(0x1, "name", NULL)\n'
    report = report_of_slow_program(f"{call}no violation\n")
    found = signature.signature_of(report)
    assert found and found.name == signature.HANG
    assert signature.program(report) == call
    assert "no violation" not in report
