"""Runs an input of a campaign again, in any setting."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
from collections.abc import Mapping, Sequence

from tools.commands.overnight import slices
from tools.commands.overnight.builds import Files
from tools.commands.overnight.settings import Lane, Setting
from tools.lib import child

# Runs that do not look at stack traces need no symbols.
QUICK = {"ASAN_OPTIONS": "symbolize=0", "UBSAN_OPTIONS": "symbolize=0"}

SECONDS = slices.TIME_LIMIT + 20  # how long tools that run one input may take


@dataclasses.dataclass
class Place:
    """A setting at hand, with the files of the target there."""

    setting: Setting
    files: Files


def run(
    lane: Lane,
    place: Place,
    command: Sequence[object],
    work: pathlib.Path,
    variables: Mapping[str, str],
    seconds: float = SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Runs a tool on an input of the lane in the setting of `place`, in the folder
    `work`. A process that does not end in time counts as "time limit"."""
    moved = dataclasses.replace(lane, setting=place.setting)
    environment = slices.variables(moved, place.files, variables)
    try:
        return child.run(command, {**os.environ, **environment}, work, seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess([], -9, "", "time limit\n")


def quarantine(path: pathlib.Path, known: Sequence[str]) -> dict[str, str]:
    """Writes the known differences to the file; returns the variable that names
    the file. Reports then contain signatures, also if `known` is empty."""
    slices.write_quarantine(path, known)
    return {"CAPSULE_QUARANTINE": str(path)}
