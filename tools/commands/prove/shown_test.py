"""Tests that a refutation is shown as a program that is run."""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Iterator

import pytest

from tools.commands.prove import checker, program, proof, shown, steps, verdict
from tools.lib import bug

ROOT = pathlib.Path.cwd()

pytestmark = pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)


@pytest.fixture(scope="module")
def runner() -> Iterator[shown.Runner]:
    """Keeps the compiled harness for all tests."""
    with tempfile.TemporaryDirectory(prefix="shown.") as folder:
        yield shown.Runner(ROOT, pathlib.Path(folder))


def refuted(path: str, function: str, folder: pathlib.Path) -> tuple[proof.Proof, program.Source]:
    """The refutation of a planted bug by the step of a function."""
    step = next(
        each
        for each in steps.read(ROOT)
        if each.name == function and each.name_bytes is not None
    )
    own = program.reference(ROOT, step.subject)
    wrong = folder / "capsule.c"
    broken = bug.read(ROOT / path).broken(ROOT)
    wrong.write_text(broken.files[step.subject.source], encoding="utf-8")
    source = program.Source(str(wrong), own.includes)
    found = proof.prove(ROOT, lambda step: source, [step])[0]
    assert found.verdict == verdict.REFUTED, found.why
    return found, source


# A bug, the step that refutes it, what the program ends with, and what its report
# says.
SHOWN = [
    (
        "tests/steps/bugs/magic_pointer.bug",
        "PyCapsule_SetPointer",
        ", 0x5eed5eed5eed5eed)\n",
        "contract violation: SETP-1",
    ),
    (
        "tests/bugs/capsule/new_context_uninitialised.bug",
        "PyCapsule_New",
        "c2 = PyCapsule_New(",
        "contract violation: NEW-10",
    ),
]


@pytest.mark.parametrize("path, function, call, report", SHOWN)
def test_calls_show_the_refutation(
    path: str,
    function: str,
    call: str,
    report: str,
    tmp_path: pathlib.Path,
    runner: shown.Runner,
) -> None:
    found = runner.show(*refuted(path, function, tmp_path))
    assert call in found.program, found
    assert found.report.startswith(report), found


# The state that refutes these bugs is one that no program builds: why.
NOT_SHOWN = [
    (
        "tests/steps/bugs/every_thousandth_call.bug",
        "PyCapsule_SetContext",
        shown.NEEDS_MORE,
    ),
    (
        "tests/bugs/capsule/import_by_address.bug",
        "PyCapsule_Import",
        "the step's surroundings are no calls of a program",
    ),
]


@pytest.mark.parametrize("path, function, why", NOT_SHOWN)
def test_a_state_that_calls_do_not_build_has_a_reason(
    path: str,
    function: str,
    why: str,
    tmp_path: pathlib.Path,
    runner: shown.Runner,
) -> None:
    found = runner.show(*refuted(path, function, tmp_path))
    assert (found.program, found.report) == ("", why)
