"""Tests of what tools/fuzz reports of planted bugs, from the engine to the summary."""

from __future__ import annotations

import pathlib
import re

import pytest

from tools.commands.fuzz.options import Options, Tools
from tools.commands.fuzz.session import Session
from tools.commands.fuzz.workspace import Workspace

BUGS = pathlib.Path("tests/bugs").resolve()


class Report:
    """The output of a run that has found a bug.

    text     the whole output
    finding  the name of the finding
    program  the calls of the program in the report
    c_file   the content of the C file
    """

    def __init__(self, text: str, folder: pathlib.Path):
        self.text = text
        found = re.search(r"^finding +(.+)$", text, re.MULTILINE)
        assert found, text
        self.finding = found[1]
        block = text.partition("\n  program\n")[2].partition("\n  as C ")[0]
        self.program = [line.strip() for line in block.splitlines()]
        path = re.search(r"^  as C +(/\S+)$", text, re.MULTILINE)
        assert path, text
        self.c_file = pathlib.Path(path[1]).read_text()
        assert pathlib.Path(path[1]).is_relative_to(folder)

    def row(self, name: str) -> str:
        """Returns the text of a row of the report; "" if there is none."""
        found = re.search(rf"^  {name} +(.+)$", self.text, re.MULTILINE)
        return found[1] if found else ""


def report_of(
    bug: str,
    target: str,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Report:
    """Fuzzes the reference with the bug; returns the report of the finding."""
    libraries = BUGS / f"{bug}_library" / bug
    monkeypatch.setenv("LD_LIBRARY_PATH", str(libraries))
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (tmp_path / "dict").write_text("")
    tools = Tools(
        BUGS / target,
        seeds,
        tmp_path / "dict",
        BUGS / "repro",
        BUGS / "minimize",
    )
    session = Session(
        target,
        tools,
        Workspace(tmp_path, target, tmp_path),
        Options(seed=1, flags=["-runs=5000"]),
    )
    assert session.run() == 1
    return Report(capsys.readouterr().out, tmp_path)


@pytest.fixture(name="report")
def _report(
    request: pytest.FixtureRequest,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Report:
    bug, target = request.param
    return report_of(bug, target, tmp_path, monkeypatch, capsys)


def of(bug: str, target: str = "sequence_fuzz") -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "report", [(bug, target)], indirect=True, ids=[bug]
    )


@of("context_is_read_by_its_getter")
def test_a_fault_in_a_getter_of_the_harness_is_in_program_and_c(
    report: Report,
) -> None:
    getters = [x for x in report.program if x.startswith("PyCapsule_GetContext(")]
    assert getters and getters[-1] in report.c_file
    assert "while the harness itself calls the getters" in report.text
    assert "in PyCapsule_GetContext" in report.text  # the stack
    assert report.row("rule").startswith("NEW-11 ")
    assert not report.row("under test")


@of("set_context_ignores_null")
def test_a_wrong_field_is_read_by_the_last_call_of_program_and_c(
    report: Report,
) -> None:
    assert report.program[-1] == "PyCapsule_GetContext(c0)"
    assert report.c_file.count("PyCapsule_GetContext(c0)") == 1


@of("every_2000th_capsule_has_a_context")
def test_a_counter_is_shown_as_one_call_that_runs_many_times(
    report: Report,
) -> None:
    assert report.finding == "NEW-10, depends on earlier programs"
    assert "minimised to 1)" in report.text
    assert report.row("after").endswith(" runs of the same program")
    runs = int(report.row("after").split()[0])
    assert f" --repeat={runs + 1} " in report.row("reproduce")


@of("getter_renews_an_exception_with_a_text", "extremes_fuzz")
def test_expected_and_got_are_never_the_same_text(report: Report) -> None:
    assert report.row("got").startswith("another object with that description")
    assert report.row("expected") != report.row("got")


@of("context_is_freed_when_it_is_replaced")
def test_a_freed_context_has_the_rule_of_the_call_that_freed_it(
    report: Report,
) -> None:
    assert report.finding.startswith("SETC-1")
    assert report.row("got") == "the implementation freed a payload or context"
    assert "in PyCapsule_SetContext" in report.text  # the stack


@of("capsule_is_freed_twice")
def test_a_double_free_shows_who_freed_and_is_not_named_type_1(
    report: Report,
) -> None:
    assert "TYPE-1" not in report.text.partition("\n  program\n")[0]
    assert report.row("rule").startswith("DTOR-13 ")
    assert "\nfreed by thread" in report.text
    assert "\npreviously allocated by thread" in report.text
    assert "in capsule_dealloc" in report.text
    assert "minimised to 1)" in report.text
