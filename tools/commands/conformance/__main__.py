"""tools/conformance: tests implementations of the capsule API against the
contract and writes a matrix of rules and implementations."""

import argparse
import os
import pathlib
import re
import shlex
import sys
import time
from collections.abc import Callable, Sequence

import rich.console

from tools.commands.conformance import (
    helpers,
    matrix,
    origin,
    page,
    saved,
    show,
    testing,
)
from tools.commands.conformance.implementation import Implementation
from tools.commands.conformance.interpreter import Interpreter
from tools.commands.conformance.library import Library
from tools.lib import contract as contracts
from tools.lib.arguments import Parser, number, one_of
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ABOUT = """\
Tests implementations of the capsule API against the contract. For each
implementation, builds the rule tests and the executor of programs, runs them
inside the implementation, and shows which rules hold. A crash is the result of one
case; the remaining cases run nevertheless."""

MORE = """\
An interpreter must accept the arguments of python3 and have headers: CPython 2.7,
CPython 3.6 or newer, or PyPy. A library must export the functions of the C API
under their own names. It may also export functions of capsule/host.h; the default
of that header replaces each missing function.

An interpreter in a container needs a command that starts it there, in quotes, and
its headers on this side. The container must see this folder under the same path.

Writes matrix.json, matrix.xml (JUnit) and matrix.html to out/conformance, and the
shortest program of each broken rule, as text and as C, to out/conformance/programs.

Exit status: 0 every rule holds, 1 a rule is broken, 2 bad input, 130 after Ctrl-C.

  tools/conformance /usr/bin/python3 pypy3
  tools/conformance 'chroot /srv/sid python3.14' \
      --python-include /srv/sid/usr/include/python3.14
  tools/conformance --library ./libmy.so --include ./include
  tools/conformance --compare saved.json python3.13
  tools/conformance --join a.json b.json
"""

LEVELS = ("documented", "observed")
PROGRAMS = 500


def parse(argv: list[str]) -> argparse.Namespace:
    parser = Parser(
        "tools/conformance",
        ABOUT,
        MORE,
    )
    parser.add_argument(
        "pythons",
        nargs="*",
        metavar="PYTHON",
        help="an interpreter: a path, a name that is in PATH, or a command in "
        "quotes that starts it",
    )
    parser.add_argument(
        "--library",
        action="append",
        default=[],
        type=pathlib.Path,
        metavar="FILE",
        help="a shared library; may be given more than once",
    )
    parser.add_argument(
        "--include",
        type=pathlib.Path,
        metavar="FOLDER",
        help="the folder with the libraries' Python.h (default: the "
        "reference's)",
    )
    parser.add_argument(
        "--python-include",
        type=pathlib.Path,
        metavar="FOLDER",
        help="the folder with the interpreter's Python.h (default: what the "
        "interpreter says); with one interpreter only",
    )
    parser.add_argument(
        "--level",
        type=one_of(LEVELS),
        default=LEVELS[1],
        help="documented: what every implementation must do; observed "
        "(default): also what CPython does beyond its documentation",
    )
    parser.add_argument(
        "--programs",
        type=number(0),
        default=PROGRAMS,
        metavar="N",
        help=f"generated programs per fuzz target, fewer if the target is slow "
        f"(default {PROGRAMS})",
    )
    parser.add_argument(
        "--compare",
        type=pathlib.Path,
        metavar="FILE",
        help="print the results that differ from this saved matrix.json",
    )
    parser.add_argument(
        "--join",
        nargs="+",
        type=pathlib.Path,
        default=[],
        metavar="FILE",
        help="test nothing; make one matrix of these saved matrix.json",
    )
    parser.add_argument(
        "--all", action="store_true", help="also list the rules that hold everywhere"
    )
    arguments = parser.parse_args(argv)
    tested = arguments.pythons or arguments.library
    if arguments.join and tested:
        raise Problem(
            "--join takes saved matrices only; test first, then join the files"
        )
    if arguments.python_include and len(arguments.pythons) != 1:
        raise Problem(
            "--python-include belongs to one interpreter; test each alone, then "
            "--join the matrices"
        )
    if not tested and not arguments.join:
        raise Problem(
            "nothing to test; give an interpreter, for instance "
            "/usr/bin/python3, or --library FILE"
        )
    return arguments


def find_python(name: str, start: pathlib.Path) -> list[str]:
    """Returns the command that starts an interpreter, given a path, a name in PATH
    or a command. Does not resolve links: an interpreter's behaviour may depend on
    the link's name."""
    if os.sep in name and ((start / name).exists() or not name.split()[1:]):
        return [str(start / name)]
    try:
        command = shlex.split(name)
    except ValueError as error:
        raise Problem(f"{name}: {error}; close the quotes") from None
    if not command:
        raise Problem("the name of an interpreter is empty; give a path")
    program = command[0]
    if os.sep in program:
        return [str(start / program), *command[1:]]
    for folder in os.get_exec_path():
        path = pathlib.Path(folder) / program
        if path.is_file() and os.access(path, os.X_OK):
            return [str(path), *command[1:]]
    raise Problem(f"there is no {program} in PATH; give the path of an interpreter")


