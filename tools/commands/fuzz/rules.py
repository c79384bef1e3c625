"""The table of rules: the tests, fuzz targets and programs that each has."""

import collections
import os
import pathlib
import re
import subprocess
import tempfile

import rich.box
import rich.table

from tools.lib.problem import Problem
from tools.lib.status import Status

Rule = collections.namedtuple("Rule", "id text advice")
Row = collections.namedtuple("Row", "id tests targets programs reason text")

_ENTRY = re.compile(
    r'^RULE\(\w+, "([^"]+)", "[^"]*", (\w+), \w+,\s+"([^"]*)",\s+"[^"]*",'
    r'\s+"([^"]*)"\)',
    re.MULTILINE,
)
_TEST = re.compile(r"\bTEST(?:_[FP])?\(\s*\w+,\s*([A-Z]\w*_[0-9]+)_")
_TITLE = re.compile(r"# ([A-Z0-9-]+): ")


def contract(root):
    """The rules in their order; `advice` is why one cannot be tested, or ""."""
    entries = _ENTRY.findall((root / "capsule/contract.def").read_text())
    return [Rule(ident, text, reason) for ident, _, text, reason in entries]


def tests(root):
    """id -> how many rule tests bear it in their names."""
    files = (root / "tests").rglob("*.cc")
    names = (name for path in files for name in _TEST.findall(path.read_text()))
    return collections.Counter(name.replace("_", "-") for name in names)


def programs(root, targets):
    """id -> how many programs of the targets' corpora name it in their title."""
    count = collections.Counter()
    for target in targets:
        folder = root / "corpus" / target.removesuffix("_fuzz")
        for path in folder.rglob("*.prog"):
            title = _TITLE.match(path.read_text())
            count.update(title.groups() if title else ())
    return count


def reasons(root):
    """id -> why no target can exercise it; fuzz/unfuzzed.txt."""
    path = root / "fuzz/unfuzzed.txt"
    found = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        idents, colon, reason = line.partition(": ")
        if line and not line.startswith("#"):
            for ident in idents.split():
                if not colon or ident in found:
                    raise Problem(
                        f"{path}:{number}: not `ID ...: reason`, or an id that "
                        "was there before; correct the line"
                    )
                found[ident] = reason
    return found


def reachable(binary):
    """The ids that a target says it can exercise; none for one that runs no
    programs."""
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


def rows(root, binaries):
    """A Row for each rule. `binaries`: target -> its engine."""
    targets = {name: reachable(path) for name, path in binaries.items()}
    named, shown, why_not = tests(root), programs(root, binaries), reasons(root)
    return [
        Row(
            rule.id,
            named[rule.id],
            [t for t in sorted(targets) if rule.id in targets[t]],
            shown[rule.id],
            rule.advice or why_not.get(rule.id, ""),
            rule.text,
        )
        for rule in contract(root)
    ]


def _cells(row):
    targets = " ".join(name.removesuffix("_fuzz") for name in row.targets)
    return [row.id, str(row.tests), targets, str(row.programs), row.reason]


HEADINGS = ["rule", "tests", "targets", "programs", "why no target"]


def show(table, console):
    """Prints the rows: for people on a terminal, else with tabs."""
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
