"""Tests of tools/commands/conformance/hosts.py: a death is a fault of the host only
if a program without capsules dies too."""

import pathlib
from typing import Any

import pytest

from tools.commands.conformance import hosts
from tools.commands.conformance.build import Object
from tools.commands.conformance.hosts import FAULTS, Died, Host

IN_PYTHON = ("free", "_PyEval_EvalFrameDefault", "PyImport_ImportModule")


class FakeBuilder:
    """Compiles nothing; says that it has."""

    def compile(self, source: Any) -> Object:
        return Object(source, pathlib.Path("/x.o"), "")


def host(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, statuses: list[int]
) -> tuple[Host, list[pathlib.Path]]:
    """Returns a host whose programs end with these statuses, and the folders that
    it imports from. Each program runs as often as there are statuses."""
    started: list[pathlib.Path] = []

    def start(folder: pathlib.Path) -> int:
        started.append(folder)
        return statuses[(len(started) - 1) % len(statuses)]

    monkeypatch.setattr(hosts, "_RUNS", len(statuses))
    monkeypatch.setattr(hosts, "link", lambda *_: "")
    builder: Any = FakeBuilder()
    return Host(pathlib.Path().absolute(), tmp_path, builder, ".so", start), started


@pytest.mark.parametrize(
    "died, finding",
    [
        (Died(IN_PYTHON, "", True), "cpython_function_without_memory"),
        (
            Died((), "Fatal RPython error: the GIL was not initialized", False),
            "pypy_gil_in_foreign_threads",
        ),
    ],
)
def test_a_death_is_explained_by_a_program_that_dies(
    died: Died,
    finding: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
) -> None:
    it, started = host(monkeypatch, tmp_path, [-11, 0, -11, 0])
    shown = it.fault_of(died)
    assert shown is not None and shown.fault.finding == finding
    assert (shown.how, shown.shows) == ("signal SIGSEGV", "2 of 4 runs")
    assert f"findings/{finding}" in shown.text()
    assert "#include <Python.h>" in shown.source
    # Runs the program once only, however many cases die.
    assert it.fault_of(died) == shown and len(started) == 4


@pytest.mark.parametrize(
    "died",
    [
        Died(("PyCapsule_GetPointer",), "", True),
        Died(IN_PYTHON, "", False),  # no allocation has failed
        Died((), "", True),
    ],
)
def test_other_deaths_are_faults_of_the_implementation(
    died: Died, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    it, started = host(monkeypatch, tmp_path, [-11])
    assert it.fault_of(died) is None and not started


def test_where_the_program_lives_the_death_is_not_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    # 1 is an exception of the program: it has not died.
    it, _ = host(monkeypatch, tmp_path, [0, 1])
    assert it.fault_of(Died(IN_PYTHON, "", True)) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_the_programs_have_no_capsules(fault: hosts.Fault) -> None:
    text = (pathlib.Path("findings") / fault.finding / "finding.c").read_text()
    assert "PyCapsule" not in text and "PyInit_finding" in text
