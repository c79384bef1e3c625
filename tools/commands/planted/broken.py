"""The reference as a shared library, whole or with a planted bug."""

import subprocess

from tools.commands.conformance import build, sources
from tools.commands.conformance.implementation import Library
from tools.lib.problem import Problem

_INCLUDE = "capsule/reference/include"
_FOLDERS = ("capsule/reference", "capsule/runtime")
_MORE = ("capsule/profile.c", "capsule/host_allocator.c")
_NAME = "libreference.so"


class Reference:
    """Compiles it once, and the one file that a bug changes for each bug."""

    def __init__(self, root, folder):
        self._root = root
        self._folder = folder
        self._include = root / _INCLUDE
        self._builder = build.Builder(
            root,
            folder / "objects",
            [self._include],
            build.signature_of(self._include),
        )
        paths = [path for f in _FOLDERS for path in sorted((root / f).glob("*.c"))]
        self._objects = [
            self._compile(path) for path in [*paths, *(root / p for p in _MORE)]
        ]

    def whole(self):
        """The Library without a bug."""
        return self._library("whole", self._objects)

    def broken(self, bug):
        """The Library with the bug in it."""
        source = f"{bug.path.parent.name}.c"
        folder = self._folder / "bugs" / bug.name
        folder.mkdir(parents=True, exist_ok=True)
        for path in _FOLDERS:
            if (self._root / path / source).exists():
                self._patch(self._root / path / source, bug, folder / source)
        objects = [
            item for item in self._objects if item.source.path.name != source
        ]
        objects.append(self._compile(folder / source))
        library = self._library(f"bugs/{bug.name}", objects)
        if bug.profile:
            library.environment["CAPSULE_PROFILE"] = bug.profile
        return library

    def _compile(self, path):
        item = self._builder.compile(sources.Source(path, True, "", ()))
        if item.path is None:
            raise Problem(f"{path} does not compile: {item.error}")
        return item

    def _patch(self, source, bug, output):
        done = subprocess.run(
            ["patch", "--quiet", "--fuzz=0", "--reject-file=-"]
            + [f"--output={output}"]
            + [source, bug.path.resolve()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode != 0:
            raise Problem(f"{bug.path} does not apply; plant the bug anew")

    def _library(self, name, objects):
        folder = self._folder / name
        path = folder / _NAME
        said = build.link(path, objects, ["-shared", "-lpthread"])
        if said:
            raise Problem(f"{path}: {build.first_error(said)}")
        return Library(path, folder / "worker", self._include)
