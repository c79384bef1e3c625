"""Tests that tools/conformance refuses implementations that it cannot test, with
one line and before it builds anything."""

import pathlib
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tools.commands.conformance import __main__ as main
from tools.commands.conformance import build, interpreter, sources, testing
from tools.commands.conformance.build import undefined_symbols
from tools.commands.conformance.implementation import Implementation
from tools.lib.problem import Problem, exit_status


def program(folder: pathlib.Path, answer: str) -> pathlib.Path:
    path = folder / "python"
    path.write_text(f"#!/bin/bash\n{answer}\n")
    path.chmod(0o755)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    status = exit_status("conformance", lambda: main.main(list(arguments)))
    error = capsys.readouterr().err
    assert error.startswith("conformance: ") and error.count("\n") == 1, error
    assert status == 2
    return error


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "nothing to test"),
        (["nosuchpython"], "no nosuchpython in PATH"),
        (["./nosuch/python"], "is not a program"),
        (["/etc/passwd"], "is not a program"),
        (["--library", "nosuch.so"], "there is no"),
        (["--library", "/etc/passwd"], "is not a shared library"),
        (["--level", "other", "/bin/true"], "there is no 'other'"),
        (["--programs", "-1", "/bin/true"], "--programs"),
        (["--programs", "x", "/bin/true"], "'x' is not a whole number"),
        (["--compare", "nosuch.json", "/bin/true"], "earlier run"),
        (["--nosuch", "/bin/true"], "--nosuch"),
        (["/tmp"], "is not a program"),
        (["--library", "/tmp"], "there is no"),
        (["--compare", "/tmp", "/bin/true"], "cannot be read"),
        (["/usr/bin/python3", "/usr/bin/python3"], "is given twice"),
    ],
)
def test_bad_arguments(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in run(capsys, *arguments)


@pytest.mark.parametrize(
    "answer, words",
    [
        ("exit 0", "does not answer as a Python"),
        ("exit 1", "does not answer as a Python"),
        ("echo '[1]'", "does not answer as a Python"),
        ("""echo '["CPython", [3, 5, 2], "/", ".so"]'""", "too old"),
        ("""echo '["CPython", [2, 6, 9], "/", ".so"]'""", "too old"),
        ("""echo '["CPython", [3, 9, 1], "/nosuch", ".so"]'""", "no /nosuch/Python.h"),
        ("""echo '["PyPy", [3, 9, 1], null, ".so"]'""", "install its headers"),
    ],
)
def test_what_is_no_interpreter_or_cannot_be_built_for(
    answer: str, words: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in run(capsys, str(program(tmp_path, answer)))


def test_an_interpreter_that_does_not_end(
    tmp_path: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interpreter, "_SECONDS_TO_START", 1)
    hangs = program(tmp_path, "exec sleep 30")
    assert "does not answer" in run(capsys, str(hangs))


class NeverStarts(Implementation):
    def __init__(self, folder: pathlib.Path, answer: str) -> None:
        super().__init__("/p", folder)
        self.command = [str(program(folder, answer))]


@pytest.mark.parametrize(
    "answer, words",
    [
        ("echo no license; exit 9", "exit status 9; it says: no license"),
        ("kill -9 $$", "signal SIGKILL; it says: nothing"),
    ],
)
def test_a_worker_that_dies_at_start(
    answer: str, words: str, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(Problem, match=f"/p does not start: {words}"):
        testing.start(NeverStarts(tmp_path, answer), "observed")


def test_ctrl_c_gives_one_line_and_status_130(tmp_path: pathlib.Path) -> None:
    started = tmp_path / "started"
    hangs = program(tmp_path, f"touch {started}; exec sleep 30")
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "tools.commands.conformance", str(hangs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A child inherits ignored signals, so reset SIGINT.
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.default_int_handler
        ),
    )
    while not started.exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert output == "conformance: interrupted; nothing was written\n"
    assert process.returncode == 130


def test_a_full_disk_does_not_count_as_an_error_of_the_implementation(
    tmp_path: pathlib.Path
) -> None:
    said = "error: unable to open output file: No space left on device"
    with pytest.raises(Problem, match="No space left on device; make room"):
        build._refuse_full_disk(said, tmp_path / "x.o")
    build._refuse_full_disk("error: no such file", tmp_path / "x.o")


def test_the_undefined_symbols_in_errors_of_linker_and_loader() -> None:
    linker = "ld.lld: error: undefined symbol: PyA\n>>> referenced by x.o"
    loader = "ImportError: /x.so: undefined symbol: PyB"
    assert undefined_symbols(linker + "\n" + loader) == {"PyA", "PyB"}


@pytest.mark.parametrize(
    "symbol, words",
    [("PyModule_GetState", ""), ("read_program", "x.c needs read_program")],
)
def test_no_program_can_run_because_of_the_implementation_or_of_this_project(
    symbol: str,
    words: str,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build, "wanted", lambda item: {symbol})
    source = sources.Source(tmp_path / "x.c", True, "programs", ())
    objects = [build.Object(source, tmp_path / "x.o", "")]
    tested = Implementation("/p", tmp_path)
    builder: Any = None  # compiles nothing here
    if words:
        with pytest.raises(Problem, match=words):
            tested._leave_out_users(builder, objects, {symbol})
    else:
        assert tested._leave_out_users(builder, objects, {symbol}) == []
        assert tested.no_programs.endswith(f"there is no {symbol}")


def test_a_problem_is_what_main_raises() -> None:
    with pytest.raises(Problem):
        main.parse([])


def test_a_free_threaded_interpreter_keeps_its_allocator_and_its_lock_off() -> None:
    free = interpreter.options_of(".cpython-313t-x86_64-linux-gnu.so")
    assert free == {"PYTHON_GIL": "0"}
    for suffix in (".cpython-313-x86_64-linux-gnu.so", ".pypy39-pp73-x86_64.so"):
        assert interpreter.options_of(suffix) == {"PYTHONMALLOC": "malloc"}
