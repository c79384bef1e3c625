"""Measures the size of reports. Runs the programs of corpus/misuse, because each
of them ends with a report."""

import argparse
import pathlib
import statistics
import subprocess

from tools.commands.bench.measure import Failed, Places, Row


def report_of(places: Places, program: pathlib.Path) -> bytes | None:
    """Returns the report for this program, or None if there is none."""
    done = subprocess.run(
        [places.fuzz / "sequence_fuzz_repro", "--misuse", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode == 2:
        raise Failed(done.stdout.decode(errors="replace").strip())
    return done.stdout if done.returncode else None


def measure(places: Places, _options: argparse.Namespace) -> list[Row]:
    """Returns a row with bytes and lines for each kind of report."""
    kinds: dict[str, list[tuple[int, int, int]]]
    kinds = {"contract violation": [], "sanitizer": []}
    for program in sorted(places.corpus.glob("misuse/*.prog")):
        report = report_of(places, program)
        if report is not None:
            own = b"contract violation:" in report
            kinds["contract violation" if own else "sanitizer"].append(
                (len(report), report.count(b"\n"), program.stat().st_size)
            )
    rows = []
    for kind, reports in kinds.items():
        if reports:
            sizes, lines, programs = zip(*reports)
            rows.append(
                {
                    "report": kind,
                    "reports": len(reports),
                    "bytes": statistics.median(sizes),
                    "most_bytes": max(sizes),
                    "lines": statistics.median(lines),
                    "ratio": statistics.median(
                        size / program for size, program in zip(sizes, programs)
                    ),
                }
            )
    return rows


TITLE = "Size of a report (ratio: to the size of the program's file)"
COLUMNS = ("report", "reports", "bytes", "most_bytes", "lines", "ratio")
