"""The plan of a campaign: which lanes it has, which bugs it plants, how long it
takes."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from tools.commands.fuzz.build import REFERENCE
from tools.commands.overnight import settings
from tools.commands.overnight.builds import Kinds
from tools.commands.overnight.settings import (
    GENERATED,
    GUIDED,
    MALLOC,
    MSAN,
    Lane,
    Setting,
    lane_of,
)
from tools.lib.problem import Problem

# The words of --settings.
DEFAULTS, MALLOCS, PROFILES, MSANS = "default", "malloc", "profiles", "msan"
EXHAUST = "exhaust"
ALL_SETTINGS = (DEFAULTS, MALLOCS, PROFILES, MSANS, EXHAUST)

VERSION = 2  # of the folder's format


@dataclasses.dataclass
class Plan:
    """The work of a campaign. Stored in plan.json; --resume reads it again.

    seconds   how long the campaign runs, without the build
    memory    MiB that a job may use
    planted   the names of the planted bugs, in the order in which they run
    replays   the names of the replays and allocation sweeps
    exhaust   the implementations on which tools/exhaust runs
    not_run   {what: why} of what the campaign leaves out
    facts     versions, flags, commit: for the report
    """

    seconds: float
    jobs: int
    seed: int
    memory: int
    slice_seconds: int
    targets: list[str]
    implementations: list[str]
    chosen: list[str]
    lanes: list[Lane]
    planted: list[str]
    replays: list[str]
    exhaust: list[str]
    not_run: dict[str, str]
    facts: dict[str, str]

    def shorten(self, seconds: float) -> None:
        """Takes the time of the build from that of the campaign."""
        self.seconds -= seconds
        if self.seconds <= 0:
            raise Problem("no time is left after the build; give a later --until")
        self.slice_seconds = slice_length(
            self.seconds, self.jobs, len(self.lanes)
        )

    def as_json(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        values["lanes"] = [lane.as_json() for lane in self.lanes]
        values["version"] = VERSION
        return values


def plan_of(values: Mapping[str, Any]) -> Plan:
    """Returns the plan that as_json() describes."""
    known = {field.name: values[field.name] for field in dataclasses.fields(Plan)}
    known["lanes"] = [lane_of(lane) for lane in values["lanes"]]
    return Plan(**known)


def builds_of(
    implementations: Sequence[str], chosen: Sequence[str]
) -> list[Setting]:
    """Returns a setting for each build that the plan needs."""
    found = [Setting(name) for name in implementations]
    if MSANS in chosen and REFERENCE in implementations:
        found.append(Setting(REFERENCE, MSAN))
    return found


def targets_of(
    setting: Setting, targets: Sequence[str], kinds: Kinds
) -> list[str]:
    """Returns the targets that the implementation can run."""
    if setting.implementation == REFERENCE:
        return list(targets)
    return [target for target in targets if target in kinds.on_cpython]


def lanes_of(
    build: Setting,
    targets: Sequence[str],
    chosen: Sequence[str],
    profiles: Sequence[str],
    kinds: Kinds,
) -> list[Lane]:
    """Returns the lanes of one build.

    profiles  those that the implementation can follow
    """
    found = [build]
    if build.build == settings.DEFAULT:
        if DEFAULTS not in chosen:
            found = []
        if MALLOCS in chosen:
            found.append(dataclasses.replace(build, allocator=MALLOC))
        if PROFILES in chosen:
            found += [
                dataclasses.replace(build, profile=profile)
                for profile in profiles
            ]
    lanes = []
    for setting in found:
        for target in targets:
            runs_programs = target in kinds.programs
            if setting not in (build,) and not runs_programs:
                continue  # allocator and profile only matter to programs
            lanes.append(Lane(target, setting, GUIDED))
            if runs_programs and setting.build == settings.DEFAULT:
                lanes.append(Lane(target, setting, GENERATED))
    return lanes


def slice_length(seconds: float, jobs: int, lanes: int) -> int:
    """Returns the seconds of a slice, if `lanes` lanes share `seconds` of the
    campaign: long enough that starting a process costs little, short enough that
    each of the lanes gets several slices."""
    return max(1, min(120, round(seconds * jobs / max(4 * lanes, 1))))


def planted_count(seconds: float) -> int:
    """Returns how many bugs a campaign plants: one for each twenty minutes."""
    return max(1, min(24, round(seconds / 1200)))


def corpus_of(root: pathlib.Path, target: str) -> pathlib.Path:
    """Returns the folder of the committed programs of a target."""
    return root / "corpus" / target.removesuffix("_fuzz")
