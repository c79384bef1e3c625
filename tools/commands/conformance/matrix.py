"""The matrix of results for rules and implementations."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Iterable, Sequence

from tools.lib.contract import Rule

PASSED, FAILED, CRASHED = "passed", "failed", "crashed"

# A test or program failed, and its rule rests on another rule that is broken.
BLOCKED = "blocked"

# The implementation has a fault that has nothing to do with capsules, and the
# case dies of this fault. A program without capsules shows the fault.
HOST = "host"
NOT_APPLICABLE = "not applicable"

# The outcomes, the most severe first. The outcome of a rule is the most severe
# outcome of its cases.
OUTCOMES = (CRASHED, FAILED, BLOCKED, HOST, PASSED, NOT_APPLICABLE)

# The outcomes of a case that shows a defect of the implementation's capsules.
RED = (CRASHED, FAILED)


@dataclasses.dataclass
class Case:
    """The result of a test, or of all programs."""

    name: str
    outcome: str
    text: str


@dataclasses.dataclass
class Cell:
    """The results of one rule on one implementation.

    blockers  the rules that blocked a case
    program   the shortest program that shows the result, as text
    shows     how often the program showed it when it ran again: "always" or
              "2 of 5 runs"
    c         the same program as C; for a fault of the host, the program without
              capsules that shows the fault
    c_shows   how the C program ended, and how often so
    c_output  what the C program printed
    c_file    the file of the C program
    """

    cases: list[Case] = dataclasses.field(default_factory=list)
    blockers: list[str] = dataclasses.field(default_factory=list)
    program: str = ""
    shows: str = ""
    c: str = ""
    c_shows: str = ""
    c_output: str = ""
    c_file: str = ""

    def add(self, name: str, outcome: str, text: str, blocker: str = "") -> None:
        """Adds a case. `blocker` is the id of the rule that blocks it, or ""."""
        if blocker:
            outcome, text = BLOCKED, f"blocked by {blocker}: {text}"
            if blocker not in self.blockers:
                self.blockers.append(blocker)
        self.cases.append(Case(name, outcome, text))

    @property
    def outcome(self) -> str:
        outcomes = {case.outcome for case in self.cases}
        return next((o for o in OUTCOMES if o in outcomes), NOT_APPLICABLE)

    @property
    def text(self) -> str:
        """Returns the reasons for the outcome; "" if the rule passed."""
        if self.outcome == NOT_APPLICABLE:
            return next((case.text for case in self.cases if case.text), "")
        if self.outcome == PASSED:
            return ""
        return "\n\n".join(
            f"{case.name}: {case.text}" if case.text else case.name
            for case in self.cases
            if case.outcome in RED
            or case.outcome == self.outcome in (BLOCKED, HOST)
        )

    def passed(self) -> list[str]:
        """Returns the cases that passed, with their text."""
        return [
            f"{case.name}: {case.text}" if case.text else case.name
            for case in self.cases
            if case.outcome == PASSED
        ]


@dataclasses.dataclass
class Origin:
    """The machine and the time of a column's measurement.

    time      in UTC, for instance "2026-11-28T10:57:00Z"
    commit    of this repository; "+" follows if files were changed
    machine   the system and the processor
    compiler  the compiler of the tests and programs
    """

    time: str = ""
    commit: str = ""
    machine: str = ""
    compiler: str = ""


@dataclasses.dataclass
class Column:
    """The results of one implementation.

    name      of the implementation; unique in a matrix
    programs  how many programs ran
    planned   how many programs should have run
    remarks   what was not done, and why, as sentences
    seconds   that the tests and programs took
    """

    name: str
    path: str
    profile: str
    cells: dict[str, Cell]
    programs: int = 0
    planned: int = 0
    remarks: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 0.0
    origin: Origin = dataclasses.field(default_factory=Origin)

    def count(self, outcome: str) -> int:
        return sum(cell.outcome == outcome for cell in self.cells.values())

    def programs_shown(self) -> str:
        """Returns the number of programs that ran, and of how many if some did
        not."""
        if self.programs < self.planned:
            return f"{self.programs} of {self.planned}"
        return str(self.programs)

    def is_clean(self) -> bool:
        return not any(map(self.count, (FAILED, CRASHED, BLOCKED)))


def new_column(
    name: str, path: str, profile: str, rules: Iterable[Rule]
) -> Column:
    """Returns a column with an empty cell for each rule."""
    return Column(name, path, profile, {rule.id: Cell() for rule in rules})


@dataclasses.dataclass
class Matrix:
    """The rules of a level, and a column for each implementation.

    evidence  {id of a rule: its tests and programs, as "FILE: NAME" or "FILE"}
    """

    level: str
    rules: list[Rule]
    columns: list[Column]
    evidence: dict[str, list[str]] = dataclasses.field(default_factory=dict)

    def is_clean(self) -> bool:
        return all(column.is_clean() for column in self.columns)


def give_names(columns: Sequence[Column]) -> None:
    """Makes the names of columns unique: adds the path to equal names, then the
    machine, then the time."""
    for more in ("path", "machine", "time"):
        names = [column.name for column in columns]
        for column in columns:
            if names.count(column.name) > 1:
                what = column.path if more == "path" else getattr(column.origin, more)
                column.name = f"{column.name} ({what})" if what else column.name
    names = [column.name for column in columns]
    for i, column in enumerate(columns):
        if names.count(column.name) > 1:
            column.name = f"{column.name} #{names[: i + 1].count(column.name)}"


def write(path: pathlib.Path, text: str) -> None:
    """Writes a file through a temporary file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.rename(path)


def changes(old: Matrix, new: Matrix) -> list[str]:
    """Returns a line for each cell whose outcome differs from the saved one, and
    for each column that only one of the matrices has."""
    lines = []
    before = {column.name: column for column in old.columns}
    for column in new.columns:
        if column.name not in before:
            lines.append(f"{column.name}: not in the saved matrix")
            continue
        saved = before.pop(column.name).cells
        for identity, cell in column.cells.items():
            was = saved[identity].outcome if identity in saved else "no such rule"
            if was != cell.outcome:
                lines.append(f"{column.name}: {identity} {was} -> {cell.outcome}")
        lines += [
            f"{column.name}: {identity} {cell.outcome} -> no such rule"
            for identity, cell in saved.items()
            if identity not in column.cells
        ]
    lines += [f"{name}: only in the saved matrix" for name in before]
    return lines
