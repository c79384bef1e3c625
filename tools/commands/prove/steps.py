"""The steps: which function each proves, and from which sources.

tests/steps/steps.def is the table; this module reads it.
"""

from __future__ import annotations

import dataclasses
import enum
import pathlib
import re

from tools.lib.problem import Problem

_STEP = re.compile(
    r"^TABLE_STEP\((\w+), (\w+), (?:(PATHS_TO_)?(\d+)|ANY), (\w+)\)", re.MULTILINE
)
_SUBJECT = re.compile(
    r'^SUBJECT\((\w+), "([^"]+)", "([^"]+)",\s*((?:"[^"]*"\s*)+)\)', re.MULTILINE
)

FOLDER = pathlib.Path("tests/steps")


@dataclasses.dataclass(frozen=True)
class Subject:
    """A source under proof and the files that its steps are built from."""

    name: str
    source: str  # the reference's own file
    layout: str  # the file that includes the source
    files: tuple[str, ...]  # of tests/steps, without ".c"

    @property
    def has_names(self) -> bool:
        """True if the state of the steps has names."""
        return "checker_state" in self.files


class Path(enum.Enum):
    """The path that a step imports. The value ends the title of the step."""

    NONE = ""
    EMPTY = ' ""'  # and capsules with any number of references
    ANY = " path"  # and capsules with few references


@dataclasses.dataclass(frozen=True)
class Step:
    """The contract of one function."""

    name: str  # "PyCapsule_New"; the C function is step_PyCapsule_New
    subject: Subject
    name_bytes: int | None  # the bound of names; None: names of any length
    path: Path = Path.NONE

    @property
    def title(self) -> str:
        """The name in reports."""
        if self.name_bytes is None:
            return f"{self.name} *"
        return f"{self.name}{self.path.value}"


def read(root: pathlib.Path, source: str = "") -> list[Step]:
    """Returns the steps in the order of the table. `source` is the text of a source
    of CPython, which may have functions that the reference lacks."""
    table = root / FOLDER / "steps.def"
    try:
        text = table.read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(
            f"{table}: {error.strerror}; run the tool of a whole checkout"
        ) from error
    subjects = {
        name: Subject(name, source, layout, tuple(files.replace('"', " ").split()))
        for name, source, layout, files in _SUBJECT.findall(text)
    }
    return [
        Step(name, subjects[subject], int(size) if size else None, path)
        for subject, name, paths, size, where in _STEP.findall(text)
        if where != "FOR_CPYTHON" or name in source
        for path in ((Path.EMPTY, Path.ANY) if paths else (Path.NONE,))
    ]
