"""Runs the planted bugs of a campaign through slices and the examination."""

from __future__ import annotations

import collections
import shutil

from tools.commands.overnight import planted, signature
from tools.commands.overnight.examine import Examined, Examiner
from tools.commands.overnight.journal import Event
from tools.commands.overnight.planted import Planted
from tools.commands.overnight.slices import Outcome
from tools.commands.overnight.state import Running, State


class Planting:
    """The planted bugs that have no result yet."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting = [
            bug
            for bug in state.resources.planted
            if bug.name not in state.ledger.planted
        ]
        # {name of a bug: signatures of findings that came in place of the bug}
        self._others: dict[str, list[str]] = {}
        self._attempts: collections.Counter[str] = collections.Counter()

    def start(self) -> bool:
        """Starts the next planted bug if it is due. The bugs are spread over the
        campaign; the first comes at once."""
        if not self._waiting:
            return False
        state = self._state
        count = len(state.resources.planted)
        number = count - len(self._waiting)
        is_again = self._attempts[self._waiting[0].name] > 0
        if not is_again and state.clock() < number * state.seconds() / count:
            return False
        bug = self._waiting.pop(0)
        self._attempts[bug.name] += 1

        def end(job: Running) -> None:
            self._end(job, bug)

        state.start_slice(
            bug.lane,
            planted.SECONDS,
            None,
            state.ledger.known() + self._others.get(bug.name, []),
            end,
            _give_up,
        )
        return True

    def _end(self, job: Running, bug: Planted) -> None:
        outcome = job.slice.finish()
        values: Event = {
            "kind": "planted",
            "bug": bug.name,
            "about": bug.bug.about,
            "target": bug.lane.target,
            "expected": bug.bug.reports,
            "executions": outcome.executions,
            "seconds": round(outcome.seconds, 2),
            "found": False,
            "signature": "",
            "verdict": "",
            "program": "",
        }
        if outcome.has_finding:
            self._examine(job, bug, values)
            return
        shutil.rmtree(job.slice.folder)
        values["verdict"] = f"not found in {outcome.executions} executions"
        seen = _seen(bug, outcome)
        if seen:
            values.update(
                found=True,
                signature=seen,
                verdict="seen; a finding has the same signature",
            )
        self._state.note(values)

    def _examine(self, job: Running, bug: Planted, values: Event) -> None:
        state = self._state
        folder = job.slice.folder
        files = state.resources.of(bug.lane)
        assert files
        examiner = Examiner(
            folder,
            files,
            [],
            self._others.get(bug.name, []),
            state.seconds_to_minimize(),
        )

        def done(found: Examined) -> None:
            names = [signature.head(alias) for alias in found.aliases]
            values.update(
                found=planted.is_right(bug, [*names, found.name]),
                signature=found.signature,
                verdict=found.verdict,
                report=found.report,
                line_after=round(state.clock() - job.started, 2),
            )
            if not values["found"] and self._attempts[bug.name] <= planted.ATTEMPTS:
                # Something else was wrong, too: look for the bug again.
                others = self._others.setdefault(bug.name, [])
                others += found.aliases
                self._waiting.insert(0, bug)
                shutil.rmtree(folder)
                return
            if found.smaller:
                values["program"] = found.smaller.read_text(encoding="utf-8")
            shutil.rmtree(folder)
            state.note(values)

        state.start_work(
            f"examines the planted bug {bug.name}", examiner.examine, done
        )


def _seen(bug: Planted, outcome: Outcome) -> str:
    """Returns the known difference that is the planted bug's; "" if the slice has
    seen none."""
    return next(
        (
            text
            for text in outcome.known
            if planted.is_right(bug, [signature.head(text)])
        ),
        "",
    )


def _give_up(job: Running) -> None:
    """Forgets the slice; --resume runs the planted bug again."""
    job.slice.finish()
    shutil.rmtree(job.slice.folder)
