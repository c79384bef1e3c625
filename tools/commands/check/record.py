"""tools/check --record: writes what extensions do with capsules as programs."""

import collections
import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator

from tools.commands.check import build, lives, programs
from tools.commands.check.lives import Left, Life
from tools.commands.check.programs import Line
from tools.commands.check.trace import Trace
from tools.lib.problem import Problem

# Phrases of Left.
NOT_PERMITTED = "calls that the contract does not permit at that point"
EMPTY = "capsules of which nothing is left then"

_MOST_WORDS = 5  # calls that the name of a file lists


@dataclasses.dataclass
class Program:
    """A program and who does it."""

    lines: list[Line]
    object: str  # a short name of the object
    times: int = 1

    def text(self) -> str:
        width = max((len(li.call) for li in self.lines if li.expected), default=0)
        rows = [
            f"{line.call:<{width}}  # -> {line.expected}" if line.expected else line.call
            for line in self.lines
        ]
        times = "once" if self.times == 1 else f"{self.times} times"
        return "\n".join([f"# {self.object} does this {times}", *rows, ""])

    def name(self) -> str:
        """Returns a file name that says who does what."""
        words = []
        for line in self.lines:
            match = re.search(r"(?:PyCapsule_|Py_|PyErr_)?(\w+)\(", line.call)
            word = re.sub(r"(?<!^)(?=[A-Z])", "_", match[1]).lower() if match else ""
            word = {"decref": "end", "d_e_c_r_e_f": "end"}.get(word, word)
            if word not in words and word not in ("payload", "name"):
                words.append(word)
        return "_".join([self.object, *words[:_MOST_WORDS]])


def _object_of(group: list[Life]) -> str:
    """Returns a short name of the object that made the first call: its package
    and its module."""
    paths = [event.object for life in group for _, event in life.events]
    path = next((path for path in paths if path), "")
    package = re.search(r"-packages/(\w+)/", path)
    base = os.path.basename(path).split(".")[0].lstrip("_")
    words = [package[1] if package else "", base]
    return re.sub(r"\W", "_", "_".join(filter(None, words))) or "interpreter"


class Collection:
    """The distinct programs of several traces."""

    def __init__(self) -> None:
        self.left = Left()
        self.capsules = 0
        self._programs: dict[str, Program] = {}

    def add(self, trace: Trace) -> None:
        found = lives.lives_of(trace, self.left)
        self.capsules += len(found)
        self.left[programs.REPEATED] += trace.repeated
        for group in lives.groups_of(found):
            lines = programs.program_of(group, self.left)
            if lines:
                self._keep(Program(lines, _object_of(group)))

    def _keep(self, program: Program) -> None:
        key = programs.skeleton(program.lines)
        known = self._programs.setdefault(key, program)
        if known is not program:
            known.times += program.times

    def leave_out(self, skipped: dict[int, set[int]]) -> None:
        """Removes calls: {position of a program: positions of its calls}."""
        kept = list(self._programs.values())
        self._programs = {}
        for at, program in enumerate(kept):
            gone = skipped.get(at, set())
            self.left[NOT_PERMITTED] += len(gone) * program.times
            program.lines = [
                line for i, line in enumerate(program.lines) if i not in gone
            ]
            if any("PyCapsule_" in line.call for line in program.lines):
                self._keep(program)
            else:
                self.left[EMPTY] += program.times

    def programs(self) -> list[Program]:
        return list(self._programs.values())


def _texts(found: Iterable[Program]) -> dict[str, str]:
    """Returns {file name: content}; equal names get numbers."""
    counts: collections.Counter[str] = collections.Counter()
    result = {}
    for program in found:
        name = program.name()
        counts[name] += 1
        number = f"_{counts[name]}" if counts[name] > 1 else ""
        result[f"{name}{number}.prog"] = program.text()
    return result


def not_permitted(
    found: list[Program], follower: pathlib.Path
) -> dict[int, set[int]]:
    """Returns {position of a program: the calls that the executor would skip}."""
    result: dict[int, set[int]] = collections.defaultdict(set)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for at, program in enumerate(found):
            (folder / f"{at}.prog").write_text(program.text())
        for chunk in range(0, len(found), 500):
            files = [
                f"{at}.prog" for at in range(chunk, min(chunk + 500, len(found)))
            ]
            run = subprocess.run(
                [follower, "--skipped", *files],
                cwd=folder,
                env=build.without_preload(),
                capture_output=True,
                text=True,
            )
            if run.returncode:
                raise Problem(f"{run.stderr.strip()}; this is a defect of tools/check")
            for line in run.stdout.splitlines():
                index, path = line.split()
                result[int(path.removesuffix(".prog"))].add(int(index))
    return result


def check_folder(folder: pathlib.Path) -> None:
    """Refuses a folder that cannot take the programs."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem(f"{folder} is not empty; name a new folder for --record")
    if not folder.parent.is_dir():
        raise Problem(f"there is no folder {folder.parent}; make it first")


def write(
    traces: Iterable[Trace], folder: pathlib.Path, follower: pathlib.Path
) -> Iterator[str]:
    """Writes the programs, all or none. Yields lines for people."""
    collection = Collection()
    for trace in traces:
        collection.add(trace)
    collection.leave_out(not_permitted(collection.programs(), follower))
    found = collection.programs()
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        scratch = pathlib.Path(name) / "programs"
        scratch.mkdir()
        for file, text in _texts(found).items():
            (scratch / file).write_text(text)
        if folder.exists():
            folder.rmdir()
        scratch.rename(folder)
    yield f"{collection.capsules} capsules, {len(found)} different programs in {folder}"
    for phrase, count in sorted(collection.left.items()):
        if count:
            yield f"left out: {count} {phrase}"