def implementations(
    arguments: argparse.Namespace,
    root: pathlib.Path,
    start: pathlib.Path,
    folder: pathlib.Path,
) -> list[Implementation]:
    """Returns the implementations to test. Raises a Problem if one of them cannot
    be tested."""
    found: list[Implementation] = []
    headers = arguments.python_include and start / arguments.python_include
    for name in arguments.pythons:
        command = find_python(name, start)
        where = _folder(folder, " ".join(command), found)
        found.append(Interpreter(command, where, headers))
    include = root / "capsule/reference/include"
    if arguments.include:
        include = start / arguments.include
    for name in arguments.library:
        path = start / name
        if not path.is_file():
            raise Problem(f"there is no {path}; give the path of a library")
        found.append(Library(path, _folder(folder, str(path), found), include))
    paths = [item.shown for item in found]
    for path in paths:
        if paths.count(path) > 1:
            raise Problem(f"{path} is given twice; give each of them once")
    return found


def _folder(
    folder: pathlib.Path, path: str, found: Sequence[Implementation]
) -> pathlib.Path:
    word = re.sub(r"[^A-Za-z0-9.]+", "-", path).strip("-")
    return folder / "workers" / f"{len(found)}-{word}"


def saved_matrix(path: pathlib.Path | None, start: pathlib.Path) -> matrix.Matrix | None:
    """Reads the file that --compare names. Runs before the builds, so that a wrong
    file is reported at once."""
    return saved.read_for_user(start / path, str(path)) if path else None


def keep_programs(
    columns: Sequence[matrix.Column], folder: pathlib.Path
) -> None:
    """Writes the programs of the cells to files, as text and as C."""
    for column in columns:
        word = re.sub(r"[^A-Za-z0-9.]+", "-", column.name).strip("-")
        for identity, cell in column.cells.items():
            path = folder / "programs" / word / f"{identity}.prog"
            if cell.program:
                matrix.write(path, cell.program)
            if cell.c:
                c_file = path.with_suffix(".c")
                matrix.write(c_file, cell.c)
                cell.c_file = os.path.relpath(c_file, start_folder())


def measure(
    arguments: argparse.Namespace,
    root: pathlib.Path,
    every: Sequence[Implementation],
    folder: pathlib.Path,
    say: Callable[[str], None],
) -> matrix.Matrix:
    """Tests the implementations. `say` is told what is done."""
    contract = contracts.read(root)
    rules = [
        rule
        for rule in contract.rules
        if rule.level in LEVELS[: LEVELS.index(arguments.level) + 1]
    ]
    workers = []
    for item in every:
        say(f"{item.shown}: compiling")
        item.build(root, folder / "objects")
        workers.append(testing.start(item, arguments.level))
    converter = helpers.Converter(root, folder)
    columns = [
        testing.column_of(
            item, worker, contract, rules, root, arguments.programs, say, converter
        )
        for item, worker in zip(every, workers, strict=True)
    ]
    matrix.give_names(columns)
    keep_programs(columns, folder)
    return matrix.Matrix(
        arguments.level, rules, columns, testing.evidence(root, contract)
    )


def main(argv: list[str]) -> int:
    begin = time.monotonic()
    arguments = parse(argv)
    root, start = workspace_folder().resolve(), start_folder()
    folder = root / "out/conformance"
    before = saved_matrix(arguments.compare, start)
    console = rich.console.Console(highlight=False, soft_wrap=True)
    if arguments.join:
        names = [str(path) for path in arguments.join]
        parts = [saved.read_for_user(start / name, name) for name in names]
        result = saved.join(parts, names)
    else:
        every = implementations(arguments, root, start, folder)
        with console.status("") as status:
            result = measure(arguments, root, every, folder, status.update)
    changes = None if before is None else matrix.changes(before, result)
    write_all(result, changes, str(arguments.compare or ""), folder)
    print_all(console, result, arguments, changes)
    seconds = time.monotonic() - begin
    count = len(result.columns)
    word = "implementation" if count == 1 else "implementations"
    console.print(f"{count} {word} in {seconds:.0f} s; ", end="")
    where = os.path.relpath(folder, start)
    console.print(f"{where}/matrix.html, matrix.json, matrix.xml")
    return 0 if result.is_clean() else 1


def write_all(
    result: matrix.Matrix,
    changes: list[str] | None,
    compared: str,
    folder: pathlib.Path,
) -> None:
    matrix.write(folder / "matrix.json", saved.as_json(result))
    matrix.write(folder / "matrix.xml", show.junit_xml(result.columns, result.rules))
    matrix.write(folder / "matrix.html", page.page(result, changes, compared))


def print_all(
    console: rich.console.Console,
    result: matrix.Matrix,
    arguments: argparse.Namespace,
    changes: list[str] | None,
) -> None:
    columns, rules = result.columns, result.rules
    for table in show.tables(columns, rules, arguments.all, console.width):
        console.print(table)
    for text in show.details(columns, rules):
        console.print(text, markup=False)
        console.print()
    if changes is not None:
        console.print(f"since {arguments.compare}:")
        for change in changes or ["nothing has changed"]:
            console.print(f"  {change}", markup=False)


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "conformance",
            lambda: main(sys.argv[1:]),
            "interrupted; nothing was written",
        )
    )
