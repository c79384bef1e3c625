"""Measures each function of the capsule API on the reference, relative to
CPython."""

import argparse
import functools
import json
import pathlib
import statistics
import subprocess

from tools.commands.bench.measure import Failed, Places, Row, by_turns, ratio

IMPLEMENTATIONS = ("reference", "cpython")


def times(program: pathlib.Path, seconds: float) -> dict[str, float]:
    """Returns {benchmark: nanoseconds per call}. Each benchmark runs for
    `seconds`."""
    done = subprocess.run(
        [
            str(program),
            f"--benchmark_min_time={seconds}",
            "--benchmark_format=json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"'{program}' failed: {done.stderr.strip()[-400:]}")
    result = {}
    for benchmark in json.loads(done.stdout)["benchmarks"]:
        if benchmark.get("error_occurred"):
            raise Failed(
                f"{program.name} {benchmark['name']}: "
                f"{benchmark['error_message']}"
            )
        result[benchmark["name"]] = benchmark["cpu_time"]
    return result


def measure(places: Places, options: argparse.Namespace) -> list[Row]:
    """Returns rows of nanoseconds per call and their ratio."""
    rounds = by_turns(
        options.rounds,
        {
            name: functools.partial(
                times, places.bench / f"{name}_functions", options.seconds
            )
            for name in IMPLEMENTATIONS
        },
    )
    rows = []
    for name in rounds["reference"][0]:
        reference, cpython = (
            [result[name] for result in rounds[implementation]]
            for implementation in IMPLEMENTATIONS
        )
        rows.append(
            {
                "function": name,
                "reference_ns": statistics.median(reference),
                "cpython_ns": statistics.median(cpython),
                "ratio": ratio(cpython, reference),
            }
        )
    return rows


TITLE = "Reference against CPython, release builds (ratio: CPython / reference)"
COLUMNS = ("function", "reference_ns", "cpython_ns", "ratio")
