"""tools/planted: tests the matrix of tools/conformance with planted bugs."""

import argparse
import concurrent.futures
import os
import pathlib
import statistics
import sys

from tools.commands.conformance import matrix, saved, testing
from tools.commands.conformance.library import Library
from tools.commands.planted import replant
from tools.commands.planted.broken import Reference
from tools.commands.planted.kept import Kept, Shown
from tools.commands.planted.record_bug import record_bug
from tools.lib import bug
from tools.lib import contract as contracts
from tools.lib.arguments import Parser, number
from tools.lib.choice import chosen_bugs
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ROOT = workspace_folder()

ABOUT = """\
Tests the matrix of tools/conformance with the planted bugs of tests/bugs. For
each bug, builds the reference with the bug and without sanitizers, makes its
matrix, and prints the failed rules: the rules that the bug's header names, and
others. Keeps the matrix of each bug in out/planted/bugs. A run that was stopped goes
on when it starts again: a bug is tested again only if the bug, the reference, the
tests, the corpus or the tools have changed."""

MORE = """\
A bug is shown if a rule of its header (Breaks, Reports) has failed. A bug is
hidden if such a rule is broken but the matrix shows it as blocked by another
rule; a hidden bug is an error of the matrix. A bug that breaks no rule here can
only be found with a sanitizer.

--check, --replant and --record compile nothing. They update the files of the bugs
after a change of the code, and make new bugs.

Exit status: 0 if no bug is hidden (or every bug applies), 1 if not, 130 after
Ctrl-C, 2 for bad input.
"""

# Generated programs per target, in addition to those of the corpus: the corpus has
# a program for nearly every rule, but not for all.
PROGRAMS = 30


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "tools/planted",
        ABOUT,
        MORE,
    )
    parser.add_argument(
        "--bugs",
        default=".",
        metavar="REGEX",
        help="test only the bugs whose folder/name matches (default: all)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="list the bugs that no longer apply to the code",
    )
    parser.add_argument(
        "--replant",
        metavar="REGEX",
        help="update the edits of bugs that no longer apply to the code; REGEX "
        "must match the whole name",
    )
    parser.add_argument(
        "--record",
        metavar="FOLDER/NAME",
        help="make a new bug from the differences between the last commit and "
        "the code",
    )
    parser.add_argument(
        "--programs",
        type=number(0),
        default=PROGRAMS,
        metavar="N",
        help=f"generated programs per fuzz target (default {PROGRAMS})",
    )
    parser.add_jobs("bugs")
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=ROOT / "out/planted",
        metavar="FOLDER",
        help="folder for libraries and matrices (default out/planted)",
    )
    return parser.parse_args(arguments)


class Matrices:
    """Makes the matrix of a library with a planted bug."""

    def __init__(
        self, contract: contracts.Contract, programs: int
    ) -> None:
        self._contract = contract
        self._rules = [r for r in contract.rules if r.level != "advice"]
        self._programs = programs

    def column(self, library: Library) -> matrix.Column:
        column = testing.column_of(
            library,
            testing.start(library, "observed"),
            self._contract,
            self._rules,
            ROOT,
            self._programs,
            lambda text: None,
        )
        matrix.write(
            library.folder.parent / "matrix.json",
            saved.as_json(matrix.Matrix("observed", self._rules, [column])),
        )
        return column

    def show(self, planted: bug.Bug, library: Library) -> Shown:
        """Makes the matrix of the library with the bug; returns its rules."""
        column = self.column(library)
        names = [*planted.breaks, *planted.reports]
        red, blocked = [], []
        for identity, cell in column.cells.items():
            if cell.outcome in (matrix.FAILED, matrix.CRASHED):
                red.append(identity)
            elif cell.outcome == matrix.BLOCKED:
                blocked.append(identity)
        return Shown(
            [identity for identity in red if identity in names],
            [identity for identity in red if identity not in names],
            [identity for identity in blocked if identity in names],
            len(blocked),
        )


def line(planted: bug.Bug, shown: Shown) -> str:
    """Returns the line to print for a bug."""
    text = f"{planted.name}: {' '.join(shown.own) or 'not shown'}"
    if shown.hidden and not shown.own:
        text += f" ({' '.join(shown.hidden)} blocked)"
    if shown.others:
        text += f"; others: {' '.join(shown.others)}"
    return text + (f"; {shown.blocked} blocked" if shown.blocked else "")


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.record:
        record_bug(ROOT, options.record)
        return 0
    if options.replant:
        chosen = chosen_bugs(ROOT, f"/({options.replant})$")
        return 0 if replant.replant_all(ROOT, chosen) else 1
    bugs = chosen_bugs(ROOT, options.bugs)
    if options.check:
        return 1 if replant.check(ROOT, bugs) else 0
    folder = start_folder() / options.output
    contract = contracts.read(ROOT)
    reference = Reference(ROOT, folder)
    matrices = Matrices(contract, options.programs)
    whole = matrices.column(reference.whole)
    if not whole.is_clean():
        raise Problem(
            "the reference without a bug does not hold; see "
            f"{folder}/whole/matrix.json"
        )
    built = [reference.whole.path, pathlib.Path(reference.whole.command[0])]
    kept = Kept(ROOT, folder, built, options.programs)

    def show(planted: bug.Bug) -> Shown:
        shown = kept.find(planted)
        if shown is None:
            shown = matrices.show(planted, reference.broken(planted))
            kept.keep(planted, shown)
        return shown

    pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
    results = []
    try:
        for planted, shown in zip(bugs, pool.map(show, bugs)):
            print(line(planted, shown), flush=True)
            results.append((planted.name, shown))
    finally:
        pool.shutdown(cancel_futures=True)
    red = [len(shown.own) + len(shown.others) for _, shown in results]
    hidden = [name for name, shown in results if shown.hidden and not shown.own]
    unseen = [name for name, shown in results if not shown.hidden and not shown.own]
    print(
        f"{len(results)} bugs; red rules: median {statistics.median(red):g}, "
        f"most {max(red)}; hidden: {' '.join(hidden) or 'none'}; "
        f"need a sanitizer: {' '.join(unseen) or 'none'}"
    )
    return 1 if hidden else 0


if __name__ == "__main__":
    sys.exit(exit_status("planted", lambda: main(sys.argv[1:])))
