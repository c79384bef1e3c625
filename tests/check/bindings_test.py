"""Every way in which code can find a capsule function is seen."""

import pathlib

import pytest

from tests.check import running

# One call each in bindings.c, and one through ctypes.
IN_THE_EXTENSION = 6

PROGRAM = """\
import ctypes
import sys

if {deepbind} and hasattr(sys, "setdlopenflags"):
    sys.setdlopenflags(sys.getdlopenflags() | 8)
import extension

extension.make()
ctypes.pythonapi.PyCapsule_IsValid(None, b"ctypes")
"""


@pytest.mark.parametrize("python", running.pythons())
@pytest.mark.parametrize("deepbind", [False, True])
@pytest.mark.parametrize("flag", ["-Wl,-z,lazy", "-Wl,-z,now", "-fno-plt"])
def test_each_binding_is_counted(
    flag: str, deepbind: bool, python: str, tmp_path: pathlib.Path
) -> None:
    running.compile_extension(
        running.FOLDER / "bindings.c", python, tmp_path, flag
    )
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(deepbind=deepbind))
    run, report = running.run_program([python, str(program)], tmp_path)
    assert run.returncode == 0, run.stderr
    counts = {
        pathlib.Path(path).name: row["valid"] for path, row in report.table.items()
    }
    assert counts.pop("extension.so") == IN_THE_EXTENSION
    by_ctypes = sum(
        count for name, count in counts.items() if "ffi" in name or "ctypes" in name
    )
    assert by_ctypes == 1, counts
