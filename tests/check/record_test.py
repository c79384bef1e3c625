"""tools/check --record: what extensions do with capsules, as programs."""

import importlib.util
import pathlib
import re
import subprocess
from importlib import metadata

import pytest

from tests.check import running
from tools.commands.check import build, record, trace

TOOL = running.ROOT / "tools/check"
PYTHON = running.pythons()[0]
WILD = running.ROOT / "corpus/wild"
FOLLOW = build.built(running.ROOT, build.FOLLOWER)


def recorded(
    code: str, source: str, folder: pathlib.Path
) -> tuple[dict[str, str], str]:
    """Runs code with the extension; returns {file: program} and the report."""
    running.compile_extension(running.FOLDER / source, PYTHON, folder)
    (folder / "program.py").write_text(code)
    run = subprocess.run(
        [TOOL, "--record", folder / "programs", "--", PYTHON, folder / "program.py"],
        capture_output=True,
        text=True,
    )
    files = sorted((folder / "programs").glob("extension*.prog"))
    return {path.name: path.read_text() for path in files}, run.stderr


def test_a_capsule_is_a_program(tmp_path: pathlib.Path) -> None:
    code = "import extension\nfor i in range(3):\n    extension.make()\n"
    found, report = recorded(code, "sound/name_freed_by_the_destructor.c", tmp_path)
    assert found == {
        "extension_new_end.prog": """\
# extension does this 3 times
n0 = name("demo.owned")
c0 = PyCapsule_New(0x1, n0, free_name)
Py_DECREF(c0)  # -> destroyed
"""
    }
    assert "capsules, " in report


def test_a_trace_begins_with_the_version(tmp_path: pathlib.Path) -> None:
    """In a child, the first event is a call."""
    running.compile_extension(
        running.FOLDER / "sound/local_table.c", PYTHON, tmp_path
    )
    code = "import extension, os\nif os.fork() == 0:\n    extension.make()\nelse:\n    os.wait()\n"
    (tmp_path / "program.py").write_text(code)
    traces = tmp_path / "traces"
    traces.mkdir()
    running.run_program(
        [PYTHON, str(tmp_path / "program.py")], tmp_path, CAPSULE_CHECK_TRACE=str(traces)
    )
    version = "import sys; print(sys.version_info[0] * 100 + sys.version_info[1])"
    expected = int(running.output_of([PYTHON, "-c", version]))
    found = list(trace.read_all(traces))
    assert any(event.kind == "New" for event in found[-1].events)
    assert {one.version for one in found} == {expected}


def test_a_consumer_that_takes_a_tensor(tmp_path: pathlib.Path) -> None:
    own = (running.FOLDER / "sound/dlpack_taken.program").read_text()
    found, _ = recorded(own, "sound/dlpack_taken.c", tmp_path)
    assert any(
        'PyCapsule_SetName(c0, "used_dltensor")' in text for text in found.values()
    ), found


def test_repeated_calls_are_left_out_and_counted(tmp_path: pathlib.Path) -> None:
    code = """\
import ctypes, extension
made = extension.make()
get = ctypes.pythonapi.PyCapsule_GetPointer
get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
for i in range(50):
    get(made, b"demo.owned")
for i in range(2):
    try:
        get(made, b"demo.other")
    except ValueError:
        pass
"""
    found, report = recorded(code, "sound/name_freed_by_the_destructor.c", tmp_path)
    (text,) = found.values()
    assert text.count('PyCapsule_GetPointer(c0, "demo.owned")  # -> 0x1') == 1
    assert text.count('PyCapsule_GetPointer(c0, "demo.other")  # -> NULL, Val') == 1
    assert re.search(r"left out: \d+ calls that repeat a call", report)


@pytest.mark.parametrize(
    "prepare, words",
    [
        (lambda folder: (folder / "file").write_text("x"), "is not empty"),
        (lambda folder: folder.rmdir(), "there is no folder"),
    ],
)
def test_a_bad_folder_is_one_line(
    tmp_path: pathlib.Path, prepare: object, words: str
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    assert callable(prepare)
    prepare(folder)
    target = folder if folder.exists() else folder / "below"
    run = subprocess.run(
        [TOOL, "--record", target, "--", "true"], capture_output=True, text=True
    )
    assert run.returncode == 2
    assert words in run.stderr and run.stderr.count("\n") == 1


def test_the_programs_of_the_corpus_keep_the_contract() -> None:
    files = sorted(WILD.rglob("*.prog"))
    assert len(files) >= 30
    run = subprocess.run([FOLLOW, "--skipped", *files], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, ""), run.stderr


def test_a_call_that_is_not_permitted_is_left_out() -> None:
    lines = [
        record.Line("p0 = payload(16)"),
        record.Line('c0 = PyCapsule_New(p0, "a", free_payload)'),
        record.Line('c1 = PyCapsule_New(p0, "b", free_payload)'),
        record.Line("Py_DECREF(c1)"),
    ]
    program = record.Program(lines, "two_owners")
    assert record.not_permitted([program], FOLLOW) == {0: {2, 3}}


def test_numpy_does_what_the_corpus_says(tmp_path: pathlib.Path) -> None:
    if not importlib.util.find_spec("numpy"):
        pytest.skip("numpy is not installed")
    code = "import numpy as n\na = n.arange(4.)\nb = n.from_dlpack(a)\ndel b\n"
    (tmp_path / "program.py").write_text(code)
    subprocess.run(
        [TOOL, "--record", tmp_path / "programs", "--", PYTHON, tmp_path / "program.py"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    texts = {path.read_text() for path in (tmp_path / "programs").iterdir()}
    # NumPy 2.1 was the first to take a DLManagedTensorVersioned.
    version = [int(part) for part in metadata.version("numpy").split(".")[:2]]
    look = "_is_valid" if version >= [2, 1] else ""
    taken = f"numpy_multiarray_umath_new{look}_get_pointer_set_name_end.prog"
    assert (WILD / "numpy" / taken).read_text() in texts
