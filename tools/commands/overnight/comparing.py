"""Compares the findings of a campaign with each other, one at a time: findings of the
same defect become one in the report."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.commands.fuzz.corpus import make_folder
from tools.commands.overnight import defects, records, rerun, signature
from tools.commands.overnight.defects import Shown
from tools.commands.overnight.experiments import Experiments, Run
from tools.commands.overnight.rerun import Place
from tools.commands.overnight.settings import Lane, lane_of
from tools.commands.overnight.state import State
from tools.lib.contract import Contract

# The limit for the experiments with one finding. Most need none or a few seconds.
_SECONDS = 60


class Comparing:
    """The findings that have not been compared yet."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._is_running = False

    def start(self) -> bool:
        """Starts to compare a finding with those that were compared before it; returns
        False if there is none. One job at most does this work."""
        book = self._state.ledger
        waiting = [name for name in book.findings if name not in book.compared]
        if not waiting or self._is_running:
            return False
        self._is_running = True
        name = waiting[0]
        groups = defects.groups(book.compared, [pair for pair, _ in book.same])

        def function() -> list[dict[str, str]]:
            return self._compare(name, groups)

        def done(same: list[dict[str, str]]) -> None:
            self._is_running = False
            self._state.note({"kind": "compared", "id": name, "same": same})

        self._state.start_work(f"compares finding {name}", function, done)
        return True

    def _compare(
        self, name: str, groups: Sequence[Sequence[str]]
    ) -> list[dict[str, str]]:
        """Returns {id, why} of a finding in each group that shows the same defect."""
        state = self._state
        recorded = records.read(state.folder.findings)
        if name not in recorded:
            return []
        contract = state.resources.contract
        work = make_folder(state.folder.comparing)
        own = defects.shown(name, recorded[name])
        experiments = Experiments(
            self._runner(recorded[name], work), contract, _SECONDS
        )
        same = []
        for group in groups:
            others = [
                defects.shown(other, recorded[other])
                for other in group
                if other in recorded
            ]
            found = next(_reasons(own, others, contract, experiments), None)
            if found:
                same.append(found)
        shutil.rmtree(work)
        return same

    def _runner(
        self, values: Mapping[str, Any], work: pathlib.Path
    ) -> Run:
        """Returns the function that runs a program where the finding was found."""
        lane: Lane = lane_of(values["lane"])
        files = self._state.resources.of(lane)

        def run(calls: Sequence[str]) -> str:
            if files is None:
                return ""
            path = work / "experiment.prog"
            path.write_text("".join(f"{call}\n" for call in calls), encoding="utf-8")
            done = rerun.run(
                lane,
                Place(lane.setting, files),
                [files.repro, path],
                work,
                {**rerun.quarantine(work / "quarantine", []), **rerun.QUICK},
            )
            if done.returncode in (0, 2):
                return ""
            found = signature.signature_of(done.stderr)
            return found.text if found else ""

        return run


def _reasons(
    own: Shown, others: Sequence[Shown], contract: Contract, experiments: Experiments
) -> Iterator[dict[str, str]]:
    """Yields {id, why} of the others that show the same defect. Asks the signatures
    first, because experiments take time."""
    for other in others:
        why = defects.why_same(own, other, contract)
        if why:
            yield {"id": other.identity, "why": why}
    for other in others:
        why = experiments.why_same(own, other)
        if why:
            yield {"id": other.identity, "why": why}
