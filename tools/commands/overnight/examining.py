"""Examines the findings of a campaign, one job for each, and keeps them."""

from __future__ import annotations

import pathlib

from tools.commands.overnight import records, slices, storage
from tools.commands.overnight.examine import Examined, Examiner
from tools.commands.overnight.rerun import Place
from tools.commands.overnight.settings import Lane, Setting
from tools.commands.overnight.state import State


class Examining:
    """The slices with a finding, which wait in the folder `crashes`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._busy: set[str] = set()  # names of folders in `crashes`

    def start(self) -> bool:
        """Starts the examination of a finding; returns False if none waits.
        Findings whose signature is known are only counted."""
        state = self._state
        for path in sorted(state.folder.crashes.iterdir()):
            if path.name in self._busy or path.name.startswith("."):
                continue
            examiner = self._examiner(path)
            if examiner is None:
                continue
            first = examiner.first_signature()
            known = first.after or first.text
            if known in state.ledger.alias:
                self._count(known, examiner.lane, path)
                continue
            self._busy.add(path.name)

            def done(found: Examined, path: pathlib.Path = path) -> None:
                self._keep(found, path)

            state.start_work(f"examines {first.name}", examiner.examine, done)
            return True
        return False

    def _count(self, known: str, lane: Lane, path: pathlib.Path) -> None:
        """Counts a known finding; removes the folder of the slice."""
        self._state.note(
            {
                "kind": "again",
                "signature": known,
                "lane": lane.name,
                "run": path.name,
            }
        )
        storage.remove(path)

    def _examiner(self, path: pathlib.Path) -> Examiner | None:
        state = self._state
        try:
            lane = slices.lane_in(path)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        files = state.resources.of(lane)
        if files is None:
            return None
        # After the end of the campaign, examine only what must be known.
        places = self._places(lane) if state.left() > 0 else []
        return Examiner(
            path, files, places, state.ledger.known(), state.seconds_to_minimize()
        )

    def _places(self, lane: Lane) -> list[Place]:
        """Returns the settings in which a finding of the lane is run again."""
        found: dict[Setting, Place] = {}
        for other in self._state.plan.lanes:
            if other.target == lane.target and other.setting not in found:
                files = self._state.resources.of(other)
                if files:
                    found[other.setting] = Place(other.setting, files)
        return list(found.values())

    def _keep(self, found: Examined, path: pathlib.Path) -> None:
        self._busy.discard(path.name)
        if found.after in self._state.ledger.alias:
            self._count(found.after, found.lane, path)
            return
        identity = records.keep(found, path, self._state.folder.findings)
        self._state.note(
            {
                "kind": "finding",
                "id": identity,
                "signature": found.signature,
                "aliases": found.aliases,
                "lane": found.lane.name,
                "run": path.name,
            }
        )
        # Only now: a campaign that is killed before this line examines the run again.
        storage.remove(path)
