"""Measures how many executions it takes to find each planted bug."""

import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import rich.box
import rich.console
import rich.progress
import rich.table

from tools.commands.detect import detectors, measurement, results
from tools.commands.detect.afl import Afl, is_installed
from tools.commands.detect.methods import AFL, BY_NAME, METHODS
from tools.lib.arguments import Parser, number
from tools.lib.choice import chosen_bugs
from tools.lib.places import workspace_folder
from tools.lib.problem import Problem, exit_status

ROOT = workspace_folder()

_RULE = re.compile(r"^  ([A-Z0-9]+(?:-[A-Z0-9]+)+) +\d+$", re.MULTILINE)
WIDTH = 80
SEEDS = 10**6
_NEVER = re.compile(r"^never reached:(.*)$", re.MULTILINE)

EPILOG = """methods:
{methods}

A bug counts with each of its targets. What is not found counts as found at the
limit. The measurement is resumed where it was interrupted or killed; what has
changed since is measured anew. The reference is built with the flags of the
tests.

Exit status: 0 if every bug is found by every seed of the first method, 1 if
one is not, 130 after Ctrl-C, 2 for bad input.
"""


def _about(method):
    start = f"  {method.name:11}"
    return textwrap.fill(
        method.about, 79, initial_indent=start, subsequent_indent=" " * len(start)
    )


def parse(arguments):
    parser = Parser(
        "tools/detect",
        "Measures how many executions, and seconds, it takes to find each\n"
        "planted bug of tests/bugs.",
        EPILOG.format(methods="\n".join(map(_about, METHODS))),
    )
    parser.add_argument(
        "--bugs",
        default=".",
        metavar="REGEX",
        help="only bugs whose source/name matches",
    )
    parser.add_argument(
        "--seeds", type=number(1), default=20, metavar="N", help="default 20"
    )
    parser.add_argument(
        "--executions",
        type=number(1),
        default=100000,
        metavar="N",
        help="the limit of a run (default 100000)",
    )
    parser.add_argument(
        "--methods",
        default=",".join(m.name for m in METHODS),
        metavar="NAME,...",
        help="default: all",
    )
    parser.add_argument(
        "--jobs",
        type=number(1, 256),
        default=os.cpu_count(),
        metavar="N",
        help="runs at a time (default: one for each processor)",
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=ROOT / "out/detect",
        metavar="FOLDER",
        help="default out/detect",
    )
    return parser.parse_args(arguments)


def bugs_to_find(pattern):
    bugs = [planted for planted in chosen_bugs(ROOT, pattern) if planted.budgets]
    if not bugs:
        raise Problem(
            f"--bugs={pattern} matches no bug that a target can find; "
            "ls tests/bugs/*"
        )
    return bugs


def chosen_methods(text):
    """(methods to measure, why not by name of those that cannot be)"""
    names = dict.fromkeys(text.split(","))
    for name in names:
        if name not in BY_NAME:
            raise Problem(
                f"there is no method '{name}'; there are " + ", ".join(BY_NAME)
            )
    absent = {}
    if AFL in names and not is_installed():
        if len(names) == 1:
            raise Problem("AFL++ is not installed; apt-get install afl++")
        absent[AFL] = "not installed"
    return [BY_NAME[name] for name in names if name not in absent], absent


def make_folder(path):
    try:
        path.mkdir(parents=True, exist_ok=True)
        measurement.write_whole(path / ".writable", "")
        os.remove(path / ".writable")
    except OSError as error:
        raise Problem(
            f"--output={path}: {error.strerror}; choose a folder that can be "
            "written to"
        ) from error


