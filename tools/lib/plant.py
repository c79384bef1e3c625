"""plant.py COMMANDS OUTPUT UNUSED BUG ...: builds libraries with planted bugs.

For each bug, this writes the libraries that the bug changes to OUTPUT/<name of
the bug>, under their usual names. If a bug cannot be planted, this writes the
reason to the file TROUBLE in that folder and builds the other bugs. The test of
the bug then fails with that reason, until an input changes.

COMMANDS is a JSON file that tests/bugs/bugs.bzl writes; class Commands describes
its fields. UNUSED receives the paths of the inputs that no bug needed: Bazel
does not rebuild when only such inputs change.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile

from tools.lib import bug, edits
from tools.lib.overlay import Overlay

TROUBLE = "trouble.txt"


@dataclasses.dataclass(frozen=True)
class Commands:
    """The commands that compile and link.

    compile         {source: command with @OUTPUT@}
    objects         {source: the path of its object without a bug}
    library         {source: the name of the library that contains the source}
    link            {library: command with @OUTPUT@ and @OBJECTS@}
    parts           {library: the objects to link}
    sanitizer_only  True to build only the bugs with `Sanitizer: only`
    """

    compile: dict[str, list[str]]
    objects: dict[str, str]
    library: dict[str, str]
    link: dict[str, list[str]]
    parts: dict[str, list[str]]
    sanitizer_only: bool


class Trouble(Exception):
    """The bug cannot be planted; the text says why, in one line."""


class Planter:
    """Builds bugs one after the other."""

    def __init__(self, commands: Commands, root: pathlib.Path):
        self._commands = commands
        self._root = root
        self.used: set[str] = set()

    def plant(self, planted: bug.Bug, output: pathlib.Path) -> None:
        """Builds the libraries of one bug in the folder `output`. Raises
        Trouble."""
        try:
            broken = planted.broken(self._root)
        except edits.DoesNotApply as error:
            raise Trouble(
                f"does not apply: {error}; see tools/planted --check"
            ) from error
        self.used.update(broken.files)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            overlay = Overlay(broken, folder, pathlib.Path())
            objects: dict[str, str] = {}
            for source in self._sources(planted, broken):
                path = folder / f"{len(objects)}.o"
                self._run(
                    self._commands.compile[source]
                    + overlay.flags(pathlib.Path(source)),
                    {"@OUTPUT@": [str(path)]},
                )
                objects[source] = str(path)
            for library in sorted({self._commands.library[s] for s in objects}):
                self._link(library, objects, output / library)

    def _sources(self, planted: bug.Bug, broken: bug.Broken) -> list[str]:
        """Returns the sources that compile differently with the bug."""
        known = self._commands.compile
        found = [
            path
            for path in sorted(known)
            if broken.changes(path, bug.read_code(self._root / path))
        ]
        strange = [
            path
            for path in broken.files
            if not path.endswith(".h") and path not in known
        ]
        if strange or not found:
            raise Trouble(
                f"{(strange or list(broken.files))[0]} is not what bugs in "
                f"{planted.path.parent} edit; the folder bears the file's name"
            )
        self.used.update(found)
        return found

    def _link(
        self, library: str, objects: dict[str, str], output: pathlib.Path
    ) -> None:
        replaced = {
            self._commands.objects[source]: path for source, path in objects.items()
        }
        parts = self._commands.parts[library]
        self.used.update(parts)
        self._run(
            self._commands.link[library],
            {
                "@OUTPUT@": [str(output)],
                "@OBJECTS@": [replaced.get(part, part) for part in parts],
            },
        )

    def _run(self, command: list[str], values: dict[str, list[str]]) -> None:
        words = [word for part in command for word in values.get(part, [part])]
        done = subprocess.run(
            words,
            cwd=self._root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            lines = done.stdout.splitlines() or ["no reason given"]
            errors = [line for line in lines if "error:" in line] or lines
            raise Trouble(
                "does not compile with the bug: "
                f"{errors[0].rpartition('/')[2]}; edit the file of the bug"
            )


def main(arguments: list[str]) -> None:
    commands_path, output, unused, *paths = arguments
    root = pathlib.Path()
    commands = Commands(**json.loads(pathlib.Path(commands_path).read_text()))
    planter = Planter(commands, root)
    inputs = {*commands.compile, *commands.objects.values()}
    inputs.update(part for parts in commands.parts.values() for part in parts)
    for path in paths:
        folder = pathlib.Path(output, pathlib.Path(path).stem)
        folder.mkdir(parents=True)
        try:
            planted = bug.read(path)
            if planted.sanitizer_only or not commands.sanitizer_only:
                planter.plant(planted, folder)
        except (bug.Malformed, Trouble) as error:
            (folder / TROUBLE).write_text(f"{error}\n")
            planter.used |= inputs  # the bug may apply after any change
    pathlib.Path(unused).write_text(
        "".join(f"{path}\n" for path in sorted(inputs - planter.used))
    )


if __name__ == "__main__":
    main(sys.argv[1:])
