"""Places in machine code, with file and line where debug information exists."""

import dataclasses
import os
import pathlib
import shutil
import struct
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.commands.check.findings import Finding

UNKNOWN = "??"


@dataclasses.dataclass
class Place:
    """An address in an object, as the process has seen it."""

    path: str
    offset: int
    symbol: str = ""
    into: int = 0
    function: str = ""  # from debug information
    line: str = ""  # "file.c:12"

    @staticmethod
    def of(record: dict[str, Any] | None) -> "Place | None":
        """Returns the place of a record; None if there is none."""
        if not record:
            return None
        return Place(
            record.get("object", ""),
            record.get("offset", record.get("address", 0)),
            record.get("symbol", ""),
            record.get("into", 0),
        )

    @property
    def object_name(self) -> str:
        """The file name of the object."""
        return os.path.basename(self.path) if self.path else "(no object)"

    def identity(self) -> tuple[str, int]:
        return (self.path, self.offset)

    def __str__(self) -> str:
        if not self.path:
            return f"(no object) 0x{self.offset:x}"
        function = self.function or self.symbol
        if self.line:
            ending = "" if "(" in function else "()"  # C++ shows parameters
            return f"{function}{ending} in {self.object_name}, {self.line}"
        if self.symbol:
            return f"{self.symbol}+0x{self.into:x} in {self.object_name}"
        if not self.offset:
            return self.object_name
        return f"{self.object_name}+0x{self.offset:x}"


def _lowest_address(path: str) -> int:
    """Returns the address at which the object's first segment is linked: what
    addr2line counts from, and the dynamic linker does not."""
    with open(path, "rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            return 0
        (table,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(table)
        entries = file.read(size * count)
    starts = [
        struct.unpack_from("<Q", entries, at + 16)[0] & ~0xFFF
        for at in range(0, len(entries) - size + 1, size)
        if struct.unpack_from("<I", entries, at)[0] == 1
    ]
    return min(starts, default=0)


def _own_function(answer: list[str]) -> tuple[str, str]:
    """Returns the function and line that an author knows the place by.

    `answer` has two lines for each function that is inlined at the place, the
    innermost first. Functions of headers, such as Py_DECREF(), say little."""
    found = []
    for function, line in zip(answer[::2], answer[1::2]):
        file, _, number = line.split(" (")[0].rpartition(":")
        if file and UNKNOWN not in file and number not in ("?", "0"):
            found.append((function, f"{os.path.basename(file)}:{number}"))
    own = [(f, line) for f, line in found if ".h" not in line]
    function = answer[0] if answer and UNKNOWN not in answer[0] else ""
    return [*own, *found, (function, "")][0]


def _ask(path: str, offsets: list[int]) -> list[tuple[str, str]]:
    """Returns (function, "file:line") of each offset; empty where unknown."""
    nothing = [("", "")] * len(offsets)
    tool = shutil.which("addr2line")
    if not tool or not pathlib.Path(path).is_file():
        return nothing
    base = _lowest_address(path)
    # A return address may be the first of the next line: one less is the call.
    addresses = [hex(base + offset - 1) for offset in offsets]
    run = subprocess.run(
        [tool, "-a", "-i", "-C", "-f", "-e", path, *addresses],
        capture_output=True,
        text=True,
        errors="replace",
    )
    answers: list[list[str]] = []
    for line in run.stdout.splitlines():
        if line.startswith("0x"):
            answers.append([])
        elif answers:
            answers[-1].append(line)
    if len(answers) != len(offsets):
        return nothing
    return [_own_function(answer) for answer in answers]


def _readable(symbols: list[str]) -> dict[str, str]:
    """Returns the C++ names of the symbols that stand for such, if c++filt is there."""
    mangled = sorted({symbol for symbol in symbols if symbol.startswith("_Z")})
    tool = shutil.which("c++filt")
    if not tool or not mangled:
        return {}
    run = subprocess.run([tool], input="\n".join(mangled), capture_output=True, text=True)
    return dict(zip(mangled, run.stdout.splitlines()))


def add_lines(findings: "Iterable[Finding]") -> None:
    """Fills in functions and lines of all places of the findings, and makes C++
    names readable."""
    by_path: dict[str, list[Place]] = {}
    for finding in findings:
        places = [finding.at, finding.made, finding.origin_at, *finding.c_frames]
        for place in places:
            if place and place.path:
                by_path.setdefault(place.path, []).append(place)
    for path, places_of_path in by_path.items():
        offsets = sorted({place.offset for place in places_of_path})
        answers = dict(zip(offsets, _ask(path, offsets)))
        for place in places_of_path:
            place.function, place.line = answers[place.offset]
    all_places = [place for places in by_path.values() for place in places]
    names = _readable([place.symbol for place in all_places])
    for place in all_places:
        place.symbol = names.get(place.symbol, place.symbol)
