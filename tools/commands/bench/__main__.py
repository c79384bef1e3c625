"""Measures the project; `bazel run //tools:bench -- --help` says more."""

import argparse
import json
import os
import pathlib
import sys
import types

from rich.console import Console
from rich.table import Table

from tools.commands.bench import check, cpython, functions, replay, report, targets
from tools.commands.bench.measure import Failed, Places, Row
from tools.lib.arguments import Parser, number, one_of, seconds
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

PARTS: dict[str, types.ModuleType] = {
    "functions": functions,
    "targets": targets,
    "cpython": cpython,
    "replay": replay,
    "report": report,
    "check": check,
}

ABOUT = """\
Measures speed as ratios within one run. Compares each function of the reference
with CPython's, the fuzz targets with an empty target, and the fuzz targets on
CPython with the same targets on the reference. Also measures replay, the size of
a report, and programs under tools/check against the same without."""


def parse(argv: list[str]) -> argparse.Namespace:
    parser = Parser(
        "bench",
        ABOUT,
        usage="bazel run //tools:bench -- [--only PART] [--rounds N] "
        "[--seconds S] [--runs N] [--json FILE]",
    )
    parser.add_argument("targets", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument(
        "--only",
        action="append",
        type=one_of(PARTS),
        metavar="PART",
        help=f"one of {', '.join(PARTS)}; may be repeated (default: all)",
    )
    parser.add_argument(
        "--rounds",
        type=number(1),
        default=5,
        metavar="N",
        help="rounds; each round measures everything once (default 5)",
    )
    parser.add_argument(
        "--seconds",
        type=seconds,
        default=0.05,
        metavar="S",
        help="seconds for each function in each round (default 0.05)",
    )
    parser.add_argument(
        "--runs",
        type=number(1),
        default=100000,
        metavar="N",
        help="executions of each target in each round (default 100000)",
    )
    parser.add_argument(
        "--json",
        type=pathlib.Path,
        metavar="FILE",
        help="file for the figures (default out/bench/bench.json)",
    )
    return parser.parse_args(argv)


def show(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(part: types.ModuleType, rows: list[Row]) -> Table:
    result = Table(title=part.TITLE, title_justify="left")
    for column in part.COLUMNS:
        text = isinstance(rows[0][column], str)
        result.add_column(column, justify="left" if text else "right")
    for row in rows:
        result.add_row(*(show(row[column]) for column in part.COLUMNS))
    return result


def write(figures: dict[str, list[Row]], path: pathlib.Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(figures, indent=2) + "\n")
    os.replace(new, path)


def main(argv: list[str]) -> int:
    options = parse(argv)
    path = workspace_folder() / "out/bench/bench.json"
    if options.json:
        path = start_folder() / options.json
        if path.is_dir() or not path.parent.is_dir():
            raise Problem(
                f"{options.json} is not a file in an existing folder; name another"
            )
    places = Places(
        pathlib.Path("tools/commands/bench").absolute(),
        pathlib.Path("fuzz").absolute(),
        pathlib.Path("corpus").absolute(),
        options.targets,
    )
    console = Console()
    figures: dict[str, list[Row]] = {}
    for name in options.only or PARTS:
        try:
            figures[name] = PARTS[name].measure(places, options)
        except Failed as failed:
            print(f"bench: {name}: {failed}", file=sys.stderr)
            return 1
        console.print(table(PARTS[name], figures[name]))
    write(figures, path)
    console.print(f"figures in {path}", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "bench",
            lambda: main(sys.argv[1:]),
            "interrupted; nothing was written",
        )
    )
