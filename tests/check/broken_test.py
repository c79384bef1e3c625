"""Each broken extension gives exactly the report that stands beside it.

UPDATE=1 writes the reports anew; read them before they are committed."""

import os
import pathlib

import pytest

from tests.check import running

CASES = sorted((running.FOLDER / "broken").glob("*.c*"))
CASES = [path for path in CASES if not path.name.endswith(".library.c")]


@pytest.mark.parametrize("python", running.pythons())
@pytest.mark.parametrize("source", CASES, ids=lambda path: path.stem)
def test_the_report_is_exact(
    source: pathlib.Path, python: str, tmp_path: pathlib.Path
) -> None:
    run, report = running.run_extension(source, python, tmp_path)
    expected = source.with_suffix(".expected")
    if os.environ.get("UPDATE"):
        expected.write_text(running.shown(report))
    assert all("PyMem_SetAllocator" in note for note in report.notes)
    assert running.shown(report) == expected.read_text(), run.stderr


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 30
