"""Reads the files that checked processes leave: check/channel.h has the layout."""

import dataclasses
import json
import pathlib
import struct
from typing import Any

VERSION = 1
FINDINGS = 4096
IMAGES = 256
COLUMNS = 16
LOG = 1 << 16

COLUMN_NAMES = (
    "made",
    "ended",
    "got",
    "valid",
    "set",
    "imported",
    "failed",
    "alive",
    "new",
)

# The columns that count calls; the others count capsules and failures.
CALLS = ("new", "got", "valid", "set", "imported")

RUNNING, ENDED, CRASHED = 1, 2, 3

_HEADER = struct.Struct("=8s6I2Q")
_TIMES = struct.Struct(f"={FINDINGS}I")
_ROW = struct.Struct(f"={COLUMNS}Q")
_TIMES_AT = _HEADER.size + 506 * 8
_COUNTS_AT = _TIMES_AT + _TIMES.size

Record = dict[str, Any]


@dataclasses.dataclass
class Process:
    """The findings and counts that one process has sent."""

    pid: int
    state: int
    dropped: int
    occurrences: int
    start: Record
    notes: list[str]
    findings: list[Record]
    crash: Record | None
    counts: dict[str, dict[str, int]]  # path of an object: column: number


def _lines(log: bytes) -> list[Record]:
    records = []
    for line in log.decode("utf-8", "backslashreplace").split("\n")[:-1]:
        try:
            records.append(json.loads(line))
        except ValueError:
            records.append({"kind": "note", "text": "a damaged line: " + line[:80]})
    return records


def read(path: pathlib.Path) -> Process | None:
    """Returns what the file tells; None if no process has begun to write it."""
    data = path.read_bytes()
    if len(data) < LOG:
        return None
    magic, version, pid, state, _, _, dropped, length, occurrences = (
        _HEADER.unpack_from(data)
    )
    if magic != b"CAPCHECK" or version != VERSION:
        return None
    process = Process(pid, state, dropped, occurrences, {}, [], [], None, {})
    times = _TIMES.unpack_from(data, _TIMES_AT)
    known: dict[int, Record] = {}
    paths = {0: "(no object)"}
    for record in _lines(data[LOG : LOG + length]):
        kind = record["kind"]
        if kind == "start":
            process.start = record
        elif kind == "note":
            process.notes.append(record["text"])
        elif kind == "image":
            paths[record["row"]] = record["path"]
        elif kind == "crash":
            process.crash = record
        elif kind == "finding":
            known[record["number"]] = record
    for number, record in known.items():
        record["times"] = times[number]
        process.findings.append(record)
    # A forked process counts further occurrences of what its parent reported.
    process.findings += [
        {"kind": "again", "number": number, "times": count}
        for number, count in enumerate(times)
        if count and number not in known
    ]
    for row, name in paths.items():
        numbers = _ROW.unpack_from(data, _COUNTS_AT + row * _ROW.size)
        if any(numbers):
            process.counts[name] = dict(zip(COLUMN_NAMES, numbers))
    return process


def read_all(folder: pathlib.Path) -> list[Process]:
    """Returns all processes that have written a file, in the order of time."""
    files = sorted(
        (path for path in folder.iterdir() if path.is_file()),
        key=lambda path: path.stat().st_ctime_ns,
    )
    return [process for path in files if (process := read(path))]
