"""Builds everything that a campaign needs, and makes its plan."""

from __future__ import annotations

import argparse
import os
import pathlib
import platform
import random
import subprocess

from tools.commands.fuzz import corpus
from tools.commands.fuzz.build import REFERENCE
from tools.commands.overnight import builds, exhausting, plan, planted, settings
from tools.commands.overnight.builds import Builder, Files, Kinds
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.plan import Plan
from tools.commands.overnight.planted import Planted
from tools.commands.overnight.replaying import REPLAY, SWEEP, Item
from tools.commands.overnight.resources import Resources
from tools.commands.overnight.settings import Lane, Setting
from tools.lib import contract as contracts
from tools.lib.llvm import versioned
from tools.lib.problem import Problem

_LARGEST_SEED = 2**31
EXHAUST_PHASE = "every program of up to k calls (tools/exhaust)"


def new_plan(
    arguments: argparse.Namespace, root: pathlib.Path, folder: Folder
) -> tuple[Plan, Resources]:
    """Builds, and plans a new campaign."""
    kinds = builds.kinds(root)
    made = Plan(
        seconds=arguments.seconds,
        jobs=arguments.jobs,
        seed=arguments.seed or random.randint(1, _LARGEST_SEED),
        memory=arguments.memory,
        slice_seconds=1,
        targets=arguments.targets,
        implementations=arguments.implementation,
        chosen=arguments.settings,
        lanes=[],
        planted=[],
        replays=[],
        exhaust=[],
        not_run={},
        facts=_facts(root),
    )
    if REFERENCE in made.implementations:
        count = arguments.planted
        if count is None:
            count = plan.planted_count(made.seconds)
        drawn = planted.draw(root, made.targets, count, made.seed)
        made.planted = [item.name for item in drawn]
    else:
        made.not_run["planted bugs"] = "they are in the reference only"
    if plan.EXHAUST not in made.chosen:
        made.not_run[EXHAUST_PHASE] = "--settings leaves it out"
    elif not exhausting.is_there(root):
        made.not_run[EXHAUST_PHASE] = "this version has no tools/exhaust"
    else:
        made.exhaust = list(made.implementations)
    resources = build(made, root, folder, kinds, is_new=True)
    made.replays = [item.name for item in resources.replays]
    made.slice_seconds = plan.slice_length(
        made.seconds, made.jobs, len(made.lanes)
    )
    return made, resources


def build(
    made: Plan,
    root: pathlib.Path,
    folder: Folder,
    kinds: Kinds | None = None,
    is_new: bool = False,
) -> Resources:
    """Builds everything. If the plan is new, adds its lanes; else builds what the
    lanes of the plan need."""
    kinds = kinds or builds.kinds(root)
    builder = Builder(root, folder.builds, kinds)
    files: dict[str, dict[str, Files]] = {}
    for setting in plan.builds_of(made.implementations, made.chosen):
        targets = plan.targets_of(setting, made.targets, kinds)
        if not targets:
            made.not_run[f"{setting.name}, every target"] = (
                "this implementation runs none of the chosen targets"
            )
            continue
        files[setting.build_name] = builder.build(setting, targets)
        if is_new:
            profiles = _profiles(made, setting, files[setting.build_name])
            made.lanes += plan.lanes_of(
                setting, targets, made.chosen, profiles, kinds
            )
            _note_left_out(made, setting, targets)
    if not made.lanes:
        raise Problem("there is nothing to run; choose other targets")
    _fill_corpora(builder, made, root, folder)
    chosen = _planted(made, root)
    return Resources(
        files,
        chosen,
        planted.build(chosen, root, folder.builds / "planted"),
        _replays(made, root, files, kinds),
        contracts.read(root),
        root,
    )


def _planted(made: Plan, root: pathlib.Path) -> list[Planted]:
    every = planted.draw(root, made.targets, 10**6, 0)
    by_name = {item.name: item for item in every}
    return [by_name[name] for name in made.planted if name in by_name]


def _note_left_out(made: Plan, setting: Setting, targets: list[str]) -> None:
    left_out = [name for name in made.targets if name not in targets]
    if left_out:
        made.not_run[f"{', '.join(left_out)} on {setting.name}"] = (
            "the target needs functions that CPython 3 does not have, or tests "
            "the harness itself"
        )
    if setting.build == settings.MSAN:
        made.not_run["MemorySanitizer with generated programs"] = (
            "this build has an engine only"
        )


def _profiles(
    made: Plan, setting: Setting, files: dict[str, Files]
) -> list[str]:
    """Returns the profiles that the implementation can follow."""
    if plan.PROFILES not in made.chosen:
        return []
    some = next(iter(files.values()))
    if some.replay is None:
        return []
    listed = subprocess.run(
        [some.replay, "--profiles"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()
    return [name for name in listed if _follows(some, name)]


def _follows(files: Files, profile: str) -> bool:
    done = subprocess.run(
        [files.engine, "-runs=0"],
        env={**os.environ, "CAPSULE_PROFILE": profile},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0


def _fill_corpora(
    builder: Builder, made: Plan, root: pathlib.Path, folder: Folder
) -> None:
    """Fills the campaign's corpus with the committed programs and with the
    inputs that earlier runs have kept."""
    for target, seeds in builder.seeds(made.targets).items():
        own = corpus.make_folder(folder.corpus(target))
        for source in (seeds, root / "out" / target / "corpus"):
            if source.is_dir():
                for path in corpus.inputs(source)[0]:
                    name = corpus.digest(path.read_bytes())
                    corpus.publish(path, own, name)


def _replays(
    made: Plan,
    root: pathlib.Path,
    files: dict[str, dict[str, Files]],
    kinds: Kinds,
) -> list[Item]:
    """Returns the replays: each corpus in each setting, and the allocation sweep
    where the implementation can make an allocation fail."""
    items = []
    for lane in made.lanes:
        if lane.method == settings.GENERATED:
            continue
        of_lane = files[lane.setting.build_name][lane.target]
        source = plan.corpus_of(root, lane.target)
        if of_lane.replay:
            items.append(Item(REPLAY, lane, of_lane.replay, source))
        is_cpython = lane.setting.implementation != REFERENCE
        if is_cpython and lane.target not in kinds.sweep_on_cpython:
            continue
        if of_lane.sweep and lane.setting.allocator == settings.ARENA:
            items.append(Item(SWEEP, lane, of_lane.sweep, source))
    return items


def _facts(root: pathlib.Path) -> dict[str, str]:
    return {
        "machine": platform.node(),
        "system": _first_line(["sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"]),
        "processors": str(os.cpu_count()),
        "commit": _commit(root),
        "compiler": _first_line([versioned("clang"), "--version"]),
        "bazel": _first_line(["bazel", "--version"]),
    }


def _commit(root: pathlib.Path) -> str:
    commit = _first_line(["git", "-C", str(root), "rev-parse", "HEAD"])
    changed = _first_line(["git", "-C", str(root), "status", "--porcelain"])
    return f"{commit}, with changes" if commit and changed else commit


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except OSError:
        return ""
    return (done.stdout.strip().splitlines() or [""])[0]


def lane_count(lanes: list[Lane]) -> str:
    """Returns how many lanes, settings and targets there are, in words."""
    return (
        f"{len(lanes)} lanes: {len({lane.target for lane in lanes})} targets in "
        f"{len({lane.setting for lane in lanes})} settings"
    )
