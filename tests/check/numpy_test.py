"""numpy's own tests of DLPack, under the checker."""

import importlib.util
import pathlib

import pytest

from tests.check import running

PYTHON = "/usr/bin/python3"


def numpys_tests() -> pathlib.Path | None:
    """Returns the file with numpy's tests of DLPack; None if there is none."""
    numpy = importlib.util.find_spec("numpy")
    if not numpy or not numpy.origin:
        return None
    folder = pathlib.Path(numpy.origin).parent
    return next(folder.glob("*core/tests/test_dlpack.py"), None)


FILE = numpys_tests()


@pytest.mark.skipif(not FILE, reason="python3-numpy with its tests is not installed")
def test_dlpack_of_numpy(tmp_path: pathlib.Path) -> None:
    command = [PYTHON, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(FILE)]
    run, report = running.run_program(command, tmp_path)
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
    assert report.count("error") == 0, running.shown(report)
    calls = sum(row["calls"] for row in report.table.values())
    assert calls > 500
