"""Tests of the replays: what becomes of failures, also after kill -9."""

import pathlib
import time

from tools.commands.overnight import journal, ledger, plan
from tools.commands.overnight.builds import Files
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.phases import Replays
from tools.commands.overnight.replaying import REPLAY, Item
from tools.commands.overnight.resources import Resources
from tools.commands.overnight.settings import Lane, Setting
from tools.commands.overnight.state import State
from tools.commands.overnight.work import Work
from tools.lib.contract import Contract

LANE = Lane("name_fuzz", Setting())

# Replays nothing; says that one program failed.
REPLAYER = """#!/bin/sh
echo '<testsuite><testcase name="a.prog"><failure>why</failure></testcase>' \
    '</testsuite>' >"$XML_OUTPUT_FILE"
"""


def state_in(path: pathlib.Path) -> State:
    """Returns the state of a campaign with one replay, or goes on with it."""
    program = path / "replayer"
    program.write_text(REPLAYER)
    program.chmod(0o755)
    files = Files(program, None, program, program)
    made = plan.Plan(
        seconds=60.0,
        jobs=1,
        seed=3,
        memory=2048,
        slice_seconds=1,
        targets=[LANE.target],
        implementations=["reference"],
        chosen=["default"],
        lanes=[LANE],
        planted=[],
        replays=[],
        exhaust=[],
        not_run={},
        facts={},
    )
    folder = Folder(path)
    folder.make()
    item = Item(REPLAY, LANE, program, path)
    reading = journal.read(folder.journal)
    state = State(
        made,
        folder,
        Resources(
            {"reference": {LANE.target: files}}, [], {}, [item], Contract([]), path
        ),
        journal.Journal(folder.journal),
        ledger.Ledger(reading.events),
    )
    folder.recover()
    state.note({"kind": "begin", "seconds": made.seconds})
    return state


def run_replay(state: State) -> None:
    assert Replays(state).start()
    (job,) = state.running
    assert isinstance(job, Work)
    while job.is_running():
        time.sleep(0.01)
    job.finish()


def crashes(state: State) -> list[str]:
    return sorted(path.name for path in state.folder.crashes.iterdir())


def test_a_failed_replay_is_a_crash_to_examine(tmp_path: pathlib.Path) -> None:
    state = state_in(tmp_path)
    run_replay(state)
    assert crashes(state) == ["replay-01-000001-0"]
    (event,) = state.ledger.replays.values()
    assert (event["ran"], event["failed"]) == (1, 1)
    assert not Replays(state_in(tmp_path)).start()


def test_a_replay_that_was_killed_runs_again(tmp_path: pathlib.Path) -> None:
    state = state_in(tmp_path)
    before = state.folder.journal.read_bytes()
    run_replay(state)
    # The kill came when the failure was on disk and the event was not.
    state.folder.journal.write_bytes(before)
    (state.folder.replays / "left").mkdir()
    state = state_in(tmp_path)
    assert not state.folder.replays.exists()
    run_replay(state)
    assert crashes(state) == ["replay-01-000001-0", "replay-02-000001-0"]
