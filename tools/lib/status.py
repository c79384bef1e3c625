"""Reads the counters that a fuzz target writes while it runs.
fuzz/executor/status.h defines the layout of the file."""

import pathlib
import struct
from collections.abc import Iterable

MAGIC = b"capsule-status1"
_HEADER = struct.Struct("<16sQQQQ")
_RULE = struct.Struct("<16sQQ")


class Status:
    """The counters in one status file. The target maps the file into memory and
    keeps writing while this class reads."""

    def __init__(self, path: pathlib.Path | str) -> None:
        self.path = pathlib.Path(path)
        self.programs = self.calls = self.skipped = 0
        self.rules: dict[str, tuple[bool, int]] = {}  # id -> (reachable, count)

    def read(self) -> None:
        """Reads the current numbers. Keeps the old numbers if the file is
        missing or incomplete."""
        try:
            self._decode(self.path.read_bytes())
        except OSError:
            pass  # not there yet

    def _decode(self, data: bytes) -> None:
        if len(data) < _HEADER.size:
            return
        magic, rules, programs, calls, skipped = _HEADER.unpack_from(data)
        if magic.rstrip(b"\0") != MAGIC:
            return
        if len(data) < _HEADER.size + rules * _RULE.size:
            return
        self.programs, self.calls, self.skipped = programs, calls, skipped
        for number in range(rules):
            rule, reachable, count = _RULE.unpack_from(
                data, _HEADER.size + number * _RULE.size
            )
            ident = rule.rstrip(b"\0").decode("ascii", "replace")
            self.rules[ident] = (bool(reachable), count)


def rules_of(statuses: Iterable[Status]) -> tuple[list[str], list[str]]:
    """Returns the ids of the rules that at least one of the runs has exercised,
    and the ids of the reachable rules that no run has exercised."""
    counts: dict[str, int] = {}
    for status in statuses:
        for ident, (reachable, count) in status.rules.items():
            if reachable or count:
                counts[ident] = counts.get(ident, 0) + count
    exercised = [ident for ident, count in counts.items() if count]
    return exercised, [ident for ident, count in counts.items() if not count]
