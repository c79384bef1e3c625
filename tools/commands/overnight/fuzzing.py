"""Fuzzes the lanes of a campaign, a slice at a time."""

from __future__ import annotations

import pathlib

from tools.commands.fuzz import corpus
from tools.commands.overnight.plan import slice_length
from tools.commands.overnight.scheduler import Scheduler, Standing
from tools.commands.overnight.settings import GENERATED, Lane
from tools.commands.overnight.slices import Outcome
from tools.commands.overnight.state import Running, State

_FAILURES = 3  # slices of a lane that may fail in a row


class Fuzzing:
    """The lanes of the plan, in the order that the scheduler gives."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lanes = {lane.name: lane for lane in state.plan.lanes}
        self._scheduler = Scheduler([self._standing(lane) for lane in state.plan.lanes])
        self._scheduler.spent.update(
            (pool, seconds)
            for pool, seconds in state.ledger.spent.items()
            if pool in self._scheduler.spent
        )

    def _standing(self, lane: Lane) -> Standing:
        """Returns the numbers of the lane, which the ledger updates."""
        standing = self._state.ledger.standings.setdefault(
            lane.name, Standing(lane.name, lane.method != GENERATED)
        )
        standing.running = 0
        return standing

    def start(self) -> bool:
        """Starts a slice; returns False if there is no lane to run."""
        self._scheduler.standings = [
            standing
            for standing in self._scheduler.standings
            if not self._has_given_up(standing.name)
        ]
        choice = self._scheduler.choose()
        if not choice:
            return False
        standing, pool = choice
        lane = self._lanes[standing.name]
        state = self._state
        seconds = self._seconds()
        standing.running += 1
        # Book the time now, so that the next job chooses another lane.
        self._scheduler.charge(pool, seconds)

        def end(job: Running) -> None:
            self._end(job, pool)

        state.start_slice(
            lane,
            seconds,
            state.folder.corpus(lane.target),
            state.ledger.known(),
            end,
            end,
        )
        return True

    def _seconds(self) -> int:
        """Returns the length of the next slice. While lanes wait for their first
        slice, the slice is short enough that all of them get one in the time that is
        left: replays and examinations take time that the plan does not know."""
        state = self._state
        left = state.left()
        waiting = sum(not s.slices for s in self._scheduler.standings)
        shared = slice_length(left, state.plan.jobs, waiting)
        return max(1, min(state.plan.slice_seconds, shared, round(left)))

    def _has_given_up(self, name: str) -> bool:
        numbers = self._state.ledger.lanes.get(name)
        return bool(numbers and numbers.failures >= _FAILURES)

    def _end(self, job: Running, pool: str) -> None:
        state = self._state
        outcome = job.slice.finish()
        lane = job.slice.lane
        started = state.clock() - outcome.seconds
        failure = ""
        if outcome.has_failed:
            failure = f"status {outcome.status}: {job.slice.log.report()[-400:]}"
        folder = job.slice.folder
        self._set_aside(folder, lane, outcome)
        if outcome.killed and not job.slice.log.has_report():
            with open(folder / "log", "a", encoding="utf-8") as log:
                log.write(f"\nALARM: {outcome.killed}\n")
        new, _, damaged = state.folder.put_away(folder)
        self._scheduler.charge(pool, outcome.seconds - job.slice.seconds)
        state.ledger.standings[lane.name].running -= 1
        state.note(
            {
                "kind": "slice",
                "lane": lane.name,
                "target": lane.target,
                "setting": lane.setting.name,
                "method": lane.method,
                "pool": pool,
                "seconds": round(outcome.seconds, 2),
                "executions": outcome.executions,
                "calls": outcome.calls,
                "new": new,
                "coverage": outcome.coverage,
                "memory": outcome.memory,
                "rules": outcome.rules,
                "reachable": outcome.reachable,
                "first": {
                    rule: round(started + when, 1)
                    for rule, when in outcome.first.items()
                    if rule not in state.ledger.first
                },
                "known": outcome.known,
                "failure": failure,
            }
        )
        if damaged:
            state.note(
                {
                    "kind": "loss",
                    "text": f"{damaged} files of a slice of {lane.name} were not "
                    "written whole",
                }
            )

    def _set_aside(
        self, folder: pathlib.Path, lane: Lane, outcome: Outcome
    ) -> None:
        """Moves an input of the corpus on which a target crashes: with the input
        in the corpus, the target could not start again."""
        if not outcome.has_finding:
            return
        for path in (folder / "artifacts").iterdir():
            digest = path.name.rpartition("-")[2]
            known = self._state.folder.corpus(lane.target) / digest
            if known.exists():
                corpus.set_aside(
                    [known], self._state.folder.set_aside(lane.target)
                )
