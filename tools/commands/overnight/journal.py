"""The journal of a campaign: a file of events, one per line, that only grows.

Each line is a checksum, a blank and a JSON object. A line is written in one piece
and forced to the disk before the campaign goes on. Reading stops at nothing: a line
that is damaged is left out and counted, so that the report can state the loss. A
campaign that is killed while it writes leaves at most one damaged line, the last.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import zlib
from typing import Any

from tools.commands.overnight.storage import DiskFull
from tools.lib.whole_file import is_full

Event = dict[str, Any]


def encode(event: Event) -> bytes:
    """Returns the line of an event."""
    text = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decode(line: bytes) -> Event | None:
    """Returns the event of a line; None if the line is damaged."""
    checksum, blank, text = line.partition(b" ")
    try:
        if not blank or int(checksum, 16) != zlib.crc32(text):
            return None
        event = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


@dataclasses.dataclass
class Reading:
    """The events in a journal, the number of damaged lines before the last one,
    and True if the last line is incomplete (a write was cut off)."""

    events: list[Event]
    damaged: int = 0
    cut_off: bool = False


def read(path: pathlib.Path) -> Reading:
    """Reads a journal; a missing file is an empty journal."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Reading([])
    lines = data.split(b"\n")
    rest = lines.pop()
    reading = Reading([], cut_off=bool(rest))
    for line in lines:
        event = decode(line)
        if event is None:
            reading.damaged += 1
        else:
            reading.events.append(event)
    return reading


class Journal:
    """Appends events to the file. Removes the incomplete last line of a killed
    campaign first."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            data = path.read_bytes()
            self._end = data.rfind(b"\n") + 1
            os.ftruncate(self._fd, self._end)
        except OSError as error:
            if is_full(error):
                raise DiskFull(path) from None
            raise

    def append(self, event: Event) -> None:
        """Writes the event, whole or not at all. Raises DiskFull."""
        line = encode(event)
        try:
            written = os.pwrite(self._fd, line, self._end)
            if written == len(line):
                os.fsync(self._fd)
        except OSError as error:
            os.ftruncate(self._fd, self._end)
            if is_full(error):
                raise DiskFull(self._path) from None
            raise
        if written != len(line):
            os.ftruncate(self._fd, self._end)
            raise DiskFull(self._path)
        self._end += len(line)

    def close(self) -> None:
        os.close(self._fd)
