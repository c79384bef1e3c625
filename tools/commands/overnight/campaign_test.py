"""Tests of a whole campaign on an implementation with a planted bug: what the
campaign finds, and that neither kill -9 at random moments nor a full disk loses
anything that was on disk.

    campaign_test.py FOLDER   runs or resumes a campaign in the folder

The environment variable KILLS sets how often the campaign is killed.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest

from tools.commands.fuzz import corpus
from tools.commands.fuzz import findings as fuzz_findings
from tools.commands.overnight import journal, ledger, plan, records, slices, summary
from tools.commands.overnight.builds import Files
from tools.commands.overnight.campaign import Campaign
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.planted import Planted
from tools.commands.overnight.resources import Resources
from tools.commands.overnight.settings import PLANTED, Lane, Setting
from tools.commands.overnight.state import State
from tools.lib import bug
from tools.lib import contract as contracts
from tools.lib.problem import exit_status

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


def campaign_in(
    path: pathlib.Path, seconds: float, lanes: Sequence[Lane] = LANES
) -> tuple[Campaign, State]:
    """Makes a campaign whose reference has the bug, or goes on with it. It plants the
    bug only if it has all lanes."""
    broken = files(BUGS / f"{BROKEN}_library" / BROKEN)
    found = bug.read(BUGS / f"capsule/{BROKEN}.bug")
    item = Planted(found, Lane(TARGET, Setting(build=PLANTED, bug=BROKEN)))
    planted = [item] if lanes is LANES else []
    made = plan.Plan(
        seconds=seconds,
        jobs=2,
        seed=3,
        memory=2048,
        slice_seconds=1,
        targets=[TARGET],
        implementations=["reference"],
        chosen=["default"],
        lanes=list(lanes),
        planted=[item.name for item in planted],
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
            planted,
            {BROKEN: broken},
            [],
            contracts.read(pathlib.Path()),
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
        and sorted(book.compared) == sorted(book.findings)
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
    report = summary.summarize(
        state.plan, book, tmp_path / "findings", state.resources.contract, ""
    )
    (one,) = report["findings"]
    assert one["name"].startswith("GETP-"), one
    assert len(one["others"]) == len(found) - 1
    # has_everything() has seen to it that a known difference was counted.
    assert sum(lane.executions for lane in book.lanes.values()) > 0


# --- kills -----------------------------------------------------------------------

LONG = 1e6  # seconds; these campaigns do not end by themselves


@dataclasses.dataclass
class Snapshot:
    """The content of the folder of a campaign.

    inputs    the digests of the inputs
    runs      the slices that have found something and were not examined yet
    examined  the slices whose finding is in the journal
    findings  the identities of the findings
    events    the number of events in the journal
    """

    inputs: set[str]
    runs: set[str]
    examined: set[str]
    findings: set[str]
    events: int


def snapshot(path: pathlib.Path) -> Snapshot:
    folders = [*path.glob("slices/*/new"), *path.glob("corpus/*")]
    folders += path.glob("set_aside/*")
    events = journal.read(path / "journal").events
    return Snapshot(
        {p.name for f in folders for p in corpus.units(f)[0]},
        {
            p.parent.name
            for kind in ("slices", "crashes")
            for p in path.glob(f"{kind}/[!.]*/artifacts")
            if fuzz_findings.artifacts(p)[0]
            and not slices.lane_in(p.parent).setting.bug
        },
        {e["run"] for e in events if e["kind"] in ("finding", "again")},
        {p.parent.name for p in path.glob("findings/[!.]*/finding.json")},
        len(events),
    )


def start(path: pathlib.Path, stderr: int | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-B", __file__, str(path)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        stderr=stderr,
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


class Seen:
    """Everything that was ever on disk."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self.all = Snapshot(set(), set(), set(), set(), 0)

    def look(self) -> None:
        """Adds what is on disk now. Fails if something that was there is lost."""
        now, before = snapshot(self._path), self.all
        assert now.events >= before.events, "events of the journal are lost"
        assert before.inputs <= now.inputs, "inputs are lost"
        assert before.findings <= now.findings, "findings are lost"
        lost = before.runs - now.runs - now.examined
        assert not lost, f"findings that were not examined are lost: {lost}"
        self.all = Snapshot(
            now.inputs,
            before.runs | now.runs,
            now.examined,
            now.findings,
            now.events,
        )

    def finish(self) -> None:
        """Runs the campaign until each finding that waits is examined, and looks for
        the last time."""
        campaign, state = campaign_in(self._path, LONG, LANES[:1])
        runs = self.all.runs
        waiting = set(state.folder.crashes.iterdir())
        campaign.run(Until(lambda _: not any(path.exists() for path in waiting)))
        self.look()
        left = runs - self.all.examined
        assert not left, f"findings were not examined: {left}"


def test_kills_at_random_moments_lose_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "night"
    seen = Seen(path)
    chance = random.Random(1)
    for _ in range(KILLS):
        process = start(path)
        wait_until(chance.choice(moments(path, seen.all.events)), most=10)
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for_children(path)
        seen.look()
    seen.finish()
    print(
        f"{KILLS} kills: {len(seen.all.inputs)} inputs, {len(seen.all.examined)} runs "
        f"with a finding, {len(seen.all.findings)} signatures, nothing lost"
    )


# --- a full disk -----------------------------------------------------------------

DISK = 96  # MiB; a slice needs 64


def test_a_full_disk_loses_nothing_and_the_campaign_goes_on(
    tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", disk],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"only root can make a small disk: {mounted.stderr.strip()}")
    request.addfinalizer(lambda: subprocess.run(["umount", "-l", disk], check=True))
    path = disk / "night"
    seen = Seen(path)
    process = start(path)
    wait_until(lambda: any(True for _ in path.glob("findings/[!.]*/finding.json")))
    fill(disk / "filler")
    assert process.wait(timeout=120) == 2
    wait_for_children(path)
    seen.look()
    last = journal.read(path / "journal").events[-1]
    assert last["kind"] == "stop" and "is full; make room" in last["text"]
    # A campaign cannot start while the disk is full, and does not harm anything.
    again = start(path, stderr=subprocess.PIPE)
    _, text = again.communicate(timeout=120)
    assert again.returncode == 2, text
    seen.look()
    (disk / "filler").unlink()
    seen.finish()
    assert seen.all.findings


def fill(path: pathlib.Path) -> None:
    """Writes the file until the disk is full."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 2**16)
        except OSError as error:
            assert error.errno == errno.ENOSPC


def wait_until(is_so: Callable[[], bool], most: float = 60) -> None:
    """Waits for a state of the folder, for `most` seconds at most."""
    end = time.monotonic() + most
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


def main(argv: list[str]) -> int:
    campaign, state = campaign_in(pathlib.Path(argv[0]), LONG, LANES[:1])
    campaign.run(Until(lambda _: False))
    return 2 if state.is_disk_full else 0


if __name__ == "__main__":
    sys.exit(exit_status("campaign_test", lambda: main(sys.argv[1:]), "interrupted"))