def build(bugs, methods):
    """Builds what is needed; the folder that it is in."""
    targets = {target for planted in bugs for target in planted.budgets}
    labels = [f"//tests/bugs:{planted.name}_library" for planted in bugs]
    for method in methods:
        if method.suffix is None:
            continue
        labels += [f"//tests/bugs:{t}{method.suffix}" for t in sorted(targets)]
    command = ["bazel", "build", *dict.fromkeys(labels)]
    print(f"bazel build //tests/bugs: {len(labels)} targets", flush=True)
    try:
        status = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except FileNotFoundError as error:
        raise Problem("there is no bazel; run tools/setup") from error
    if status != 0:
        raise Problem("the build failed; Bazel said why")
    folder = subprocess.run(
        ["bazel", "info", "bazel-bin"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    ).stdout.strip()
    return pathlib.Path(folder) / "tests/bugs"


def rules_of(binaries, targets):
    """The rules that programs of these targets can break, in order."""
    rules = {}
    for target in targets:
        _, outcome = detectors.fuzz(binaries / target, None, 1, 1000, None)
        names = _RULE.findall(outcome.output)
        never = _NEVER.search(outcome.output)
        names += never[1].split() if never else []
        rules.update(dict.fromkeys(n for n in names if n != "none"))
    return list(rules)


def measure(options, bugs, methods, binaries):
    afl = None
    if BY_NAME[AFL] in methods:
        targets = {target for b in bugs for target in b.budgets}
        afl = Afl(options.output, sorted(targets), options.jobs)
    by_name = {planted.name: planted for planted in bugs}
    jobs = [
        measurement.Job(planted.name, target, method.name, seed)
        for method in methods
        for seed in range(1, min(options.seeds, method.seeds or SEEDS) + 1)
        for planted in bugs
        for target in planted.budgets
    ]
    state = measurement.State(
        options.output / "runs.jsonl",
        measurement.conditions(
            jobs, by_name, binaries, options.executions, afl
        ),
    )

    def run_job(job):
        return measurement.measure(
            job, by_name[job.bug], binaries, options.executions, afl
        )

    with rich.progress.Progress(
        *rich.progress.Progress.get_default_columns(),
        rich.progress.MofNCompleteColumn(),
        disable=not sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task(
            "runs", total=len(jobs), completed=len(state.runs)
        )
        measurement.measure_all(
            jobs, run_job, state, options.jobs, lambda: progress.advance(task)
        )
    return [state.runs[job] for job in jobs]


def show(table):
    if table.most == 0:
        return
    printed = rich.table.Table(
        title=table.title, title_justify="left", box=rich.box.SIMPLE_HEAD
    )
    for i, head in enumerate(table.heads):
        printed.add_column(head, justify="left" if i == 0 else "right")
    for row in table.rows[: table.most]:
        printed.add_row(*map(str, row))
    console = rich.console.Console()
    console.print(printed)
    if len(table.rows) > table.most:
        console.print(f"and {len(table.rows) - table.most} more; see the page")


def write(options, runs, result, made, curves):
    # Takes a second, which whoever made a mistake need not wait.
    from tools.commands.detect import page

    measurement.write_whole(
        options.output / "detect.json",
        json.dumps(
            {
                **result,
                "tables": [
                    {"title": t.title, "heads": t.heads, "rows": t.rows}
                    for t in made
                ],
                "runs": [run._asdict() for run in runs],
            },
            indent=1,
        )
        + "\n",
    )
    measurement.write_whole(
        options.output / "detect.html",
        page.page(result["about"], curves, made),
    )
    print(f"{options.output}/detect.html and detect.json written")


def main(arguments):
    options = parse(arguments)
    methods, absent = chosen_methods(options.methods)
    bugs = bugs_to_find(options.bugs)
    make_folder(options.output)
    if AFL in absent:
        print("detect: AFL++ is not installed; its column says so")
    binaries = build(bugs, methods)
    runs = measure(options, bugs, methods, binaries)

    targets = sorted({target for b in bugs for target in b.budgets})
    result, made = results.evaluate(
        bugs,
        runs,
        [m.name for m in methods],
        absent,
        rules_of(binaries, targets),
    )
    for table in made:
        show(table)
    print(textwrap.fill(result["about"], WIDTH, break_on_hyphens=False))
    write(options, runs, result, made, results.curves(runs, methods))
    return 0 if result["all found"] else 1


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "detect",
            lambda: main(sys.argv[1:]),
            "interrupted; the same command goes on",
        )
    )
