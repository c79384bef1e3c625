"""Prints a table of the rules: the tests, fuzz targets and programs of each."""

import os
import pathlib
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import rich.box
import rich.console
import rich.table

from tools.lib import contract as contracts
from tools.lib.problem import Problem
from tools.lib.status import Status


class Row(NamedTuple):
    """A rule: the numbers of its tests and programs, the targets that can
    exercise the rule, and the reason if no target can."""

    id: str
    tests: int
    targets: list[str]
    programs: int
    reason: str
    text: str


def reachable(binary: pathlib.Path) -> set[str]:
    """Returns the ids of the rules that a target can exercise. Returns no rules
    for a target whose inputs are not programs."""
    with tempfile.TemporaryDirectory() as folder:
        status = Status(f"{folder}/status")
        done = subprocess.run(
            [str(pathlib.Path(binary).resolve()), "-runs=0"],
            env=dict(os.environ, CAPSULE_STATUS_FILE=str(status.path)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            check=False,
        )
        if done.returncode != 0:
            raise Problem(f"{binary} does not start; it said:\n{done.stderr}")
        status.read()
    return {ident for ident, (can, _) in status.rules.items() if can}


def rows(root: pathlib.Path, binaries: Mapping[str, pathlib.Path]) -> list[Row]:
    """Returns a Row for each rule. `binaries` maps the name of each target to
    its executable."""
    contract = contracts.read(root)
    targets = {name: reachable(path) for name, path in binaries.items()}
    tests = contracts.tests_by_rule(root, contract)
    programs = contracts.programs_by_rule(root, contract)
    return [
        Row(
            rule.id,
            len(tests.get(rule.id, ())),
            [t for t in sorted(targets) if rule.id in targets[t]],
            len(programs.get(rule.id, ())),
            rule.no_program,
            rule.text,
        )
        for rule in contract.rules
    ]


def _cells(row: Row) -> list[str]:
    targets = " ".join(name.removesuffix("_fuzz") for name in row.targets)
    return [row.id, str(row.tests), targets, str(row.programs), row.reason]


HEADINGS = ["rule", "tests", "targets", "programs", "why no target"]


def show(table: Sequence[Row], console: rich.console.Console) -> None:
    """Prints the rows as a table on a terminal; separated by tabs otherwise."""
    if not console.is_terminal:
        for cells in [HEADINGS, *map(_cells, table)]:
            print("\t".join(cells), file=console.file)
        return
    view = rich.table.Table(box=rich.box.SIMPLE_HEAD, row_styles=["", "dim"])
    for heading in HEADINGS:
        right = heading in ("tests", "programs")
        view.add_column(heading, justify="right" if right else "left")
    for row in table:
        view.add_row(*_cells(row))
    console.print(view)
    fuzzed = sum(bool(row.targets) for row in table)
    console.print(
        f"{len(table)} rules: {fuzzed} exercised by a target, "
        f"{len(table) - fuzzed} by none"
    )
