"""A program for the checker: a source under proof with its steps."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
import threading
from collections.abc import Sequence

from tools.commands.prove.checker import Checker
from tools.commands.prove.steps import FOLDER, Path, Step, Subject

# The type objects of a source keep their initial values. Every other static
# variable has any value.
_CONSTANT = (
    "PyCapsule_Type",
    "PyCObject_Type",
    "PyBaseObject_Type",
    "none_type",
    "not_implemented_type",
)

# Sums of any numbers of references, once for each component of a path, take most
# of the time of a proof. So one proof has any numbers, and one has all paths.
_PATHS: dict[Path, list[str]] = {
    Path.NONE: [],
    Path.EMPTY: ["-DEMPTY_PATH"],
    Path.ANY: ["-DMOST_REFERENCES=3"],
}

# CBMC has no check of its own for this.
_UNREACHABLE = (
    '-D__builtin_unreachable()=__CPROVER_assert(0, "code is not reached")'
)


@dataclasses.dataclass(frozen=True)
class Source:
    """A file under proof, and how it is compiled."""

    path: str
    includes: tuple[str, ...]
    core: bool = False  # a file of CPython itself
    implementation: str = "reference"  # "CPython 3.13.5"

    @property
    def headers(self) -> list[str]:
        """The compiler's flags for the folders of headers."""
        return [f"-I{folder}" for folder in self.includes]

    @property
    def defines(self) -> list[str]:
        """The compiler's flags for the macros that the file itself needs."""
        return ["-DPy_BUILD_CORE"] if self.core else []


def reference(root: pathlib.Path, subject: Subject) -> Source:
    """The reference's own file."""
    return Source(
        str(root / subject.source),
        (str(root / "capsule/reference/include"),),
    )


class Builder:
    """Builds programs. A file of tests/steps is compiled once for all sources
    that have the same folders of headers."""

    def __init__(
        self, checker: Checker, root: pathlib.Path, defines: Sequence[str] = ()
    ) -> None:
        self._checker = checker
        self._root = root
        self._defines = [f"-D{name}" for name in defines]
        self._folder = tempfile.TemporaryDirectory(prefix="prove.")
        self._lock = threading.Lock()
        self._objects: dict[tuple[str, ...], pathlib.Path] = {}
        self._programs: dict[tuple[Source, Step], pathlib.Path] = {}

    def close(self) -> None:
        """Removes the files."""
        self._folder.cleanup()

    def _new(self, name: str) -> pathlib.Path:
        count = len(self._objects) + len(self._programs)
        return pathlib.Path(self._folder.name) / f"{name}.{count}"

    def _object(
        self, name: str, flags: Sequence[str], extra: Sequence[str]
    ) -> pathlib.Path:
        key = (name, *flags, *extra)
        if key not in self._objects:
            output = self._new(f"{name}.o")
            source = str(self._root / FOLDER / f"{name}.c")
            self._checker.compile(source, [*flags, *extra], output)
            self._objects[key] = output
        return self._objects[key]

    def program(self, step: Step, source: Source) -> pathlib.Path:
        """Returns the program that has the step, with that source. Threads may
        call this at the same time."""
        key = (source, step)
        with self._lock:
            if key not in self._programs:
                self._programs[key] = self._build(step, source)
            return self._programs[key]

    def _build(self, step: Step, source: Source) -> pathlib.Path:
        flags = [
            "-DSTEP_CHECKER",
            *self._defines,
            f"-I{self._root}",
            *source.headers,
        ]
        names = "opaque_names"
        if step.name_bytes is not None:
            flags.append(f"-DNAME_BYTES={step.name_bytes}")
            names = "bounded_names"
        flags += _PATHS[step.path]
        own = [f'-DSTEP_SOURCE="{source.path}"', _UNREACHABLE, *source.defines]
        objects = [self._object(step.subject.layout, flags, own)]
        for name in (*step.subject.files, names):
            objects.append(self._object(name, flags, ()))
        program = self._new("program")
        self._checker.link(
            objects, source.path, _CONSTANT, f"step_{step.name}", program
        )
        return program
