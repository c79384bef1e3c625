"""The phases of a campaign before fuzzing: replays of the corpora, and every small
program."""

from __future__ import annotations

import shutil

from tools.commands.fuzz import corpus
from tools.commands.overnight import exhausting, replaying, rerun, slices
from tools.commands.overnight.settings import Setting
from tools.commands.overnight.state import State


class Replays:
    """The replays and allocation sweeps that have not run yet."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting = [
            item
            for item in state.resources.replays
            if item.name not in state.ledger.replays
        ]

    def start(self) -> bool:
        """Starts the next replay; returns False if there is none."""
        if not self._waiting:
            return False
        state = self._state
        item = self._waiting.pop(0)
        work = corpus.make_folder(state.folder.replays / state.new_name())
        files = state.resources.of(item.lane)
        assert files
        # With a file of known differences, reports contain signatures.
        more = rerun.quarantine(work / "quarantine", [])
        environment = slices.variables(item.lane, files, more)

        def function() -> replaying.Result:
            return replaying.run(item, environment, work)

        def done(result: replaying.Result) -> None:
            for number, path in enumerate(result.failures):
                name = f"replay-{work.name}-{number}"
                path.rename(state.folder.crashes / name)
            shutil.rmtree(work)
            state.note(
                {
                    "kind": "replay",
                    "name": item.name,
                    "what": item.kind,
                    "target": item.lane.target,
                    "setting": item.lane.setting.name,
                    "ran": result.ran,
                    "failed": len(result.failures),
                    "problem": result.problem,
                }
            )

        state.start_work(item.name, function, done)
        return True


class Exhaust:
    """The implementations on which tools/exhaust has not run yet."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting = [
            name
            for name in state.plan.exhaust
            if name not in state.ledger.exhaust
        ]
        self._is_running = False

    def start(self) -> bool:
        """Starts tools/exhaust. One job at most does this work."""
        if not self._waiting or self._is_running:
            return False
        state = self._state
        name = self._waiting.pop(0)
        self._is_running = True
        seconds = max(5, round(state.plan.seconds * exhausting.SHARE))
        word = Setting(name).build_name
        crash = state.folder.crashes / f"exhaust-{word}-{state.new_name()}"

        def function() -> exhausting.Result:
            folder = state.folder.path / "exhaust" / word
            return exhausting.run(name, seconds, state.resources.root, folder)

        def done(result: exhausting.Result) -> None:
            self._is_running = False
            if result.failure:
                result.failure.rename(crash)
            state.note(
                {
                    "kind": "exhaust",
                    "implementation": name,
                    "sentence": result.sentence,
                    "problem": result.problem,
                    "programs": result.values.get("total", 0),
                    "complete": result.values.get("complete", 0),
                }
            )

        state.start_work(f"tools/exhaust on {name}", function, done)
        return True
