"""Measures the speed of the fuzz targets on CPython, relative to the same targets
on the reference."""

import argparse
import functools
import statistics

from tools.commands.bench.measure import Places, Row, by_turns, ratio
from tools.commands.bench.targets import MAX_LENGTHS, Run

BINARIES = {"reference": "{}_bin", "cpython": "{}_bin_on_cpython"}


def measure(places: Places, options: argparse.Namespace) -> list[Row]:
    """Returns a row for each target and length."""
    rows = []
    for max_length in MAX_LENGTHS:
        for target in places.targets:
            rounds = by_turns(
                options.rounds,
                {
                    name: functools.partial(
                        Run,
                        places.fuzz / binary.format(target),
                        options.runs,
                        max_length,
                    )
                    for name, binary in BINARIES.items()
                },
            )
            spent = {
                name: [run.microseconds for run in runs]
                for name, runs in rounds.items()
            }
            per_call = {
                name: [run.microseconds / run.calls for run in runs]
                for name, runs in rounds.items()
            }
            rows.append(
                {
                    "target": target,
                    "max_len": max_length,
                    "reference_us": statistics.median(spent["reference"]),
                    "cpython_us": statistics.median(spent["cpython"]),
                    "ratio": ratio(spent["reference"], spent["cpython"]),
                    "call_ratio": ratio(
                        per_call["reference"], per_call["cpython"]
                    ),
                }
            )
    return rows


# The engine keeps different programs on each implementation, so the mean
# length of the programs differs. Calls per second do not depend on it.
TITLE = (
    "Targets on CPython against the reference (ratio: executions per second, "
    "call_ratio: calls per second, user time)"
)
COLUMNS = (
    "target",
    "max_len",
    "reference_us",
    "cpython_us",
    "ratio",
    "call_ratio",
)
