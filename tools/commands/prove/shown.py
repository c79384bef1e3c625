"""Runs a refutation as a program of calls: builds the harness with the source under
proof, and looks for a program that breaks a rule there."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterator

from tools.commands.conformance import build, sources
from tools.commands.prove import calls, story
from tools.commands.prove.program import Source
from tools.commands.prove.proof import Proof
from tools.commands.prove.steps import Step
from tools.lib import child
from tools.lib.problem import Problem

_SANITIZERS = (
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
)
_HEADERS = "capsule/reference/include"
_PARTS = ("capsule/reference", "capsule/runtime")

# A program makes a few hundred calls; the process has a limit of its own too.
_SECONDS = 30.0

# Statuses of fuzz/driver/repro.c.
_NO_FINDING = 0
_BAD_INPUT = 2

# Why programs that build the state may keep every rule when they run.
NEEDS_MORE = (
    "a static variable has a value, or memory has contents, that no such program makes"
)

# The part of a report that repeats the program, and what follows.
_REPEATED = re.compile(r"^  program$|^    #1 ", re.MULTILINE)


def _head(report: str) -> str:
    """Returns what a report says before it repeats the program or lists calls."""
    found = _REPEATED.search(report)
    return (report[: found.start()] if found else report).strip()


@dataclasses.dataclass(frozen=True)
class Shown:
    """A program that shows a refutation, or why there is none.

    program  the calls; empty if none show the refutation
    report   the finding, or why there is no program
    """

    program: str
    report: str


class Runner:
    """Runs programs on the reference with the source under proof in the place of
    its own file. Keeps compiled objects for the next run in `folder`."""

    def __init__(self, root: pathlib.Path, folder: pathlib.Path) -> None:
        self._root = root
        self._folder = folder

    def show(self, found: Proof, source: Source) -> Shown:
        """Looks for a program that shows the first refutation of a step."""
        traced = next((each for each in found.assertions if each.trace), None)
        if traced is None:
            return Shown("", "the checker gave no state")
        if source.core:
            return Shown("", "the source is a part of CPython, which is not built here")
        if not calls.known(found.step.name):
            return Shown("", "the step's surroundings are no calls of a program")
        told = story.read(traced.trace, pathlib.Path(source.path).name)
        if found.step.name_bytes is None:
            return Shown("", "the names have any length, and no bytes")
        with tempfile.TemporaryDirectory(prefix="prove.") as folder:
            try:
                return self._try(found.step, told, source, pathlib.Path(folder))
            except Problem as problem:
                # The refutation stands where the harness cannot run.
                return Shown("", str(problem))

    def _try(
        self, step: Step, told: story.Story, source: Source, folder: pathlib.Path
    ) -> Shown:
        built: dict[tuple[int, ...], pathlib.Path] = {}
        for program in calls.programs(step.name, told):
            if program.addresses not in built:
                built[program.addresses] = self._build(
                    program.addresses, source, step, folder / str(len(built))
                )
            report = self._run(built[program.addresses], program, folder)
            if report:
                return Shown(program.text, report)
        return Shown("", NEEDS_MORE)

    def _build(
        self,
        addresses: tuple[int, ...],
        source: Source,
        step: Step,
        folder: pathlib.Path,
    ) -> pathlib.Path:
        includes: list[str | pathlib.Path] = [self._root / _HEADERS, *source.includes]
        signature = "".join(map(build.signature_of, includes))
        builder = build.Builder(
            self._root, self._folder, includes, signature, flags=_SANITIZERS
        )
        table = ",".join(f"{number:#x}u" for number in addresses)
        wanted = [
            *sources.reproduction(self._root, table),
            *self._implementation(pathlib.Path(source.path), step),
        ]
        objects = builder.compile_all(wanted, ())
        for each in objects:
            if each.path is None:
                raise Problem(
                    f"{each.source.path} does not compile: {each.error}; correct it, "
                    "so that a program can show the refutation"
                )
        repro = folder / "repro"
        said = build.link(repro, objects, [*_SANITIZERS, "-lm"])
        if said:
            raise Problem(
                f"{source.path} cannot be linked: {build.first_error(said)}; export "
                "the functions of the reference's file"
            )
        return repro

    def _implementation(
        self, source: pathlib.Path, step: Step
    ) -> Iterator[sources.Source]:
        """Yields the reference's sources, and the source under proof in the place of
        the reference's own file."""
        replaced = self._root / step.subject.source
        paths = [self._root / "capsule/host_allocator.c"]
        for part in _PARTS:
            paths += sorted((self._root / part).glob("*.c"))
        for path in paths:
            chosen = source if path == replaced else path
            yield sources.Source(chosen, True, "implementation", ())

    def _run(
        self, repro: pathlib.Path, program: calls.Program, folder: pathlib.Path
    ) -> str:
        """Returns the finding; empty if the program breaks no rule."""
        path = folder / "refutation.prog"
        path.write_text(program.text, encoding="utf-8")
        try:
            done = child.run([repro, path], os.environ, folder, _SECONDS)
        except subprocess.TimeoutExpired:
            return f"the program does not end within {_SECONDS:.0f} seconds"
        if done.returncode == _NO_FINDING:
            return ""
        if done.returncode == _BAD_INPUT:
            raise Problem(f"{done.stderr.strip()}; the refutation is no program")
        return _head(done.stderr)
