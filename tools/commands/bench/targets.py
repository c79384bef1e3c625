"""Measures the speed of the fuzz targets, relative to an empty target that runs
with the same flags."""

import argparse
import functools
import pathlib
import statistics
import tempfile

from tools.commands.bench.measure import Places, Row, by_turns, cpu_seconds, ratio
from tools.lib.status import Status


# The values of -max_len: programs of about five calls, of about ten calls, and of
# any length.
MAX_LENGTHS = (24, 40, 4096)
EMPTY_RUNS = 10  # the empty target is fast and needs that many times the runs


class Run:
    """One run from an empty corpus: microseconds and calls per program."""

    def __init__(
        self, program: pathlib.Path, runs: int, max_length: int
    ) -> None:
        with tempfile.TemporaryDirectory() as folder:
            status = pathlib.Path(folder) / "status"
            corpus = pathlib.Path(folder) / "corpus"
            corpus.mkdir()
            seconds = cpu_seconds(
                [
                    program,
                    f"-runs={runs}",
                    "-seed=1",
                    "-len_control=0",
                    f"-max_len={max_length}",
                    f"-artifact_prefix={folder}/",
                    corpus,
                ],
                {"CAPSULE_STATUS_FILE": str(status)},
            )
            counters = Status(status)
            counters.read()
        self.microseconds = seconds / runs * 1e6
        self.calls = counters.calls / max(counters.programs, 1)


def measure(places: Places, options: argparse.Namespace) -> list[Row]:
    """Returns a row for each target and length."""
    rows = []
    for max_length in MAX_LENGTHS:
        jobs = {
            target: functools.partial(
                Run, places.fuzz / f"{target}_bin", options.runs, max_length
            )
            for target in places.targets
        }
        jobs["empty"] = functools.partial(
            Run,
            places.fuzz / "driver/empty_fuzz",
            options.runs * EMPTY_RUNS,
            max_length,
        )
        rounds = by_turns(options.rounds, jobs)
        empty = [run.microseconds for run in rounds.pop("empty")]
        for target, runs in rounds.items():
            spent = [run.microseconds for run in runs]
            rows.append(
                {
                    "target": target,
                    "max_len": max_length,
                    "calls": runs[0].calls,
                    "target_us": statistics.median(spent),
                    "empty_us": statistics.median(empty),
                    "ratio": ratio(empty, spent),
                    "million_calls_per_s": statistics.median(
                        run.calls / run.microseconds for run in runs
                    ),
                }
            )
    return rows


TITLE = "Targets against the empty target (executions per second, user time)"
COLUMNS = (
    "target",
    "max_len",
    "calls",
    "target_us",
    "empty_us",
    "ratio",
    "million_calls_per_s",
)
