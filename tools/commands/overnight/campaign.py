"""Runs a campaign: fills the job slots, and ends what has ended."""

from __future__ import annotations

import pathlib
import resource
import signal
import time
from typing import Any

from tools.commands.overnight import keeping
from tools.commands.overnight.comparing import Comparing
from tools.commands.overnight.examining import Examining
from tools.commands.overnight.fuzzing import Fuzzing
from tools.commands.overnight.journal import Reading
from tools.commands.overnight.phases import Exhaust, Replays
from tools.commands.overnight.planting import Planting
from tools.commands.overnight.settings import Lane, Setting
from tools.commands.overnight.state import Running, State
from tools.commands.overnight.storage import DiskFull
from tools.commands.overnight.work import Work
from tools.lib.problem import NoSpace
from tools.lib.whole_file import is_full

_TICK = 0.1  # seconds between two looks at the jobs
_LOOK = 1.0  # seconds between two readings of the counters


class Campaign:
    """One run of tools/overnight, or one that --resume continues."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._examining = Examining(state)
        self._comparing = Comparing(state)
        self._replays = Replays(state)
        self._exhaust = Exhaust(state)
        self._planting = Planting(state)
        self._fuzzing = Fuzzing(state)
        self._examined_last = False

    def recover(self, reading: Reading) -> None:
        """Keeps what a killed campaign has left, and notes what was lost."""
        if reading.cut_off or reading.damaged:
            lost = reading.damaged + reading.cut_off
            self._note_loss(
                f"{lost} damaged lines of the journal are left out; the numbers of "
                "so many events are missing"
            )
        inputs, crashes, damaged = self._state.folder.recover()
        if inputs or crashes or damaged:
            self._note_loss(
                "slices were killed: their numbers are missing, "
                f"{inputs} new inputs and {crashes} findings were kept, "
                f"{damaged} truncated files were dropped"
            )

    def _note_loss(self, text: str) -> None:
        self._state.note({"kind": "loss", "text": text})

    def run(self, screen: Any) -> None:
        """Runs until the time is over, or Ctrl-C, or the disk is full. Whatever
        ends the campaign, running slices are put away and the journal says
        why."""
        state = self._state
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *unused: state.stop("interrupted"))
        try:
            state.note({"kind": "begin", "seconds": state.plan.seconds})
            self._loop(screen)
        except NoSpace:
            state.stop_for_space()
        except OSError as error:
            if not is_full(error):
                raise
            state.stop_for_space()
        finally:
            self._end()

    def _loop(self, screen: Any) -> None:
        state = self._state
        while not state.stopped:
            self._collect()
            while len(state.running) < state.plan.jobs and not state.stopped:
                if not self._start_something():
                    break
            if not state.running:
                return
            screen.show(state)
            time.sleep(_TICK)

    def _collect(self) -> None:
        """Keeps what the jobs that have ended have made."""
        now = time.monotonic()
        running = self._state.running
        for job in list(running):
            if isinstance(job, Work):
                if not job.is_running():
                    running.remove(job)
                    job.finish()
            elif now - job.looked >= _LOOK or not job.slice.is_running():
                job.looked = now
                if not job.slice.look():
                    running.remove(job)
                    job.end(job)

    def _start_something(self) -> bool:
        """Fills one job slot; returns False if there is nothing to do."""
        state = self._state
        if not state.folder.has_space():
            raise DiskFull(state.folder.path)
        is_over = state.left() <= 0
        # Examinations and comparisons take every other turn, so that many findings
        # cannot keep the targets from running.
        if is_over or not self._examined_last:
            self._examined_last = self._examining.start() or self._comparing.start()
            if self._examined_last:
                return True
        self._examined_last = False
        if self._replays.start():
            return True
        if is_over:
            return False
        return (
            self._exhaust.start()
            or self._planting.start()
            or self._fuzzing.start()
        )

    def _end(self) -> None:
        """Puts the running slices away and notes why the campaign stopped."""
        state = self._state
        slices = [job for job in state.running if isinstance(job, Running)]
        for job in slices:
            job.slice.interrupt()
        if state.is_disk_full:
            state.folder.give_up_reserve()
        for job in slices:
            try:
                job.give_up(job)
            except (NoSpace, OSError):
                pass  # the folder of the slice stays; --resume recovers it
        own = resource.getrusage(resource.RUSAGE_SELF)
        jobs = resource.getrusage(resource.RUSAGE_CHILDREN)
        state.note(
            {
                "kind": "processor",
                "own": round(own.ru_utime + own.ru_stime, 2),
                "jobs": round(jobs.ru_utime + jobs.ru_stime, 2),
            }
        )
        if state.stopped:
            state.note({"kind": "stop", "text": state.stopped})


def keep_inputs(state: State, out: pathlib.Path) -> None:
    """Merges the inputs of each target, and keeps them in `out`, where tools/fuzz
    has its working corpora."""
    for target in state.plan.targets:
        files = state.resources.of(Lane(target, Setting()))
        if files is None or target in state.ledger.merges:
            continue
        try:
            kept = keeping.keep(
                files.engine,
                state.folder.corpus(target),
                out / target / "corpus",
                state.ledger.known(),
            )
            state.note({"kind": "merge", "target": target, **kept})
        except NoSpace:
            state.stop_for_space()
            return
