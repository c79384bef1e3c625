"""Shows a running campaign: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import datetime
import time
from typing import TextIO

import rich.console
import rich.live
import rich.table

from tools.commands.overnight.state import Running, State
from tools.lib.status import rules_of

_REDRAW = 1.0  # seconds
_PLAIN = 30.0  # seconds between two lines without a terminal


def duration(seconds: float) -> str:
    """Returns a time as H:MM:SS."""
    return str(datetime.timedelta(seconds=max(0, round(seconds))))


class Screen:
    """Shows the campaign. Use it as a context manager."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._console = rich.console.Console(file=file, highlight=False)
        self._live: rich.live.Live | None = None
        self._last = 0.0

    def __enter__(self) -> "Screen":
        if self._console.is_terminal:
            self._live = rich.live.Live(
                console=self._console, auto_refresh=False, transient=True
            )
            self._live.start()
        return self

    def __exit__(self, *unused: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, state: State) -> None:
        """Call often; draws only as often as is useful."""
        now = time.monotonic()
        if now - self._last < (_REDRAW if self._live else _PLAIN):
            return
        self._last = now
        if self._live:
            self._live.update(_table(state), refresh=True)
        else:
            print(_line(state), file=self._console.file, flush=True)


def _rate(job: Running) -> str:
    seconds = time.monotonic() - job.slice.begin
    return f"{job.slice.executions() / max(seconds, 0.1):,.0f}"


def _head(state: State) -> str:
    ledger = state.ledger
    found = sum(bool(event["found"]) for event in ledger.planted.values())
    return (
        f"{duration(state.plan.seconds - state.clock())} left, "
        f"{ledger.executions():,} programs, {len(ledger.findings)} findings, "
        f"{found} of {len(state.plan.planted)} planted bugs found"
    )


def _line(state: State) -> str:
    jobs = [
        f"{job.slice.lane.name} {_rate(job)}/s"
        if isinstance(job, Running)
        else job.label
        for job in state.running
    ]
    return f"{_head(state)}; now: {'; '.join(jobs)}"


def _table(state: State) -> rich.table.Table:
    view = rich.table.Table(title=_head(state), title_justify="left")
    for heading in ("target", "implementation", "programs/s", "corpus", "rules"):
        right = heading in ("programs/s", "corpus", "rules")
        view.add_column(heading, justify="right" if right else "left")
    for job in state.running:
        if isinstance(job, Running):
            lane = job.slice.lane
            exercised, never = rules_of([job.slice.status])
            view.add_row(
                lane.target,
                lane.setting.name + (", generated" if lane.method != "guided" else ""),
                _rate(job),
                str(job.slice.log.corpus),
                f"{len(exercised)} of {len(exercised) + len(never)}",
            )
        else:
            view.add_row(job.label, "", "", "", "")
    return view
