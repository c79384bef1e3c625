"""tools/conformance: tests implementations of the capsule API against the
contract and writes a matrix of rules and implementations."""

import argparse
import os
import pathlib
import re
import sys
import time
from collections.abc import Sequence

import rich.console

from tools.commands.conformance import helpers, matrix, page, show, testing
from tools.commands.conformance.implementation import (
    Implementation,
    Interpreter,
    Library,
)
from tools.lib import contract as contracts
from tools.lib.arguments import Parser, number, one_of
from tools.lib.contract import Rule
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

Writes matrix.json, matrix.xml (JUnit) and matrix.html to out/conformance, and the
shortest program of each broken rule, as text and as C, to out/conformance/programs.

Exit status: 0 every rule holds, 1 a rule is broken, 2 bad input, 130 after Ctrl-C.

  tools/conformance /usr/bin/python3 pypy3
  tools/conformance --library ./libmy.so --include ./include
  tools/conformance --compare saved.json python3.13
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
        help="an interpreter: a path, or a name that is in PATH",
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
        "--all", action="store_true", help="also list the rules that hold everywhere"
    )
    arguments = parser.parse_args(argv)
    if not arguments.pythons and not arguments.library:
        raise Problem(
            "nothing to test; give an interpreter, for instance "
            "/usr/bin/python3, or --library FILE"
        )
    return arguments


def find_python(name: str, start: pathlib.Path) -> pathlib.Path:
    """Returns the path of an interpreter, given a path or a name in PATH. Does not
    resolve links: an interpreter's behaviour may depend on the link's name."""
    if os.sep in name:
        return start / name
    for folder in os.get_exec_path():
        path = pathlib.Path(folder) / name
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise Problem(f"there is no {name} in PATH; give the path of an interpreter")


def implementations(
    arguments: argparse.Namespace,
    root: pathlib.Path,
    start: pathlib.Path,
    folder: pathlib.Path,
) -> list[Implementation]:
    """Returns the implementations to test. Raises a Problem if one of them cannot
    be tested."""
    found: list[Implementation] = []
    for name in arguments.pythons:
        path = find_python(name, start)
        found.append(Interpreter(path, _folder(folder, path, found)))
    include = root / "capsule/reference/include"
    if arguments.include:
        include = start / arguments.include
    for name in arguments.library:
        path = start / name
        if not path.is_file():
            raise Problem(f"there is no {path}; give the path of a library")
        found.append(Library(path, _folder(folder, path, found), include))
    paths = [item.path for item in found]
    for path in paths:
        if paths.count(path) > 1:
            raise Problem(f"{path} is given twice; give each of them once")
    return found


def _folder(
    folder: pathlib.Path, path: pathlib.Path, found: Sequence[Implementation]
) -> pathlib.Path:
    word = re.sub(r"[^A-Za-z0-9.]+", "-", str(path)).strip("-")
    return folder / "workers" / f"{len(found)}-{word}"


def saved(path: pathlib.Path | None, start: pathlib.Path) -> matrix.Outcomes | None:
    """Reads the file that --compare names. Runs before the builds, so that a wrong
    file is reported at once."""
    if path is None:
        return None
    try:
        return matrix.read(start / path)
    except matrix.BadFile as error:
        raise Problem(
            f"{path} {error}; give a matrix.json of an earlier run"
        ) from None


def keep_programs(
    columns: Sequence[matrix.Column], converter: helpers.Converter, folder: pathlib.Path
) -> dict[str, dict[str, str]]:
    """Writes the shortest program of each broken rule as text and as C. Returns
    {column: {rule: the C text}}."""
    texts: dict[str, dict[str, str]] = {}
    for column in columns:
        texts[column.name] = {}
        for identity, cell in column.cells.items():
            if not cell.program:
                continue
            word = re.sub(r"[^A-Za-z0-9.]+", "-", column.name).strip("-")
            path = folder / "programs" / word / f"{identity}.prog"
            matrix.write(path, cell.program)
            text = converter.to_c(path)
            c_file = path.with_suffix(".c")
            matrix.write(c_file, text)
            cell.c_file = os.path.relpath(c_file, start_folder())
            texts[column.name][identity] = text
    return texts


def main(argv: list[str]) -> int:
    begin = time.monotonic()
    arguments = parse(argv)
    root, start = workspace_folder().resolve(), start_folder()
    folder = root / "out/conformance"
    before = saved(arguments.compare, start)
    console = rich.console.Console(highlight=False, soft_wrap=True)
    every = implementations(arguments, root, start, folder)
    contract = contracts.read(root)
    rules = [
        rule
        for rule in contract.rules
        if rule.level in LEVELS[: LEVELS.index(arguments.level) + 1]
    ]
    columns = []
    with console.status("") as status:
        workers = []
        for item in every:
            status.update(f"{item.path}: compiling")
            item.build(root, folder / "objects")
            workers.append(testing.start(item, arguments.level))
        for item, worker in zip(every, workers, strict=True):
            columns.append(
                testing.column_of(
                    item,
                    worker,
                    contract,
                    rules,
                    root,
                    arguments.programs,
                    status.update,
                )
            )
    matrix.give_names(columns)
    changes = None if before is None else matrix.changes(before, columns)
    write_all(columns, rules, arguments.level, changes, root, folder)
    print_all(console, columns, rules, arguments, changes)
    seconds = time.monotonic() - begin
    word = "implementation" if len(columns) == 1 else "implementations"
    console.print(f"{len(columns)} {word} in {seconds:.0f} s; ", end="")
    where = os.path.relpath(folder, start)
    console.print(f"{where}/matrix.html, matrix.json, matrix.xml")
    return 0 if all(column.is_clean() for column in columns) else 1


def write_all(
    columns: Sequence[matrix.Column],
    rules: Sequence[Rule],
    level: str,
    changes: list[str] | None,
    root: pathlib.Path,
    folder: pathlib.Path,
) -> None:
    converter = helpers.Converter(root, folder)
    c_sources = keep_programs(columns, converter, folder)
    matrix.write(folder / "matrix.json", matrix.as_json(columns, rules, level))
    matrix.write(folder / "matrix.xml", show.junit(columns, rules))
    matrix.write(
        folder / "matrix.html",
        page.page(columns, rules, level, changes, c_sources),
    )


def print_all(
    console: rich.console.Console,
    columns: Sequence[matrix.Column],
    rules: Sequence[Rule],
    arguments: argparse.Namespace,
    changes: list[str] | None,
) -> None:
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
