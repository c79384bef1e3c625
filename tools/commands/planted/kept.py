"""Keeps the rules that the matrix shows for a bug, so that a run that was stopped
can go on."""

from __future__ import annotations

import hashlib
import json
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from tools.commands.conformance.matrix import write
from tools.lib.bug import Bug
from tools.lib.contract import corpus_of


class Shown(NamedTuple):
    """The rules that the matrix shows for a bug, as ids."""

    own: list[str]  # failed, and named by the bug's header
    others: list[str]  # failed, and not named by the header
    hidden: list[str]  # blocked, and named by the header
    blocked: int  # the number of blocked rules


class Kept:
    """The results of earlier runs, a file for each bug. A result counts only while
    everything that it was made from is unchanged."""

    def __init__(
        self,
        root: pathlib.Path,
        folder: pathlib.Path,
        built: Sequence[pathlib.Path],
        programs: int,
    ) -> None:
        """`built` are the files of the reference without a bug and of its worker,
        `programs` is the number of generated programs per target."""
        self._folder = folder
        self._common = hashlib.sha256(str(programs).encode())
        read = [*built, *corpus_of(root)]
        for name in ("commands/conformance", "commands/planted", "lib"):
            read += sorted((root / "tools" / name).glob("*.py"))
        for path in read:
            self._common.update(hashlib.sha256(path.read_bytes()).digest())

    def find(self, bug: Bug) -> Shown | None:
        """Returns the result of an earlier run, or None. A file that is damaged counts
        as none."""
        try:
            value = json.loads(self._path(bug).read_text())
            made_from = value.pop("made from")
            shown = Shown(**value)
        except (OSError, ValueError, LookupError, AttributeError, TypeError):
            return None
        return shown if made_from == self._made_from(bug) else None

    def keep(self, bug: Bug, shown: Shown) -> None:
        value = {"made from": self._made_from(bug), **shown._asdict()}
        write(self._path(bug), json.dumps(value, indent=1) + "\n")

    def _path(self, bug: Bug) -> pathlib.Path:
        return self._folder / "bugs" / bug.name / "shown.json"

    def _made_from(self, bug: Bug) -> str:
        """Returns a digest of what the result of the bug depends on."""
        digest = self._common.copy()
        digest.update(bug.path.read_bytes())
        return digest.hexdigest()
