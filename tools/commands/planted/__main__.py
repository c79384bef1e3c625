"""What tools/planted does: shows planted bugs to the matrix."""

import concurrent.futures
import os
import pathlib
import statistics
import sys
from typing import NamedTuple

from tools.commands.conformance import matrix, testing
from tools.commands.conformance.implementation import Library
from tools.commands.planted import replant
from tools.commands.planted.broken import Reference
from tools.commands.planted.record_bug import record_bug
from tools.lib import bug
from tools.lib import contract as contracts
from tools.lib.arguments import Parser, number
from tools.lib.choice import chosen_bugs
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ROOT = workspace_folder()

ABOUT = """\
Builds the reference with each bug of tests/bugs in it, as a library without a
sanitizer, holds it against the contract as tools/conformance does, and says
which rules turn red: those that the bug's header names, and others. The matrix
of each bug is kept in out/planted/bugs."""

MORE = """\
A bug is shown if a rule of its header (Breaks, Reports) is red. A bug is hidden
if such a rule is broken, but blocked by another one: no bug may be. A bug that
breaks no rule here needs a sanitizer to be seen.

--check, --replant and --record compile nothing: they look after the files of the
bugs when the code has changed, and make new ones.

Exit status: 0 if no bug is hidden (or every bug applies), 1 if not, 130 after
Ctrl-C, 2 for bad input.
"""

# The corpus has a program for nearly every rule; these are for what it lacks.
PROGRAMS = 30


class Shown(NamedTuple):
    """What the matrix makes of a bug: ids of rules."""

    bug: bug.Bug
    own: list[str]  # red, and named by the bug's header
    others: list[str]  # red too
    hidden: list[str]  # named by the header, but blocked
    blocked: int  # how many are


def parse(arguments):
    parser = Parser(
        "tools/planted",
        ABOUT,
        MORE,
    )
    parser.add_argument(
        "--bugs",
        default=".",
        metavar="REGEX",
        help="only bugs whose source/name matches",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="list the bugs that an edit of the code has broken",
    )
    parser.add_argument(
        "--replant",
        metavar="REGEX",
        help="write the edits of broken bugs anew, for the code as it is; the "
        "whole name must match",
    )
    parser.add_argument(
        "--record",
        metavar="FOLDER/NAME",
        help="write a new bug: what differs from the last commit",
    )
    parser.add_argument(
        "--programs",
        type=number(0),
        default=PROGRAMS,
        metavar="N",
        help=f"generated programs per fuzz target (default {PROGRAMS})",
    )
    parser.add_argument(
        "--jobs",
        type=number(1, 256),
        default=os.cpu_count(),
        metavar="N",
        help="bugs at a time (default: one for each processor)",
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=ROOT / "out/planted",
        metavar="FOLDER",
        help="default out/planted",
    )
    return parser.parse_args(arguments)


class Matrices:
    """Makes the matrix of a library."""

    def __init__(self, contract, programs, objects):
        self._contract = contract
        self._rules = [r for r in contract.rules if r.level != "advice"]
        self._programs = programs
        self._objects = objects

    def column(self, library):
        library.build(ROOT, self._objects)
        column = testing.column_of(
            library,
            testing.start(library, "observed"),
            self._contract,
            self._rules,
            ROOT,
            self._programs,
            lambda text: None,
            shorten=False,
        )
        matrix.write(
            library.folder.parent / "matrix.json",
            matrix.as_json([column], self._rules, "observed"),
        )
        return column

    def show(self, planted: bug.Bug, library: Library) -> Shown:
        """Returns what the matrix makes of the bug that the library has."""
        column = self.column(library)
        names = [*planted.breaks, *planted.reports]
        red, blocked = [], []
        for identity, cell in column.cells.items():
            if cell.outcome in (matrix.FAILED, matrix.CRASHED):
                red.append(identity)
            elif cell.outcome == matrix.BLOCKED:
                blocked.append(identity)
        return Shown(
            planted,
            [identity for identity in red if identity in names],
            [identity for identity in red if identity not in names],
            [identity for identity in blocked if identity in names],
            len(blocked),
        )


def line(shown: Shown) -> str:
    """Returns what is printed of one bug."""
    text = f"{shown.bug.name}: {' '.join(shown.own) or 'not shown'}"
    if shown.hidden and not shown.own:
        text += f" ({' '.join(shown.hidden)} blocked)"
    if shown.others:
        text += f"; others: {' '.join(shown.others)}"
    return text + (f"; {shown.blocked} blocked" if shown.blocked else "")


def main(arguments):
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
    matrices = Matrices(contract, options.programs, folder / "objects")
    whole = matrices.column(reference.whole())
    if not whole.is_clean():
        raise Problem(
            "the reference without a bug does not hold; see "
            f"{folder}/whole/matrix.json"
        )
    pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
    results = []
    try:
        for shown in pool.map(
            lambda planted: matrices.show(planted, reference.broken(planted)),
            bugs,
        ):
            print(line(shown), flush=True)
            results.append(shown)
    finally:
        pool.shutdown(cancel_futures=True)
    red = [len(shown.own) + len(shown.others) for shown in results]
    hidden = [s.bug.name for s in results if s.hidden and not s.own]
    unseen = [s.bug.name for s in results if not s.hidden and not s.own]
    print(
        f"{len(results)} bugs; red rules: median {statistics.median(red):g}, "
        f"most {max(red)}; hidden: {' '.join(hidden) or 'none'}; "
        f"need a sanitizer: {' '.join(unseen) or 'none'}"
    )
    return 1 if hidden else 0


if __name__ == "__main__":
    sys.exit(exit_status("planted", lambda: main(sys.argv[1:])))
