"""What cannot be tested is refused in one line, before anything is built."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.append(str(pathlib.Path(__file__).parents[1] / "fuzzing"))

import main  # noqa: E402
from build import undefined_symbols  # noqa: E402
from problem import Problem, exit_status  # noqa: E402


def program(folder, answer):
    path = folder / "python"
    path.write_text(f"#!/bin/bash\n{answer}\n")
    path.chmod(0o755)
    return path


def run(capsys, *arguments):
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
        (["./nosuch/python"], "is no program"),
        (["/etc/passwd"], "is no program"),
        (["--library", "nosuch.so"], "there is no"),
        (["--library", "/etc/passwd"], "is no shared library"),
        (["--level", "other", "/bin/true"], "invalid choice"),
        (["--programs", "-1", "/bin/true"], "give 0 or more"),
        (["--programs", "x", "/bin/true"], "invalid int"),
        (["--compare", "nosuch.json", "/bin/true"], "earlier run"),
        (["--nosuch", "/bin/true"], "unrecognized"),
    ],
)
def test_bad_arguments(arguments, words, capsys):
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
    answer, words, tmp_path, capsys
):
    assert words in run(capsys, str(program(tmp_path, answer)))


def test_what_a_linker_or_a_loader_misses():
    linker = "ld.lld: error: undefined symbol: PyA\n>>> referenced by x.o"
    loader = "ImportError: /x.so: undefined symbol: PyB"
    assert undefined_symbols(linker + "\n" + loader) == {"PyA", "PyB"}


def test_a_problem_is_what_main_raises():
    with pytest.raises(Problem):
        main.parse([])
