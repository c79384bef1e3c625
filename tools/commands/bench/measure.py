"""Runs programs and measures their time.

Other processes on the machine disturb a single measurement. Therefore each round
runs all programs that are compared, one after the other, and the result is the
ratio of two times in the same round.
"""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar


# A row of a table: {name of a column: value}.
Row = dict[str, Any]

K = TypeVar("K")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Places:
    """The paths of the built programs, and the names of the targets."""

    bench: pathlib.Path
    fuzz: pathlib.Path
    corpus: pathlib.Path
    targets: list[str]


class Failed(Exception):
    """A measured program has failed."""


def cpu_seconds(
    command: Sequence[object],
    environment: Mapping[str, str] | None = None,
    system: bool = False,
) -> float:
    """Runs the command; returns its user time, or its user plus system time if
    `system` is true.

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
    """Calls each function once in each round. Returns {name: its results, one per
    round}."""
    results: dict[K, list[T]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            results[name].append(job())
    return results


def ratio(dividends: Iterable[float], divisors: Iterable[float]) -> float:
    """Returns the median over the rounds of dividend / divisor."""
    return statistics.median(a / b for a, b in zip(dividends, divisors))
