"""Correct but unusual extensions: the checker has nothing to say."""

import pathlib

import pytest

from tests.check import running

CASES = sorted((running.FOLDER / "sound").glob("*.c"))


@pytest.mark.parametrize("python", running.pythons())
@pytest.mark.parametrize("source", CASES, ids=lambda path: path.stem)
def test_there_is_no_report(
    source: pathlib.Path, python: str, tmp_path: pathlib.Path
) -> None:
    run, report = running.run_extension(source, python, tmp_path)
    assert run.returncode == 0, run.stderr
    assert running.shown(report) == ""
    assert any(path.endswith("extension.so") for path in report.table)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 10
