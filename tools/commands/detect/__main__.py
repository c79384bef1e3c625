"""tools/detect: measures how many executions it takes to find each planted bug."""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable

import rich.box
import rich.console
import rich.progress
import rich.table

from tools.commands.detect import detectors, measurement, results
from tools.commands.detect.measurement import Job, Run
from tools.commands.detect.methods import BY_NAME, METHODS, Method
from tools.commands.detect.tables import Table
from tools.lib import plant
from tools.lib.arguments import Parser, number
from tools.lib.bug import Bug
from tools.lib.choice import chosen_bugs
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ROOT = workspace_folder()
WIDTH = 80

_RULE = re.compile(r"^  ([A-Z0-9]+(?:-[A-Z0-9]+)+) +\d+$", re.MULTILINE)
_NEVER = re.compile(r"^never reached:(.*)$", re.MULTILINE)

ABOUT = """\
Measures how many executions and seconds each fuzzing method needs to find each
planted bug of tests/bugs."""

MORE = """\
methods:
{methods}

Measures each bug with each of its targets. A run that does not find the bug
counts as one that finds it at the limit. If a run of this command was interrupted
or killed, the same command continues it; it measures again where the code has
changed. The reference is built with the flags of the tests.

Exit status: 0 if the first method finds every bug with every seed, 1 if not, 130
after Ctrl-C, 2 for bad input.

  tools/detect --bugs=get_pointer --seeds=2   the bugs of that name
"""


def _about(method: Method) -> str:
    start = f"  {method.name:11}"
    return textwrap.fill(
        method.about, 79, initial_indent=start, subsequent_indent=" " * len(start)
    )


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "tools/detect",
        ABOUT,
        MORE.format(methods="\n".join(map(_about, METHODS))),
    )
    parser.add_argument(
        "--bugs",
        default=".",
        metavar="REGEX",
        help="measure only the bugs whose folder/name matches (default: all)",
    )
    parser.add_argument(
        "--seeds",
        type=number(1),
        default=20,
        metavar="N",
        help="runs of each bug, target and method (default 20)",
    )
    parser.add_argument(
        "--executions",
        type=number(1),
        default=100000,
        metavar="N",
        help="executions after which a run gives up (default 100000)",
    )
    parser.add_argument(
        "--methods",
        default=",".join(m.name for m in METHODS),
        metavar="NAME,...",
        help="the methods to measure (default: all)",
    )
    parser.add_jobs("runs")
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=ROOT / "out/detect",
        metavar="FOLDER",
        help="folder for detect.json and runs.jsonl (default out/detect)",
    )
    return parser.parse_args(arguments)


def bugs_to_find(pattern: str) -> list[Bug]:
    bugs = [planted for planted in chosen_bugs(ROOT, pattern) if planted.budgets]
    if not bugs:
        raise Problem(
            f"--bugs={pattern} matches no bug that a target can find; see "
            "`ls tests/bugs/*` for the names"
        )
    return bugs


def chosen_methods(text: str) -> list[Method]:
    names = dict.fromkeys(text.split(","))
    for name in names:
        if name not in BY_NAME:
            raise Problem(
                f"there is no method '{name}'; there are " + ", ".join(BY_NAME)
            )
    return [BY_NAME[name] for name in names]


def make_folder(path: pathlib.Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        measurement.write_whole(path / ".writable", "")
        os.remove(path / ".writable")
    except OSError as error:
        raise Problem(
            f"--output={path}: {error.strerror}; choose a folder that can be "
            "written to"
        ) from error


def targets_of(bugs: Iterable[Bug]) -> list[str]:
    return sorted({target for planted in bugs for target in planted.budgets})


def build(bugs: list[Bug], methods: list[Method]) -> pathlib.Path:
    """Builds the targets and the libraries with bugs; returns their folder."""
    labels = [f"//tests/bugs:{planted.name}_library" for planted in bugs]
    for method in methods:
        labels += [f"//tests/bugs:{t}{method.suffix}" for t in targets_of(bugs)]
    command = ["bazel", "build", *dict.fromkeys(labels)]
    print(f"bazel build //tests/bugs: {len(labels)} targets", flush=True)
    try:
        status = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except FileNotFoundError as error:
        raise Problem("there is no bazel; run tools/setup") from error
    if status != 0:
        raise Problem("the build failed; see Bazel's output above")
    folder = subprocess.run(
        ["bazel", "info", "bazel-bin"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    ).stdout.strip()
    binaries = pathlib.Path(folder) / "tests/bugs"
    for planted in bugs:
        trouble = measurement.libraries(binaries, planted.name) / plant.TROUBLE
        if trouble.exists():
            raise Problem(f"{planted.path}: {trouble.read_text().strip()}")
    return binaries


def rules_of(binaries: pathlib.Path, targets: Iterable[str]) -> list[str]:
    """Returns the rules that programs of these targets can break, in order."""
    rules: dict[str, None] = {}
    for target in targets:
        _, outcome = detectors.fuzz(binaries / target, None, 1, 1000, None)
        names = _RULE.findall(outcome.output)
        never = _NEVER.search(outcome.output)
        names += never[1].split() if never else []
        rules.update(dict.fromkeys(n for n in names if n != "none"))
    return list(rules)


def measure(
    options: argparse.Namespace,
    bugs: list[Bug],
    methods: list[Method],
    binaries: pathlib.Path,
) -> list[Run]:
    by_name = {planted.name: planted for planted in bugs}
    jobs = [
        Job(planted.name, target, method.name, seed)
        for method in methods
        for seed in range(1, options.seeds + 1)
        for planted in bugs
        for target in planted.budgets
    ]
    state = measurement.State(
        options.output / "runs.jsonl",
        measurement.conditions(jobs, binaries, options.executions),
    )

    def run_job(job: Job) -> Run:
        return measurement.measure(
            job, by_name[job.bug], binaries, options.executions
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


def show(table: Table) -> None:
    printed = rich.table.Table(
        title=table.title, title_justify="left", box=rich.box.SIMPLE_HEAD
    )
    for i, head in enumerate(table.heads):
        printed.add_column(head, justify="left" if i == 0 else "right")
    for row in table.rows[: table.most]:
        printed.add_row(*row)
    rich.console.Console().print(printed)
    if table.most and len(table.rows) > table.most:
        print(f"and {len(table.rows) - table.most} more; see detect.json")


def write(path: pathlib.Path, runs: list[Run], result: results.Result) -> None:
    content = dataclasses.asdict(result)
    content["runs"] = [dataclasses.asdict(run) for run in runs]
    measurement.write_whole(path, json.dumps(content, indent=1) + "\n")
    print(f"{path} written")


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    options.output = start_folder() / options.output
    methods = chosen_methods(options.methods)
    bugs = bugs_to_find(options.bugs)
    make_folder(options.output)
    binaries = build(bugs, methods)
    runs = measure(options, bugs, methods, binaries)
    result = results.evaluate(
        len(bugs),
        runs,
        [method.name for method in methods],
        rules_of(binaries, targets_of(bugs)),
    )
    for table in result.tables:
        show(table)
    print(textwrap.fill(result.about, WIDTH, break_on_hyphens=False))
    write(options.output / "detect.json", runs, result)
    return 0 if result.all_found else 1


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "detect",
            lambda: main(sys.argv[1:]),
            "interrupted; run the same command again to continue",
        )
    )
