"""Merges the inputs of a campaign and keeps them for the next one.

The merged corpus reaches every place of the code, and every rule and outcome, that
the inputs reach together. libFuzzer takes the inputs in the order of their size and
leaves out an input that adds nothing to the smaller ones, so the merged corpus is
small, and merging it again changes nothing.
"""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

from tools.commands.fuzz import corpus, merge
from tools.commands.overnight import slices
from tools.lib.problem import Problem


def merged(
    binary: pathlib.Path,
    source: pathlib.Path,
    target: pathlib.Path,
    known: Sequence[str] = (),
) -> None:
    """Fills the empty folder `target` with the merged inputs of `source`. `known`
    are the signatures in quarantine: such inputs are merged like others. Raises
    Problem."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".merge-") as name:
        empty = corpus.make_folder(pathlib.Path(name) / "empty")
        quarantine = pathlib.Path(name) / "quarantine"
        slices.write_quarantine(quarantine, known)
        variables = {"CAPSULE_QUARANTINE": str(quarantine)}
        merge.merge(binary, empty, [source], target, variables)


def keep(
    binary: pathlib.Path,
    source: pathlib.Path,
    kept: pathlib.Path,
    known: Sequence[str] = (),
) -> dict[str, Any]:
    """Merges `source` and adds the result to the folder `kept`. If merging fails,
    adds all inputs. Returns the numbers for the journal."""
    before = sum(1 for _ in source.iterdir())
    problem = ""
    with tempfile.TemporaryDirectory(dir=source.parent, prefix=".keep-") as name:
        small = corpus.make_folder(pathlib.Path(name) / "merged")
        try:
            merged(binary, source, small, known)
            folder = small
        except (Problem, OSError) as error:
            problem = f"all inputs kept without merging: {error}"
            folder = source
        after = sum(1 for _ in folder.iterdir())
        size = sum(path.stat().st_size for path in folder.iterdir())
        added, _ = corpus.publish_all(folder, corpus.make_folder(kept))
    return {
        "before": before,
        "after": after,
        "bytes": size,
        "added": added,
        "problem": problem,
    }
