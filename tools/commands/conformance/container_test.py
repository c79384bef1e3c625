"""Tests of interpreters that a command starts in a container: the command may drop
the environment, and the headers are elsewhere on this side."""

import pathlib
import subprocess

import pytest

from tools.commands.conformance import __main__ as main
from tools.commands.conformance import build
from tools.commands.conformance.interpreter import Interpreter
from tools.commands.conformance.sources import Source
from tools.lib.problem import Problem

# Stands for a command that enters a container: drops the environment, and the
# interpreter names a folder of headers that only the container has.
COMMAND = """\
#!/bin/bash
if [[ $2 == -c ]]; then
    echo '["CPython", [3, 14, 1], "/nosuch/python3.14", ".so"]'
else
    exec env -i "$@"
fi
"""

WORKER = """\
import os
def run(arguments):
    print(os.environ.get("WANTED"), *arguments)
"""


@pytest.fixture(name="command")
def fixture_command(tmp_path: pathlib.Path) -> list[str]:
    path = tmp_path / "enter"
    path.write_text(COMMAND)
    path.chmod(0o755)
    return [str(path), "/usr/bin/python3"]


@pytest.fixture(name="headers")
def fixture_headers(tmp_path: pathlib.Path) -> pathlib.Path:
    """Returns the folder with the headers of the container. As on Debian, one of
    them includes a header from a folder beside."""
    folder = tmp_path / "usr/include/python3.14"
    beside = folder.parent / "machine/python3.14"
    for each in (folder, beside):
        each.mkdir(parents=True)
    (folder / "Python.h").write_text("#include <machine/python3.14/pyconfig.h>\n")
    (beside / "pyconfig.h").write_text("#define FROM_THE_CONTAINER 1\n")
    return folder


def test_without_the_folder_the_message_names_the_option(
    command: list[str], tmp_path: pathlib.Path
) -> None:
    with pytest.raises(Problem, match="/nosuch/python3.14/Python.h.*--python-include"):
        Interpreter(command, tmp_path)


def test_the_folder_belongs_to_one_interpreter() -> None:
    with pytest.raises(Problem, match="--python-include belongs to one interpreter"):
        main.parse(["--python-include", "/usr/include", "python3", "pypy3"])


def test_the_command_in_quotes_and_the_folder_reach_the_interpreter(
    command: list[str], headers: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    given = ["--python-include", "usr/include/python3.14", " ".join(command)]
    found = main.implementations(
        main.parse(given), tmp_path, tmp_path, tmp_path / "out"
    )
    assert isinstance(found[0], Interpreter)
    assert found[0].include == str(headers)
    assert found[0].shown == " ".join(command)


def test_code_is_compiled_with_the_headers_of_the_container(
    command: list[str],
    headers: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build, "_generate", lambda root, folder: folder)
    source = tmp_path / "x.c"
    source.write_text("#include <Python.h>\nint x = FROM_THE_CONTAINER;\n")
    interpreter = Interpreter(command, tmp_path, headers)
    builder = interpreter.builder(tmp_path, tmp_path / "objects")
    item = builder.compile(Source(source, True, "c", ()))
    assert item.path, item.error


def test_the_worker_gets_the_variables_that_the_command_drops(
    command: list[str], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "capsule_worker.py").write_text(WORKER)
    done = subprocess.run(
        [
            *command,
            *("-B", "tools/commands/conformance/worker/inside.py"),
            *(f"PYTHONPATH={tmp_path}", "WANTED=this value", "tests", "a=b"),
        ],
        env={"WANTED": "another value"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "this value tests a=b\n", done.stderr
