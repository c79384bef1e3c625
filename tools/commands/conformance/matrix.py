"""The matrix of results for rules and implementations, and its file format."""

import json
import os
import pathlib
from collections.abc import Sequence

from tools.lib.contract import Rule

PASSED, FAILED, CRASHED = "passed", "failed", "crashed"

# A test failed, and its rule rests on another rule that is broken.
BLOCKED = "blocked"
NOT_APPLICABLE = "not applicable"

# The outcomes, the most severe first. The outcome of a rule is the most severe
# outcome of its cases.
_ORDER = (CRASHED, FAILED, BLOCKED, PASSED)

FORMAT = "capsule conformance 1"

# {implementation: {id of a rule: outcome}}
Outcomes = dict[str, dict[str, str]]


class Cell:
    """The results of one rule on one implementation."""

    def __init__(self) -> None:
        self.cases: list[tuple[str, str, str]] = []  # (name, outcome, text)
        self.blockers: list[str] = []  # rules that blocked a case
        self.program = ""
        self.c_file = ""

    def add(
        self, name: str, outcome: str, text: str, blocker: str | None = None
    ) -> None:
        self.cases.append((name, outcome, text))
        if blocker and blocker not in self.blockers:
            self.blockers.append(blocker)

    @property
    def outcome(self) -> str:
        outcomes = {outcome for _, outcome, _ in self.cases}
        for outcome in _ORDER:
            if outcome in outcomes:
                return outcome
        return NOT_APPLICABLE

    @property
    def text(self) -> str:
        """Returns the reasons for the outcome; "" if the rule passed."""
        if self.outcome == NOT_APPLICABLE:
            reasons = [text for _, _, text in self.cases if text]
            return reasons[0] if reasons else ""
        if self.outcome == PASSED:
            return ""
        return "\n\n".join(
            f"{name}: {text}" if text else name
            for name, outcome, text in self.cases
            if outcome in (FAILED, CRASHED)
            or outcome == self.outcome == BLOCKED
        )

    def as_json(self) -> dict[str, object]:
        value: dict[str, object] = {"outcome": self.outcome}
        if self.outcome == BLOCKED:
            value["blocked_by"] = self.blockers
        for name in ("text", "program", "c_file"):
            if getattr(self, name):
                value[name] = getattr(self, name)
        return value


class Column:
    """The results of one implementation."""

    def __init__(
        self, name: str, path: str, profile: str, rules: Sequence[Rule]
    ) -> None:
        self.name = name
        self.path = path
        self.profile = profile
        self.cells = {rule.id: Cell() for rule in rules}
        self.programs = 0
        self.remark = ""  # what was not done, and why
        self.seconds = 0.0

    def count(self, outcome: str) -> int:
        return sum(cell.outcome == outcome for cell in self.cells.values())

    def is_clean(self) -> bool:
        return not any(map(self.count, (FAILED, CRASHED, BLOCKED)))

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "path": self.path,
            "profile": self.profile,
            "programs": self.programs,
            "remark": self.remark,
            "rules": {
                identity: cell.as_json() for identity, cell in self.cells.items()
            },
        }


def give_names(columns: Sequence[Column]) -> None:
    """Adds the path to the names of columns that have the same name."""
    names = [column.name for column in columns]
    for column in columns:
        if names.count(column.name) > 1:
            column.name = f"{column.name} ({column.path})"


def as_json(columns: Sequence[Column], rules: Sequence[Rule], level: str) -> str:
    value = {
        "format": FORMAT,
        "level": level,
        "rules": {
            rule.id: {
                "function": rule.function,
                "level": rule.level,
                "text": rule.text,
                "source": rule.source,
            }
            for rule in rules
        },
        "implementations": [column.as_json() for column in columns],
    }
    return json.dumps(value, indent=1) + "\n"


def write(path: pathlib.Path, text: str) -> None:
    """Writes a file through a temporary file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.rename(path)


class BadFile(Exception):
    pass


def read(path: pathlib.Path) -> Outcomes:
    """Reads a saved file; returns {implementation: {rule: outcome}}."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != FORMAT:
            raise BadFile("is of another format")
        return {
            item["name"]: {
                identity: cell["outcome"]
                for identity, cell in item["rules"].items()
            }
            for item in value["implementations"]
        }
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise BadFile("is not a matrix") from None


def changes(old: Outcomes, columns: Sequence[Column]) -> list[str]:
    """Returns a line for each cell whose outcome differs from the saved one."""
    lines = []
    for column in columns:
        before = old.get(column.name)
        if before is None:
            lines.append(f"{column.name}: not in the saved matrix")
            continue
        for identity, cell in column.cells.items():
            was = before.get(identity, "no such rule")
            if was != cell.outcome:
                lines.append(f"{column.name}: {identity} {was} -> {cell.outcome}")
    return lines
