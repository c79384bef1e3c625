"""Builds the reference as a shared library, without a bug or with one."""

from __future__ import annotations

import pathlib

from tools.commands.conformance import build, sources
from tools.commands.conformance.library import Library
from tools.lib import edits
from tools.lib.bug import Bug
from tools.lib.overlay import Overlay
from tools.lib.problem import Problem

_INCLUDE = "capsule/reference/include"
_FOLDERS = ("capsule/reference", "capsule/runtime")
_MORE = ("capsule/profile.c", "capsule/host_allocator.c")
_NAME = "libreference.so"


class Reference:
    """Compiles the reference, and what runs tests and programs on it, once. For each
    bug, compiles only the sources that the bug changes."""

    def __init__(self, root: pathlib.Path, folder: pathlib.Path) -> None:
        self._root = root
        self._folder = folder
        self._include = root / _INCLUDE
        self._sources = [
            sources.Source(path, True, "", ())
            for name in _FOLDERS
            for path in sorted((root / name).glob("*.c"))
        ] + [sources.Source(root / name, True, "", ()) for name in _MORE]
        self._builder = build.Builder(
            root,
            folder / "objects",
            [self._include],
            build.signature_of(self._include),
        )
        self._objects = [
            self._compile(self._builder, source) for source in self._sources
        ]
        # The library without a bug.
        self.whole = self._library("whole", self._objects)
        self.whole.build(root, folder / "objects")

    def broken(self, bug: Bug) -> Library:
        """Returns the library with the bug, and with a worker."""
        folder = self._folder / "bugs" / bug.name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            broken = bug.broken(self._root)
        except edits.DoesNotApply as error:
            raise Problem(
                f"{bug.path}: {error}; see tools/planted --check"
            ) from error
        overlay = Overlay(broken, folder, self._root)
        builder = self._builder.with_bug(overlay)
        objects = [
            self._compile(builder, source) if overlay.flags(source.path) else known
            for source, known in zip(self._sources, self._objects)
        ]
        library = self._library(f"bugs/{bug.name}", objects)
        if bug.profile:
            library.environment["CAPSULE_PROFILE"] = bug.profile
        if {self._root / path for path in broken.files} <= {
            source.path for source in self._sources
        }:
            library.use_worker_of(self.whole)
        else:
            library.overlay = overlay
            library.build(self._root, self._folder / "objects")
        return library

    @staticmethod
    def _compile(builder: build.Builder, source: sources.Source) -> build.Object:
        item = builder.compile(source)
        if item.path is None:
            raise Problem(f"{source.path} does not compile: {item.error}")
        return item

    def _library(self, name: str, objects: list[build.Object]) -> Library:
        """Links the objects. The soname lets one worker load any of the libraries."""
        folder = self._folder / name
        path = folder / _NAME
        said = build.link(path, objects, ["-shared", f"-Wl,-soname,{_NAME}", "-lpthread"])
        if said:
            raise Problem(f"{path}: {build.first_error(said)}")
        library = Library(path, folder / "worker", self._include)
        library.forks = True
        return library
