"""Tests of a whole campaign on an implementation with a planted bug: what the
campaign finds, and that kill -9 at random moments loses nothing that was on disk.

    campaign_test.py FOLDER SECONDS   runs or resumes a campaign in the folder

The environment variable KILLS sets how often the campaign is killed.
"""

from __future__ import annotations

import os
import pathlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from tools.commands.fuzz import corpus
from tools.commands.overnight import journal, ledger, plan, records
from tools.commands.overnight.builds import Files
from tools.commands.overnight.campaign import Campaign
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.planted import Planted
from tools.commands.overnight.resources import Resources
from tools.commands.overnight.settings import PLANTED, Lane, Setting
from tools.commands.overnight.state import State
from tools.lib import bug

BUGS = pathlib.Path("tests/bugs").absolute()
BROKEN = "get_pointer_ignores_name"
TARGET = "name_fuzz"
LANES = [
    Lane(TARGET, Setting()),
    Lane(TARGET, Setting(), "generated"),
    Lane(TARGET, Setting(allocator="malloc")),
]
KILLS = int(os.environ.get("KILLS", "2"))


def files(libraries: pathlib.Path | None) -> Files:
    variables = (("LD_LIBRARY_PATH", str(libraries)),) if libraries else ()
    return Files(
        engine=BUGS / TARGET,
        generated=BUGS / f"{TARGET}_sequences",
        repro=BUGS / "repro",
        minimize=BUGS / "minimize",
        environment=variables,
    )


def campaign_in(path: pathlib.Path, seconds: float) -> tuple[Campaign, State]:
    """Makes a campaign whose reference has the bug, or goes on with it."""
    broken = files(BUGS / f"{BROKEN}_library" / BROKEN)
    found = bug.read(BUGS / f"capsule/{BROKEN}.bug")
    item = Planted(found, Lane(TARGET, Setting(build=PLANTED, bug=BROKEN)))
    made = plan.Plan(
        seconds=seconds,
        jobs=2,
        seed=3,
        memory=2048,
        slice_seconds=1,
        targets=[TARGET],
        implementations=["reference"],
        chosen=["default"],
        lanes=LANES,
        planted=[BROKEN],
        replays=[],
        exhaust=[],
        not_run={},
        facts={},
    )
    folder = Folder(path)
    folder.lock()
    folder.make()
    corpus.make_folder(folder.corpus(TARGET))
    reading = journal.read(folder.journal)
    state = State(
        made,
        folder,
        Resources(
            {"reference": {TARGET: broken}},
            [item],
            {BROKEN: broken},
            [],
            pathlib.Path(),
        ),
        journal.Journal(folder.journal),
        ledger.Ledger(reading.events),
    )
    campaign = Campaign(state)
    campaign.recover(reading)
    return campaign, state


# No test depends on the speed of the machine: a campaign has more time than it
# needs, and ends as soon as it has done what the test looks at.
SECONDS = 200.0


class Until:
    """A screen that shows nothing and ends the campaign when is_enough() is
    true. `satisfied` says if it ever was: jobs that end afterwards may leave new
    crashes."""

    def __init__(self, is_enough: Callable[[State], bool]) -> None:
        self._is_enough = is_enough
        self.satisfied = False

    def show(self, state: State) -> None:
        if self._is_enough(state):
            self.satisfied = True
            state.stop("the test has seen enough")


def has_everything(state: State) -> bool:
    book = state.ledger
    return (
        BROKEN in book.planted
        and all(lane.name in book.lanes for lane in LANES)
        and sum(book.seen.values()) > 2 * len(book.findings) > 0
        and not list(state.folder.crashes.iterdir())
    )


def test_a_campaign_goes_on_after_findings(tmp_path: pathlib.Path) -> None:
    campaign, state = campaign_in(tmp_path, SECONDS)
    until = Until(has_everything)
    campaign.run(until)
    book = state.ledger
    assert until.satisfied, "the time was over before"
    assert book.planted[BROKEN]["found"], book.planted
    found = records.read(tmp_path / "findings")
    assert any(f["name"] == "GETP-3" for f in found.values()), found
    for values in found.values():
        assert values["program"], values
        assert values["verdict"].startswith("always"), values
    # has_everything() has seen to it that a known difference was counted.
    assert sum(lane.executions for lane in book.lanes.values()) > 0


# --- kills -----------------------------------------------------------------------


def snapshot(path: pathlib.Path) -> tuple[set[str], set[str], int]:
    """Returns what is on disk: the digests of the inputs, the identities of the
    findings, and the number of events."""
    folders = [*path.glob("slices/*/new"), *path.glob("corpus/*")]
    inputs = {p.name for f in folders for p in corpus.units(f)[0]}
    findings = {p.parent.name for p in path.glob("findings/*/finding.json")}
    return inputs, findings, len(journal.read(path / "journal").events)


def start(path: pathlib.Path, seconds: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-B", __file__, str(path), str(seconds)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


def wait_for_children(path: pathlib.Path) -> None:
    """Waits until the processes of a killed campaign have ended."""
    for _ in range(100):
        if not any(
            str(path) in line
            for line in subprocess.run(
                ["ps", "-eo", "args"], check=True, stdout=subprocess.PIPE, text=True
            ).stdout.splitlines()
            if not line.startswith(("ps ", sys.executable))
        ):
            return
        time.sleep(0.1)


def test_kills_at_random_moments_lose_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "night"
    chance = random.Random(1)
    inputs: set[str] = set()
    findings: set[str] = set()
    events = 0
    for _ in range(KILLS):
        process = start(path, 10**6)
        wait_until(chance.choice(moments(path, events)))
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for_children(path)
        more, found, count = snapshot(path)
        assert count >= events, "events of the journal are lost"
        inputs, findings, events = inputs | more, findings | found, count
    campaign, state = campaign_in(path, 10**6)
    crashes = set(state.folder.crashes.iterdir())
    campaign.run(Until(lambda _: not any(crash.exists() for crash in crashes)))
    now, kept, count = snapshot(path)
    aside = {p.name for p in path.glob("set_aside/*/*")}
    assert inputs <= now | aside, "inputs are lost"
    assert findings <= kept, "findings are lost"
    left = [crash.name for crash in crashes if crash.exists()]
    assert not left, "a finding was not examined"
    print(f"{KILLS} kills: {len(inputs)} inputs, {len(findings)} findings, lost 0")


def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for a state of the folder, a minute at most."""
    end = time.monotonic() + 60
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)


def moments(path: pathlib.Path, events: int) -> list[Callable[[], bool]]:
    """Returns states of the folder in which a kill could lose something."""

    def has(pattern: str) -> Callable[[], bool]:
        return lambda: any(True for _ in path.glob(pattern))

    return [
        has("slices/*/new/*"),
        has("slices/*/artifacts/*"),
        has("crashes/*/examined/*"),
        lambda: len(journal.read(path / "journal").events) > events,
        lambda: len(journal.read(path / "journal").events) > events + 2,
    ]


if __name__ == "__main__":
    made, _ = campaign_in(pathlib.Path(sys.argv[1]), float(sys.argv[2]))
    made.run(Until(lambda state: False))
