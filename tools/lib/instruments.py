"""Tells how a CPython of tools/python-from-source was built."""

from __future__ import annotations

import dataclasses
import json
import pathlib

# The file in the root of a build that says how it was built.
RECORD = "build.json"


@dataclasses.dataclass(frozen=True)
class Instruments:
    """The instruments in a CPython. The defaults describe any other CPython."""

    sanitizer: str | None = None
    coverage: bool = False
    free_threaded: bool = False


def of(interpreter: pathlib.Path) -> Instruments:
    """Returns the instruments of an interpreter, given its path."""
    record = interpreter.resolve().parents[1] / RECORD
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        return Instruments(
            found["sanitizer"], found["coverage"], found["free_threaded"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Instruments()
