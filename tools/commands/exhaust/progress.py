"""The progress of a run of tools/exhaust: its state file, the sentence that follows
from it, and the JSON file."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
from typing import Any

AGREE, STOPPED, DIFFERS = "agree", "stopped", "differs"

# The id of a rule, in contrast to the name of a sanitizer's finding.
_RULE = re.compile(r"[A-Z][A-Z0-9-]*-[0-9]+")


@dataclasses.dataclass(frozen=True)
class Finding:
    """The first program that differs.

    name     the id of the broken rule, or the class of a sanitizer's finding
    program  the minimized program
    c        the same as C, or None
    """

    name: str
    program: pathlib.Path
    c: pathlib.Path | None
    report: str

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.name if _RULE.fullmatch(self.name) else "",
            "name": self.name,
            "program": str(self.program),
            "c": str(self.c) if self.c else None,
            "report": self.report,
        }


@dataclasses.dataclass(frozen=True)
class Progress:
    """The content of a state file, which fuzz/driver/exhaust_state.c writes.

    build     the digest of the program that walks over the programs
    programs  the number of programs that agree, by their number of calls - 1
    complete  all programs of up to so many calls have run
    share     the share of the programs of complete + 1 calls that have run: an
              estimate
    """

    implementation: str
    build: str
    part: str
    seconds: float
    complete: int
    share: float
    programs: tuple[int, ...]


def read(path: pathlib.Path) -> Progress | None:
    """Reads a state file. Returns None if there is none yet, or a damaged one,
    which the program that walks refuses."""
    try:
        text = path.read_text(encoding="utf-8")
        lines = dict(line.split(" ", 1) for line in text.splitlines())
        return Progress(
            implementation=lines["implementation"],
            build=lines["build"],
            part=lines["part"],
            seconds=float(lines["seconds"]),
            complete=int(lines["length"]) - 1,
            share=float(lines["progress"]),
            programs=tuple(map(int, lines["programs"].split())),
        )
    except (OSError, ValueError, KeyError):
        return None


@dataclasses.dataclass(frozen=True)
class Result:
    """The result of a run that was asked for programs of up to `asked` calls."""

    progress: Progress
    asked: int
    finding: Finding | None = None

    @property
    def verdict(self) -> str:
        if self.finding:
            return DIFFERS
        return AGREE if self.progress.complete >= self.asked else STOPPED

    @property
    def complete(self) -> int:
        return min(self.progress.complete, self.asked)

    def total(self) -> int:
        """Returns how many programs of up to `complete` calls there are."""
        return sum(self.progress.programs[: self.complete])

    def more(self) -> int:
        """Returns how many programs of complete + 1 calls have run."""
        if self.complete == self.asked:
            return 0
        return self.progress.programs[self.complete]

    def sentence(self) -> str:
        where = ""
        if self.progress.part != "1/1":
            where = f" in part {self.progress.part}"
        agree = (
            f"all {self.total():,} programs of up to {calls(self.complete)}"
            f"{where} agree"
        )
        if self.complete == 0:
            agree = f"no length{where} is complete"
        length = calls(self.complete + 1)
        if self.finding:
            return (
                f"a program of {length}{where} differs: {self.finding.name}; "
                f"{agree}, and {self.more():,} of {length} before it"
            )
        if self.verdict == AGREE:
            return agree
        return (
            f"{agree}; stopped after {self.more():,} programs of {length}, about "
            f"{self.progress.share:.1%}"
        )

    def rate(self) -> str:
        seconds = self.progress.seconds
        ran = sum(self.progress.programs)
        return f"{seconds:.1f} s, {ran / max(seconds, 0.001):,.0f} programs per second"

    def as_json(self) -> str:
        names = re.fullmatch(
            r"(.*) \(profile (.*)\)", self.progress.implementation
        )
        value = {
            "verdict": self.verdict,
            "sentence": self.sentence(),
            "asked": self.asked,
            "complete": self.complete,
            "programs": {
                str(number): count
                for number, count in enumerate(self.progress.programs, 1)
                if number <= self.asked
            },
            "total": self.total() + self.more(),
            "share": self.progress.share,
            "part": self.progress.part,
            "build": self.progress.build,
            "implementation": names[1] if names else self.progress.implementation,
            "profile": names[2] if names else "",
            "seconds": self.progress.seconds,
            "finding": self.finding.as_json() if self.finding else None,
        }
        return json.dumps(value, indent=1) + "\n"


def calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


def write_whole(path: pathlib.Path, text: str) -> None:
    """Writes a file through a temporary file, so that no reader sees a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
