"""Measures how many executions it takes to find each planted bug."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

import rich.console
import rich.progress
import rich.table

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools/fuzzing"))

import bug
import detectors
import measurement
import page
import tables
from methods import BY_NAME, METHODS
from problem import Problem, exit_status

_RULE = re.compile(r"^  ([A-Z0-9]+(?:-[A-Z0-9]+)+) +\d+$", re.MULTILINE)
_NEVER = re.compile(r"^never reached:(.*)$", re.MULTILINE)

EPILOG = """methods:
{methods}

A bug counts with each of its targets. What is not found counts as found at the
limit. The measurement is resumed where it was interrupted; what was built
since is measured anew. The reference is built with the flags of the tests.

Exit status: 0 if every bug is found by every seed of the first method, 1 if
one is not, 130 after Ctrl-C, 2 for bad input.
"""


def number(text):
    value = int(text)
    if value < 1:
        raise ValueError
    return value


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Problem(f"{message}; try --help")


def parse(arguments):
    parser = Parser(
        prog="tools/detect",
        description="Measures how many executions, and seconds, it takes to "
        "find each planted bug of tests/bugs.",
        epilog=EPILOG.format(
            methods="\n".join(f"  {m.name:9} {m.about}" for m in METHODS)
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--bugs",
        default=".",
        metavar="REGEX",
        help="only bugs whose source/name matches",
    )
    parser.add_argument(
        "--seeds", type=number, default=20, metavar="N", help="default 20"
    )
    parser.add_argument(
        "--executions",
        type=number,
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
        type=number,
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


def planted_bugs(pattern):
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise Problem(f"--bugs={pattern}: {error}; try --help") from error
    bugs = []
    for path in sorted((ROOT / "tests/bugs").glob("*/*.patch")):
        if wanted.search(f"{path.parent.name}/{path.stem}"):
            try:
                planted = bug.read(path)
            except bug.Malformed as error:
                raise Problem(f"{error}; see tools/detection/bug.py") from error
            if planted.budgets:
                bugs.append(planted)
    if not bugs:
        raise Problem(
            f"--bugs={pattern} matches no bug that a target can find; "
            "ls tests/bugs/*"
        )
    return bugs


def chosen_methods(text):
    for name in text.split(","):
        if name not in BY_NAME:
            raise Problem(
                f"there is no method '{name}'; there are " + ", ".join(BY_NAME)
            )
    return [BY_NAME[name] for name in text.split(",")]


def build(bugs, methods):
    """Builds what is needed; the folder that it is in."""
    targets = {target for planted in bugs for target in planted.budgets}
    labels = [f"//tests/bugs:{planted.name}_library" for planted in bugs]
    for method in methods:
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
    return ROOT / "bazel-bin/tests/bugs"


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
    options.output.mkdir(parents=True, exist_ok=True)
    state = measurement.State(
        options.output / "state.json",
        measurement.conditions(bugs, binaries, options.executions),
    )
    by_name = {planted.name: planted for planted in bugs}
    jobs = [
        (planted.name, target, method.name, seed)
        for method in methods
        for seed in range(1, options.seeds + 1)
        for planted in bugs
        for target in planted.budgets
    ]

    def run_job(job):
        return measurement.measure(
            job, by_name[job[0]], BY_NAME[job[2]], binaries, options.executions
        )

    with rich.progress.Progress(
        *rich.progress.Progress.get_default_columns(),
        rich.progress.MofNCompleteColumn(),
        disable=not sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task(
            "runs", total=len(jobs), completed=sum(map(state.has, jobs))
        )
        measurement.measure_all(
            jobs, run_job, state, options.jobs, lambda: progress.advance(task)
        )
    return [state.runs[job] for job in jobs]


def show(table):
    printed = rich.table.Table(title=table.title, title_justify="left")
    for i, head in enumerate(table.heads):
        printed.add_column(head, justify="left" if i == 0 else "right")
    for row in table.rows:
        printed.add_row(*map(str, row))
    rich.console.Console().print(printed)


def write(options, runs, made, curves, about):
    measurement.write_whole(
        options.output / "detect.json",
        json.dumps(
            {
                "about": about,
                "runs": [run._asdict() for run in runs],
                "tables": [table._asdict() for table in made],
            },
            indent=1,
        ),
    )
    measurement.write_whole(
        options.output / "detect.html",
        page.page(about, curves, options.executions, made),
    )
    print(f"{options.output}/detect.html and detect.json written")


def main(arguments):
    options = parse(arguments)
    methods = chosen_methods(options.methods)
    bugs = planted_bugs(options.bugs)
    binaries = build(bugs, methods)
    runs = measure(options, bugs, methods, binaries)

    first = methods[0].name
    names = [method.name for method in methods]
    targets = sorted({target for b in bugs for target in b.budgets})
    made = [
        tables.methods(runs, names, options.executions),
        tables.bugs(runs, first, options.executions),
        tables.detectors(bugs, runs, first),
        tables.comparisons(runs, rules_of(binaries, targets)),
    ]
    model, found = tables.only_the_model(bugs, runs, first)
    about = (
        f"{len(bugs)} bugs, {options.seeds} seeds, at most "
        f"{options.executions} executions a run. Of {found} bugs that were "
        f"found, {model} were reported by the model alone in every run."
    )
    for table in made:
        show(table)
    print(about)
    curves = {
        name: (
            [r.executions for r in runs if r.method == name and r.executions],
            sum(r.method == name for r in runs),
        )
        for name in names
    }
    write(options, runs, made, curves, about)
    missed = [r for r in runs if r.method == first and r.executions is None]
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(exit_status("detect", lambda: main(sys.argv[1:])))
    except KeyboardInterrupt:
        print("detect: interrupted; the same command goes on", file=sys.stderr)
        sys.exit(130)
