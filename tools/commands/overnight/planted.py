"""The planted bugs of a campaign. A few bugs of tests/bugs run through the same
slices and the same examination as everything else. Each must be found, with one of
the rules that its header names; otherwise the campaign may be blind."""

from __future__ import annotations

import dataclasses
import pathlib
import random
from collections.abc import Sequence

from tools.commands.fuzz.build import build_labels
from tools.commands.fuzz.corpus import make_folder
from tools.commands.overnight.builds import (
    Files,
    keep_copy,
    keep_with_libraries,
)
from tools.commands.overnight.settings import PLANTED, Lane, Setting
from tools.commands.overnight.signature import joint_name
from tools.lib import bug, edits, plant
from tools.lib.problem import Problem

# Seconds within which a target must find a planted bug.
SECONDS = 60

# The number of other findings that may come first: defects that nobody planted.
ATTEMPTS = 4


@dataclasses.dataclass(frozen=True)
class Planted:
    """A planted bug that a target must find."""

    bug: bug.Bug
    lane: Lane

    @property
    def name(self) -> str:
        return self.bug.name


def draw(
    root: pathlib.Path, targets: Sequence[str], count: int, seed: int
) -> list[Planted]:
    """Draws `count` bugs, or all if there are fewer, that one of the targets can
    find. The same seed draws the same bugs from the same code. Each bug comes with
    the target that needs the fewest executions. Leaves out bugs whose edits do not
    apply, because somebody has changed the code."""
    found = []
    for path in bug.all_paths(root):
        read = bug.read(path)
        usable = {t: n for t, n in read.budgets.items() if t in targets}
        if usable and _applies(read, root):
            target = min(usable, key=lambda name: (usable[name], name))
            setting = Setting(
                build=PLANTED, bug=read.name, profile=read.profile or ""
            )
            found.append(Planted(read, Lane(target, setting)))
    chosen = random.Random(seed).sample(found, min(count, len(found)))
    return sorted(chosen, key=lambda item: item.name)


def _applies(read: bug.Bug, root: pathlib.Path) -> bool:
    try:
        read.broken(root)
    except edits.DoesNotApply:
        return False
    return True


def build(
    planted: Sequence[Planted], root: pathlib.Path, folder: pathlib.Path
) -> dict[str, Files]:
    """Builds the bugs and copies the files to `folder`; returns {name of the bug:
    Files}."""
    if not planted:
        return {}
    labels = ["//tests/bugs:repro", "//tests/bugs:minimize"]
    labels += sorted({f"//tests/bugs:{item.lane.target}" for item in planted})
    labels += [f"//tests/bugs:{item.name}_library" for item in planted]
    built = build_labels(labels, [], root) / "tests/bugs"
    files = {}
    for item in planted:
        libraries = built / f"{item.name}_library" / item.name
        trouble = libraries / plant.TROUBLE
        if trouble.exists():
            raise Problem(
                f"the planted bug {item.name} {trouble.read_text().strip()}"
            )
        own = make_folder(folder / item.name)
        for library in libraries.iterdir():
            keep_copy(library, own)
        files[item.name] = Files(
            engine=keep_with_libraries(built / item.lane.target, folder),
            generated=None,
            repro=keep_with_libraries(built / "repro", folder),
            minimize=keep_with_libraries(built / "minimize", folder),
            environment=(("LD_LIBRARY_PATH", f"{own}:{folder}"),),
        )
    return files


def is_right(planted: Planted, names: Sequence[str]) -> bool:
    """True if one of the findings is one that the bug's header allows."""
    allowed = [joint_name(name) for name in planted.bug.reports]
    return any(joint_name(name) in allowed for name in names)
