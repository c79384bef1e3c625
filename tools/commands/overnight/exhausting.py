"""The exhaustive phase of a campaign: tools/exhaust runs every small program on each
implementation. Its state file lets --resume continue."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
import sys
from typing import Any

from tools.commands.fuzz import corpus
from tools.commands.overnight import slices, storage
from tools.commands.overnight.settings import Lane, Setting
from tools.lib.child import end_with_parent
from tools.lib.problem import Problem

# The share of the campaign's time that each implementation gets.
SHARE = 0.05

_LONGEST = 8  # calls; no night gets that far
_TARGET = "sequence_fuzz"  # runs the program of a finding


@dataclasses.dataclass
class Result:
    """The result of tools/exhaust. `failure` is a folder in the form of a slice, or
    None if all programs agree. `problem` is the reason if nothing ran."""

    implementation: str
    sentence: str
    values: dict[str, Any]
    failure: pathlib.Path | None
    problem: str


def is_there(root: pathlib.Path) -> bool:
    return (root / "tools/exhaust").exists()


def run(
    implementation: str, seconds: int, root: pathlib.Path, folder: pathlib.Path
) -> Result:
    """Runs every program of one call, two calls and so on, until the time is
    over. Keeps the state in `folder`."""
    corpus.make_folder(folder)
    result = folder / "result.json"
    result.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-B", "-m", "tools.commands.exhaust"),
        f"--calls={_LONGEST}",
        f"--seconds={seconds}",
        f"--implementation={implementation}",
        f"--json={result}",
        f"--output={folder}",
    ]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        preexec_fn=end_with_parent,
        check=False,
    )
    try:
        values = storage.read_json(result, "the result of tools/exhaust")
        sentence = str(values["sentence"])
    except (Problem, KeyError, TypeError):
        lines = done.stdout.strip().splitlines() or ["it said nothing"]
        return Result(implementation, "", {}, None, lines[-1])
    failure = None
    if values.get("finding"):
        failure = _failure(implementation, values["finding"], folder, command)
    return Result(implementation, sentence, values, failure, "")


def _failure(
    implementation: str,
    finding: dict[str, Any],
    folder: pathlib.Path,
    command: list[str],
) -> pathlib.Path:
    """Writes the finding in the form of the folder of a slice."""
    path = folder / "failure"
    artifacts = corpus.make_folder(path / "artifacts")
    corpus.publish(pathlib.Path(finding["program"]), artifacts, "failure.prog")
    (path / "log").write_text(str(finding.get("report", "")), encoding="utf-8")
    slices.write_quarantine(path / "quarantine", [])
    lane = Lane(_TARGET, Setting(implementation))
    storage.write_json(
        path / "slice.json",
        {"lane": lane.as_json(), "command": command, "environment": {}},
    )
    return path
