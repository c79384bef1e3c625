"""The state that the phases of a campaign share: plan, folder, numbers, journal, clock
and job slots."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tools.commands.overnight.folder import Folder
from tools.commands.overnight.journal import Event, Journal
from tools.commands.overnight.ledger import Ledger
from tools.commands.overnight.plan import Plan
from tools.commands.overnight.resources import Resources
from tools.commands.overnight.settings import Lane
from tools.commands.overnight.slices import Slice
from tools.commands.overnight.storage import DiskFull
from tools.commands.overnight.work import Work

# The share of the time that is left for merging and the report.
LAST = 0.04

T = TypeVar("T")


@dataclasses.dataclass
class Running:
    """A slice in a job slot.

    started  when the slice started, on the campaign's clock
    end      keeps what the slice has made, when the process has ended
    give_up  does the same when the campaign stops before
    looked   when the counters were read last, in seconds of time.monotonic()
    """

    slice: Slice
    started: float
    end: Callable[[Running], None]
    give_up: Callable[[Running], None]
    looked: float = 0.0


class State:
    """The state of one run of tools/overnight, or of one that --resume
    continues."""

    def __init__(
        self,
        plan: Plan,
        folder: Folder,
        resources: Resources,
        journal: Journal,
        ledger: Ledger,
    ) -> None:
        self.plan = plan
        self.folder = folder
        self.resources = resources
        self.ledger = ledger
        self.stopped = ""  # why the campaign stopped before its time
        self.is_disk_full = False
        self.running: list[Running | Work[Any]] = []
        self._journal = journal
        self._base = ledger.clock
        self._begin = time.monotonic()
        self._number = 0

    # --- time -----------------------------------------------------------------

    def clock(self) -> float:
        """Returns the seconds that the campaign has run, in all its parts."""
        return self._base + time.monotonic() - self._begin

    def seconds(self) -> float:
        """Returns how many seconds of the campaign are for new slices."""
        return self.plan.seconds * (1 - LAST)

    def left(self) -> float:
        """Returns the seconds until no new slice starts."""
        return self.seconds() - self.clock()

    def seconds_to_minimize(self) -> int:
        """Returns how long one finding may be minimised: a minute, or less in a
        short campaign."""
        return max(5, min(60, round(self.plan.seconds / 60)))

    # --- the end --------------------------------------------------------------

    def stop(self, why: str) -> None:
        """Ends the campaign before its time; the journal says why."""
        self.stopped = self.stopped or why

    def stop_for_space(self) -> None:
        """Ends the campaign because the disk is full."""
        self.is_disk_full = True
        self.stop(str(DiskFull(self.folder.path)))

    # --- events and jobs --------------------------------------------------------

    def note(self, event: Event) -> None:
        """Adds an event to the journal and to the numbers. Raises DiskFull."""
        event.setdefault("clock", round(self.clock(), 1))
        self._journal.append(event)
        self.ledger.add(event)

    def new_name(self) -> str:
        """Returns a name for a folder. No other part of the campaign returns the
        same name."""
        self._number += 1
        return f"{self.ledger.begins:02d}-{self._number:06d}"

    def start_work(
        self, label: str, function: Callable[[], T], done: Callable[[T], None]
    ) -> None:
        """Starts function() in a job slot. done() gets the result in this
        thread."""
        work = Work(label, function, done)
        self.running.append(work)
        work.start()

    def start_slice(
        self,
        lane: Lane,
        seconds: int,
        inputs: pathlib.Path | None,
        known: Sequence[str],
        end: Callable[[Running], None],
        give_up: Callable[[Running], None],
    ) -> None:
        """Starts a slice in a job slot. The other arguments are those of Slice and
        Running."""
        started = self.clock()
        files = self.resources.of(lane)
        assert files, lane.name
        name = self.new_name()
        # The seed depends only on the campaign's seed and on how many jobs have
        # started.
        text = f"{self.plan.seed}/{self.ledger.begins}/{self._number}"
        job = Slice(
            self.folder.slices / name,
            lane,
            files,
            inputs,
            seconds,
            random.Random(text).randint(1, 2**31),
            known,
            self.plan.memory,
        )
        job.start()
        self.running.append(Running(job, started, end, give_up))
