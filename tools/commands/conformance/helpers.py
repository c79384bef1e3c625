"""Converts programs of the text form to C, with the project's own converter."""

import pathlib
import subprocess
from collections.abc import Iterable

from tools.commands.conformance import build, sources
from tools.lib.problem import Problem


def _build(
    name: str, files: Iterable[pathlib.Path], root: pathlib.Path, folder: pathlib.Path
) -> pathlib.Path:
    builder = build.Builder(root, folder / "objects", [], "")
    objects = [
        builder.compile(sources.Source(root / path, False, name, ()))
        for path in files
    ]
    for item in objects:
        if item.path is None:
            raise Problem(f"{item.source.path} does not compile: {item.error}")
    program = folder / name
    said = build.link(program, objects, [])
    if said:
        raise Problem(f"{name} cannot be linked: {build.first_error(said)}")
    return program


class Converter:
    """Converts programs to C."""

    def __init__(self, root: pathlib.Path, folder: pathlib.Path) -> None:
        files = [
            path.relative_to(root)
            for path in sorted((root / "fuzz/program").glob("*.c"))
            if path.name != "check.c"
        ]
        self._program = _build("prog_tool", files, root, folder)

    def to_c(self, path: pathlib.Path) -> str:
        """Returns the text of a C file that does the same as the program."""
        done = subprocess.run(
            [self._program, "--c", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Problem(f"{path} cannot be written as C: {done.stdout.strip()}")
        return done.stdout
