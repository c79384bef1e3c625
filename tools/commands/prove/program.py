"""A program for the checker: a source under proof with its steps."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
from collections.abc import Sequence

from tools.commands.prove.checker import Checker
from tools.commands.prove.steps import FOLDER, Step, Subject

# The type objects of a source keep their initial values. Every other static
# variable has any value.
_CONSTANT = ("PyCapsule_Type", "PyCObject_Type")


@dataclasses.dataclass(frozen=True)
class Source:
    """A file under proof, and how it is compiled."""

    path: str
    includes: tuple[str, ...]
    core: bool = False  # a file of CPython itself


def reference(root: pathlib.Path, subject: Subject) -> Source:
    """The reference's own file."""
    return Source(
        str(root / subject.source),
        (str(root / "capsule/reference/include"),),
    )


class Program:
    """Builds the programs of one source, one for each bound of names."""

    def __init__(
        self, checker: Checker, root: pathlib.Path, source: Source
    ) -> None:
        self._checker = checker
        self._root = root
        self._source = source
        self._folder = tempfile.TemporaryDirectory(prefix="prove.")
        self._built: dict[tuple[str, int | None], pathlib.Path] = {}

    def close(self) -> None:
        """Removes the files."""
        self._folder.cleanup()

    def _flags(self, name_bytes: int | None) -> list[str]:
        return [
            "-DSTEP_CHECKER",
            *([f"-DNAME_BYTES={name_bytes}"] if name_bytes is not None else []),
            f"-I{self._root}",
            *(f"-I{folder}" for folder in self._source.includes),
        ]

    def of(self, step: Step) -> pathlib.Path:
        """Returns the program that has the step."""
        key = (step.subject.name, step.name_bytes)
        if key not in self._built:
            self._built[key] = self._build(step.subject, step.name_bytes)
        return self._built[key]

    def _build(self, subject: Subject, name_bytes: int | None) -> pathlib.Path:
        folder = pathlib.Path(self._folder.name)
        flags = self._flags(name_bytes)
        own: Sequence[str] = ["-DPy_BUILD_CORE"] if self._source.core else []
        objects = []
        names = "opaque_names" if name_bytes is None else "bounded_names"
        for name in (subject.layout, *subject.files, names):
            output = folder / f"{subject.name}.{name}.{name_bytes}.o"
            extra = [
                f'-DSTEP_SOURCE="{self._source.path}"',
                *own,
            ] if name == subject.layout else []
            self._checker.compile(
                str(self._root / FOLDER / f"{name}.c"),
                [*flags, *extra],
                output,
            )
            objects.append(output)
        program = folder / f"{subject.name}.{name_bytes}.program"
        self._checker.link(objects, self._source.path, _CONSTANT, program)
        return program
