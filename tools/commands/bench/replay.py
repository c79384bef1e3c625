"""Measures replay: the time per program, for the corpus and larger folders."""

import argparse
import functools
import pathlib
import shutil
import statistics
import tempfile

from tools.commands.bench.measure import Places, Row, by_turns, cpu_seconds

SIZES = (10, 100, 1000, 10000)


def programs(corpus: pathlib.Path) -> list[pathlib.Path]:
    """Returns the paths of the committed programs, sorted, without misuse."""
    return [
        path
        for path in sorted(corpus.glob("*/*/*.prog"))
        if path.parts[-3] != "misuse"
    ]


def copy(
    programs_: list[pathlib.Path], size: int, folder: pathlib.Path
) -> pathlib.Path:
    """Makes a folder with `size` copies of the committed programs."""
    folder.mkdir()
    for number in range(size):
        source = programs_[number % len(programs_)]
        shutil.copyfile(source, folder / f"{number:05}.prog")
    return folder


def measure(places: Places, options: argparse.Namespace) -> list[Row]:
    """Returns rows with the milliseconds in total and per program. The time of
    replaying one program counts as the start-up time."""
    committed = [
        path
        for path in programs(places.corpus)
        if path.parts[-3] == "sequence"
    ]
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        folders = {
            size: copy(committed, size, scratch / str(size))
            for size in (1, len(committed)) + SIZES
        }
        rounds = by_turns(
            options.rounds,
            {
                size: functools.partial(
                    cpu_seconds,
                    [places.fuzz / "sequence_fuzz", folder],
                    system=True,
                )
                for size, folder in folders.items()
            },
        )
    start = rounds.pop(1)
    rows = []
    for size, seconds in rounds.items():
        spent = statistics.median(
            (all_ - one) * 1e3 for all_, one in zip(seconds, start)
        )
        rows.append(
            {
                "programs": size,
                "milliseconds": spent,
                "microseconds_each": spent * 1e3 / (size - 1),
            }
        )
    most = rows[-1]["microseconds_each"]
    for row in rows:
        row["ratio"] = row["microseconds_each"] / most
    return rows


TITLE = (
    "Replay of sequence programs after start-up, first the committed ones "
    "(ratio: of a program's time to that in the largest folder)"
)
COLUMNS = ("programs", "milliseconds", "microseconds_each", "ratio")
