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
    """Compiles the reference once. For each bug, compiles only the sources that
    the bug changes."""

    def __init__(self, root: pathlib.Path, folder: pathlib.Path) -> None:
        self._root = root
        self._folder = folder
        self._include = root / _INCLUDE
        self._paths = [
            path for name in _FOLDERS for path in sorted((root / name).glob("*.c"))
        ] + [root / name for name in _MORE]
        self._objects = self._compile(None)

    def whole(self) -> Library:
        """Returns the library without a bug."""
        return self._library("whole", self._objects)

    def broken(self, bug: Bug) -> Library:
        """Returns the library with the bug."""
        folder = self._folder / "bugs" / bug.name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            overlay = Overlay(bug.broken(self._root), folder, self._root)
        except edits.DoesNotApply as error:
            raise Problem(
                f"{bug.path}: {error}; see tools/planted --check"
            ) from error
        library = self._library(f"bugs/{bug.name}", self._compile(overlay))
        library.overlay = overlay
        if bug.profile:
            library.environment["CAPSULE_PROFILE"] = bug.profile
        return library

    def _compile(self, overlay: Overlay | None) -> list[build.Object]:
        """Returns the objects. Does not compile objects that exist already."""
        builder = build.Builder(
            self._root,
            self._folder / "objects",
            [self._include],
            build.signature_of(self._include),
            overlay=overlay,
        )
        objects = []
        for path in self._paths:
            item = builder.compile(sources.Source(path, True, "", ()))
            if item.path is None:
                raise Problem(f"{path} does not compile: {item.error}")
            objects.append(item)
        return objects

    def _library(self, name: str, objects: list[build.Object]) -> Library:
        folder = self._folder / name
        path = folder / _NAME
        said = build.link(path, objects, ["-shared", "-lpthread"])
        if said:
            raise Problem(f"{path}: {build.first_error(said)}")
        return Library(path, folder / "worker", self._include)
