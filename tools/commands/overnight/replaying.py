"""The first phase of a campaign: every corpus is replayed, and each allocation of
each program fails in turn."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
import xml.etree.ElementTree as xml

from tools.commands.fuzz import corpus
from tools.commands.overnight import signature, slices, storage
from tools.commands.overnight.settings import Lane
from tools.lib import child

REPLAY, SWEEP = "replay", "allocation sweep"

_SECONDS = 1800


@dataclasses.dataclass(frozen=True)
class Item:
    """One replay: a target's corpus in a setting."""

    kind: str
    lane: Lane
    program: pathlib.Path
    folder: pathlib.Path  # the corpus

    @property
    def name(self) -> str:
        return f"{self.kind} of {self.lane.name}"


@dataclasses.dataclass
class Result:
    """The result of a replay. `failures` are folders in the form of slices."""

    item: Item
    ran: int
    failures: list[pathlib.Path]
    problem: str  # the reason why nothing ran, or ""


def run(item: Item, environment: dict[str, str], work: pathlib.Path) -> Result:
    """Runs the replay. `work` is a folder for the failures."""
    report = work / "report.xml"
    command = [str(item.program), str(item.folder)]
    try:
        done = child.run(
            command,
            {**os.environ, **environment, "XML_OUTPUT_FILE": str(report)},
            seconds=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Result(item, 0, [], f"did not end within {_SECONDS} s")
    try:
        cases = list(xml.parse(report).iter("testcase"))
    except (OSError, xml.ParseError):
        lines = (done.stdout + done.stderr).strip().splitlines()
        return Result(item, 0, [], lines[-1] if lines else "no output")
    failures = [
        _failure(item, case, work / f"failure-{number}", command)
        for number, case in enumerate(cases)
        if case.find("failure") is not None
    ]
    return Result(item, len(cases), failures, "")


def _failure(
    item: Item, case: xml.Element, folder: pathlib.Path, command: list[str]
) -> pathlib.Path:
    """Writes a failure in the form of the folder of a slice."""
    artifacts = corpus.make_folder(folder / "artifacts")
    failure = case.find("failure")
    assert failure is not None
    text = failure.text or failure.get("message") or ""
    source = item.folder / case.get("name", "")
    program = signature.program(text)
    if item.kind == REPLAY and source.is_file():
        corpus.publish(source, artifacts)
    elif program:
        (artifacts / "failure.prog").write_text(program, encoding="utf-8")
    (folder / "log").write_text(
        f"{item.name}: {case.get('name')}\n{text}", encoding="utf-8"
    )
    storage.write_json(
        folder / "slice.json",
        {"lane": item.lane.as_json(), "command": command, "environment": {}},
    )
    slices.write_quarantine(folder / "quarantine", [])
    return folder
