"""Reads traces: check/trace_format.h has the layout."""

import dataclasses
import pathlib
import struct
from collections.abc import Iterator
from typing import NamedTuple

from tools.lib.problem import Problem

VERSION = 1

FUNCTIONS = (
    "New",
    "GetPointer",
    "GetDestructor",
    "GetContext",
    "GetName",
    "IsValid",
    "SetPointer",
    "SetDestructor",
    "SetName",
    "SetContext",
    "Import",
)
KINDS = {1 + i: name for i, name in enumerate(FUNCTIONS)} | {
    18: "dying",
    19: "destructor",
    20: "returned",
    21: "ended",
    22: "freed",
}
_START, _TEXT, _FULL = 16, 17, 24
_HAS_FIELDS, _SEES_EXCEPTION, _KEEPS_EXCEPTION = 1, 2, 4

_RECORD = struct.Struct("=BBHI5Q4Q6I")


class Fields(NamedTuple):
    """The fields of a capsule; each is an address."""

    pointer: int
    name: int
    context: int
    destructor: int


class Event(NamedTuple):
    """One call, or one moment in the end of a capsule. Numbers are addresses."""

    kind: str  # a value of KINDS
    thread: int
    object: str  # the path of the object that called
    capsule: int
    name: int
    value: int
    destructor: int
    result: int
    fields: Fields | None  # the fields of the capsule after the call
    name_text: str | None
    stored_text: str | None
    before: str  # the type of the exception that was pending before; ""
    after: str
    keeps: bool  # the exception after the call is the one before
    message: str | None


@dataclasses.dataclass
class Trace:
    """The events of one process."""

    version: int  # 3.11 is 311
    events: list[Event]
    lost: int  # events that were not written
    repeated: int  # calls that were not written: they repeat one


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._texts: dict[int, str | None] = {0: None}
        self.trace = Trace(0, [], 0, 0)

    def read(self) -> Trace:
        at = 0
        while at + _RECORD.size <= len(self._data) and self._data[at]:
            at = self._take(at)
        return self.trace

    def _take(self, at: int) -> int:
        """Takes the record at this offset; returns the offset of the next."""
        row = _RECORD.unpack_from(self._data, at)
        kind, flags, thread, caller, capsule, name, value, destructor, result = row[:9]
        at += _RECORD.size
        if kind == _TEXT:
            text = self._data[at : at + value].decode("utf-8", "surrogateescape")
            self._texts[name] = text
            return at + -(-value // _RECORD.size) * _RECORD.size
        name_text, stored, before, after, message, repeated = row[13:]
        self.trace.repeated += repeated
        if kind == _START:
            self.trace.version = value
            if result != VERSION:
                raise Problem("the trace has another version; build the tool anew")
        elif kind == _FULL:
            self.trace.lost = value
        elif kind in KINDS:
            texts = self._texts
            self.trace.events.append(
                Event(
                    KINDS[kind],
                    thread,
                    texts.get(caller) or "",
                    capsule,
                    name,
                    value,
                    destructor,
                    result,
                    Fields(*row[9:13]) if flags & _HAS_FIELDS else None,
                    texts.get(name_text),
                    texts.get(stored),
                    texts.get(before) or "",
                    texts.get(after) or "",
                    bool(flags & _KEEPS_EXCEPTION) or not flags & _SEES_EXCEPTION,
                    texts.get(message),
                )
            )
        return at


def read(path: pathlib.Path) -> Trace:
    """Returns the trace in a file."""
    return _Reader(path.read_bytes()).read()


def read_all(folder: pathlib.Path) -> Iterator[Trace]:
    """Yields the traces of a folder, in the order of process ids."""

    def order(path: pathlib.Path) -> list[int]:
        return [int(part) for part in path.name.split(".")]

    for path in sorted(folder.iterdir(), key=order):
        yield read(path)
