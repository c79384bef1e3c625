"""tools/check --model: deviations of the interpreter are found, and only they."""

import importlib.util
import json
import os
import pathlib
import re
import subprocess

import pytest

from tests.check import running
from tools.commands.check import build

TOOL = running.ROOT / "tools/check"
PYTHON = running.pythons()[0]

# Calls each function, with a success and a failure.
PROGRAM = """\
import ctypes, sys

api = ctypes.pythonapi
text, pointer, thing = ctypes.c_char_p, ctypes.c_void_p, ctypes.py_object
release = ctypes.CFUNCTYPE(None, pointer)(lambda capsule: None)
for name, result, arguments in (
    ("New", thing, [pointer, text, pointer]),
    ("GetPointer", pointer, [thing, text]),
    ("GetDestructor", pointer, [thing]),
    ("GetContext", pointer, [thing]),
    ("GetName", pointer, [thing]),
    ("IsValid", ctypes.c_int, [thing, text]),
    ("SetPointer", ctypes.c_int, [thing, pointer]),
    ("SetDestructor", ctypes.c_int, [thing, pointer]),
    ("SetName", ctypes.c_int, [thing, text]),
    ("SetContext", ctypes.c_int, [thing, pointer]),
    ("Import", pointer, [text, ctypes.c_int]),
):
    function = getattr(api, "PyCapsule_" + name)
    function.restype, function.argtypes = result, arguments
    globals()[name] = function

def attempt(function, *arguments):
    try:
        return function(*arguments)
    except (ValueError, TypeError, AttributeError, ImportError, SystemError):
        return None

names = [b"program.made", b"program.other"]
made = New(16, names[0], ctypes.cast(release, pointer).value)
for function in (GetName, GetContext, GetDestructor):
    attempt(function, made)
    attempt(function, 1)
for name in names + [b"program.madee", None]:
    attempt(GetPointer, made, name)
    attempt(IsValid, made, name)
attempt(SetPointer, made, 32)
attempt(SetPointer, made, None)
attempt(SetContext, made, 48)
attempt(SetName, made, names[1])
attempt(GetPointer, made, names[1])
attempt(SetName, made, names[0])
sys.modules["program"] = sys.modules["__main__"]
attempt(Import, names[0], 0)
attempt(Import, b"program.there_is_none", 0)
attempt(New, None, names[0], None)
del made
"""
# IsValid runs while an exception is pending.
PENDING = """\
import extension

made = extension.make()
try:
    extension.ask(made)
except KeyError:
    pass
"""

DEVIATIONS = {
    "name_copied": "GETN-1",
    "prefix_accepted": "VAL-5",
    "wrong_exception": "ERR-2",
    "wrong_message": "ERR-5",
    "context_changed": "NEW-10",
    "null_accepted": "SETP-2",
    "import_off_by_one": "IMP-1",
    "destructor_forgotten": "DTOR-1",
    "destructor_twice": "DTOR-1",
}


@pytest.fixture(scope="module", name="deviant")
def _deviant(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A shared object that makes the interpreter deviate."""
    library = tmp_path_factory.mktemp("deviant") / "deviant.so"
    files = [str(running.FOLDER / "deviant.c"), str(running.ROOT / "check/elf.c")]
    flags = ["-shared", "-fPIC", "-D_GNU_SOURCE", f"-I{running.ROOT}"]
    running.must_run([build.compiler(), *flags, *files, "-o", str(library)])
    return library


def follow(
    code: str, folder: pathlib.Path, **more: str
) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(code)
    return subprocess.run(
        [TOOL, "--model", "--", PYTHON, folder / "program.py"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder), **more},
    )


def deviations(run: subprocess.CompletedProcess[str]) -> set[str]:
    """Returns the rules that the interpreter breaks, as the report has them."""
    return set(
        re.findall(r"^ERROR (\S+): the interpreter deviates", run.stderr, re.M)
    )


def test_the_interpreter_keeps_the_contract(tmp_path: pathlib.Path) -> None:
    run = follow(PROGRAM, tmp_path)
    assert run.returncode == 0, run.stderr
    assert deviations(run) == set()
    match = re.search(r"model: (\d+) calls predicted, (\d+) rules", run.stderr)
    assert match and int(match[1]) > 20 and int(match[2]) > 10, run.stderr


@pytest.mark.parametrize("name", DEVIATIONS)
def test_a_deviation_is_named(
    name: str, deviant: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    run = follow(PROGRAM, tmp_path, LD_PRELOAD=str(deviant), DEVIANT=name)
    assert DEVIATIONS[name] in deviations(run), run.stderr
    assert run.returncode == 23


@pytest.mark.parametrize("deviation", ["exception_lost", "exception_replaced"])
def test_an_exception_that_does_not_stay_is_named(
    deviation: str, deviant: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    running.compile_extension(
        running.FOLDER / "asks_under_an_exception.c", PYTHON, tmp_path
    )
    assert follow(PENDING, tmp_path).returncode == 0
    run = follow(
        PENDING, tmp_path, LD_PRELOAD=str(deviant), DEVIANT=deviation
    )
    assert "VAL-6" in deviations(run), run.stderr


@pytest.mark.parametrize("capsules", [200, 5000])
def test_there_is_no_limit_on_living_capsules(
    capsules: int, tmp_path: pathlib.Path
) -> None:
    code = PROGRAM.replace(
        "attempt(New, None",
        f"many = [New(8, names[0], None) for i in range({capsules})]\n"
        "for one in many:\n    attempt(GetName, one)\n"
        "del many, one\nattempt(New, None",
    )
    run = follow(code, tmp_path)
    match = re.search(r"model: (\d+) calls predicted", run.stderr)
    assert match and int(match[1]) > 2 * capsules, run.stderr
    assert run.returncode == 0


def test_libraries_on_the_interpreter(tmp_path: pathlib.Path) -> None:
    wanted = [name for name in ("numpy", "scipy", "pandas") if _is_there(name)]
    if not wanted:
        pytest.skip("neither numpy nor scipy nor pandas is installed")
    code = "\n".join(f"import {name}" for name in wanted)
    report = tmp_path / "report.json"
    (tmp_path / "program.py").write_text(code)
    run = subprocess.run(
        [TOOL, "--model", "--json", report, "--", PYTHON, tmp_path / "program.py"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(report.read_text())["errors"] == 0


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
