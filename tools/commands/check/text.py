"""The report for people, as plain text."""

import itertools
import os
from collections.abc import Iterator

from tools.commands.check.channel import RUNNING
from tools.commands.check.findings import ERROR, WARNING, Finding, Report
from tools.commands.check.places import Place

_SHOWN_COLUMNS = (
    "made",
    "ended",
    "got",
    "valid",
    "set",
    "imported",
    "failed",
    "alive",
)
_SHOWN_ROWS = 20


def _some(values: list[str], most: int) -> str:
    more = len(values) - most
    return ", ".join(values[:most]) + (f" and {more} more" if more > 0 else "")


def _is_interpreter(place: Place) -> bool:
    return place.object_name.startswith(("python", "libpython", "pypy", "libpypy"))


def _facts(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yields the lines below the sentence: a label and what it is."""
    if finding.at:
        yield "where", str(finding.at)
    for i, frame in enumerate(finding.python):
        yield "Python" if i == 0 else "", frame
    if finding.capsule:
        address = finding.capsule["address"]
        name = finding.capsule.get("name")
        shown = f'"{name}"' if name is not None else "without a name"
        by = "by the interpreter" if finding.capsule["adopted"] else ""
        by = f"by {finding.made}" if finding.made else by
        yield "capsule", f"{shown} at 0x{address:x}, made {by}"
        if finding.made_python:
            yield "", f"from {finding.made_python}"
    if finding.origin_at:
        yield finding.origin, str(finding.origin_at)
    # Behind the interpreter's first frame, the Python frames say more.
    own = itertools.takewhile(lambda at: not _is_interpreter(at), finding.c_frames[1:5])
    for i, place in enumerate(own):
        yield "called by" if i == 0 else "", str(place)
    for test in dict.fromkeys(finding.tests):
        yield "test", test.removesuffix(" (call)")
    if finding.times > 1:
        yield "times", str(finding.times)
    pids = list(dict.fromkeys(map(str, finding.pids)))
    if len(pids) > 1:
        yield "processes", _some(pids, 8)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{finding.level.upper()} {finding.rule}: {finding.sentence}"
    width = 9
    for label, fact in _facts(finding):
        if len(label) > width:
            yield f"  {label} {fact}"
        else:
            yield f"  {label:<{width}} {fact}"
    yield f"  {'rule':<{width}} {finding.function}: {finding.text}"
    yield ""


def _table(report: Report) -> Iterator[str]:
    rows = sorted(
        report.table.items(), key=lambda item: (-item[1]["calls"], item[0])
    )
    shown = [(os.path.basename(path), row) for path, row in rows[:_SHOWN_ROWS]]
    if not shown:
        return
    width = max(len(name) for name, _ in shown)
    yield "object".ljust(width) + "".join(
        f"{column:>9}" for column in _SHOWN_COLUMNS
    )
    for name, row in shown:
        numbers = "".join(f"{row[column]:>9}" for column in _SHOWN_COLUMNS)
        yield name.ljust(width) + numbers
    if len(rows) > _SHOWN_ROWS:
        yield f"and {len(rows) - _SHOWN_ROWS} more objects"
    yield ""


def plural(number: int, what: str) -> str:
    ending = "es" if what.endswith("s") else "s"
    return f"{number} {what}{ending if number != 1 else ''}"


def summary(report: Report) -> str:
    """Returns the last line: how much was checked, and what was found."""
    calls = sum(row["calls"] for row in report.table.values())
    made = sum(row["made"] for row in report.table.values())
    ignored = f", {report.ignored} ignored" if report.ignored else ""
    return (
        f"tools/check: {plural(report.count(ERROR), 'error')}, "
        f"{plural(report.count(WARNING), 'warning')}{ignored}; "
        f"{plural(calls, 'call')}, {plural(made, 'capsule')}, "
        f"{plural(len(report.processes), 'process')}"
    )


def _states(report: Report) -> Iterator[str]:
    """Yields what is not checked."""
    for note in report.notes:
        yield f"tools/check: not checked: {note}"
    for process in report.processes:
        if process.crash:
            yield f"tools/check: {crash_line(process.pid, process.crash)}"
    unfinished = [p for p in report.processes if p.start and p.state == RUNNING]
    if unfinished:
        yield (
            "tools/check: not checked: leaks of "
            f"{plural(len(unfinished), 'process')} "
            "(ended by _exit() or a signal, or still running)"
        )


def crash_line(pid: int, crash: dict[str, object]) -> str:
    """Returns one line about a process that a fault has ended."""
    line = f"process {pid} ended by {crash['signal']}"
    if crash.get("failed"):
        line += f"; the last capsule call that failed: {crash['failed']}"
    return line


def lines(report: Report) -> Iterator[str]:
    """Yields the lines of the whole report."""
    yield ""
    for finding in report.findings:
        yield from _finding(finding)
    yield from _table(report)
    yield from _states(report)
    if report.findings:
        yield "tools/check: docs/authors.md says how to read this and what to do"
    yield summary(report)


