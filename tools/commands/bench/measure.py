"""Runs programs and measures the time that they take.

A time says little on a machine that does other things too. So everything here
is measured by turns, several rounds of all that is to be compared, and given as
a ratio within the round.
"""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar


# A line of a table, by the names of its columns.
Row = dict[str, Any]

K = TypeVar("K")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Places:
    """Where Bazel put what is measured, and the names of the targets."""

    bench: pathlib.Path
    fuzz: pathlib.Path
    corpus: pathlib.Path
    targets: list[str]


class Failed(Exception):
    """A program that is measured failed."""


def cpu_seconds(
    command: Sequence[object],
    environment: Mapping[str, str] | None = None,
    system: bool = False,
) -> float:
    """Runs the command and returns its user time, with `system` both times.

    Output is kept from the terminal, and is in Failed when the command fails.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, **(environment or {})),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            tail = output.read()[-400:].decode(errors="replace").strip()
            raise Failed(
                f"'{command[0]}' ended with status {process.returncode}: {tail}"
            )
    return usage.ru_utime + (usage.ru_stime if system else 0)


def by_turns(
    rounds: int, jobs: Mapping[K, Callable[[], T]]
) -> dict[K, list[T]]:
    """Calls all functions in each round; returns the results by name, one per
    round."""
    results: dict[K, list[T]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            results[name].append(job())
    return results


def ratio(dividends: Iterable[float], divisors: Iterable[float]) -> float:
    """Returns the median of the ratios of the rounds."""
    return statistics.median(a / b for a, b in zip(dividends, divisors))
