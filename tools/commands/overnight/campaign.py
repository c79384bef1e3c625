"""Runs a campaign: fills the job slots, keeps what ends, writes the journal."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import random
import resource
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tools.commands.fuzz import corpus
from tools.commands.overnight import (
    exhausting,
    keeping,
    planted,
    records,
    replaying,
    signature,
    slices,
)
from tools.commands.overnight.builds import Files
from tools.commands.overnight.examine import Examined, Examiner, Place
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.journal import Event, Journal, Reading
from tools.commands.overnight.ledger import Ledger
from tools.commands.overnight.plan import Plan
from tools.commands.overnight.planted import Planted
from tools.commands.overnight.replaying import Item
from tools.commands.overnight.scheduler import Scheduler, Standing
from tools.commands.overnight.settings import GENERATED, Lane, Setting
from tools.commands.overnight.slices import Outcome, Slice
from tools.commands.overnight.storage import DiskFull, is_full
from tools.commands.overnight.work import Work
from tools.lib.problem import Problem

_TICK = 0.1  # seconds between two looks at the jobs
_LOOK = 1.0  # seconds between two readings of the counters
_FAILURES = 3  # slices of a lane that may fail in a row

# The share of the time that is left for merging and the report.
_LAST = 0.04


@dataclasses.dataclass
class Running:
    """A slice in a job slot, and the pool that pays for it."""

    slice: Slice
    pool: str
    started: float  # on the campaign's clock
    planted: Planted | None = None
    looked: float = 0.0


@dataclasses.dataclass
class Resources:
    """What the build has made: {build name: {target: Files}}, the planted bugs
    with their Files, the replays, and the implementations for tools/exhaust in the
    checkout `root`."""

    files: Mapping[str, Mapping[str, Files]]
    planted: Sequence[Planted]
    planted_files: Mapping[str, Files]
    replays: Sequence[Item]
    exhaust: Sequence[str]
    root: pathlib.Path

    def of(self, lane: Lane) -> Files | None:
        setting = lane.setting
        if setting.bug:
            return self.planted_files.get(setting.bug)
        return self.files.get(setting.build_name, {}).get(lane.target)


class Campaign:
    """One run of tools/overnight, or one that --resume continues."""

    def __init__(
        self,
        plan: Plan,
        folder: Folder,
        resources: Resources,
        journal: Journal,
        ledger: Ledger,
        out: pathlib.Path,
    ) -> None:
        self.plan = plan
        self.folder = folder
        self.resources = resources
        self.ledger = ledger
        self.stopped = ""  # why the campaign stopped before its time
        self.running: list[Running | Work[Any]] = []
        self._journal = journal
        self._out = out  # where tools/fuzz keeps its corpora
        self._base = ledger.clock
        self._begin = time.monotonic()
        self._number = 0
        self._replays = [
            item for item in resources.replays if item.name not in ledger.replays
        ]
        self._exhaust = [
            name for name in resources.exhaust if name not in ledger.exhaust
        ]
        self._planted = [
            item for item in resources.planted if item.name not in ledger.planted
        ]
        # Findings, by planted bug, that came in place of the bug.
        self._others: dict[str, list[str]] = {}
        self._attempts: collections.Counter[str] = collections.Counter()
        self._examining: set[str] = set()
        self._examined_last = False
        self._is_exhausting = False
        self._lanes = {lane.name: lane for lane in plan.lanes}
        self._scheduler = self._make_scheduler()

    def _make_scheduler(self) -> Scheduler:
        standings = []
        for lane in self.plan.lanes:
            standing = self.ledger.standings.setdefault(
                lane.name, Standing(lane.name, lane.method != GENERATED)
            )
            standing.running = 0
            standings.append(standing)
        scheduler = Scheduler(standings)
        for pool, seconds in self.ledger.spent.items():
            if pool in scheduler.spent:
                scheduler.spent[pool] = seconds
        return scheduler

    # --- time -----------------------------------------------------------------

    def clock(self) -> float:
        """Returns the seconds that the campaign has run, in all its parts."""
        return self._base + time.monotonic() - self._begin

    def left(self) -> float:
        """Returns the seconds until no new slice starts."""
        return self.plan.seconds * (1 - _LAST) - self.clock()

    def recover(self, reading: Reading) -> None:
        """Keeps what a killed campaign has left, and notes what was lost."""
        if reading.cut_off or reading.damaged:
            lost = reading.damaged + reading.cut_off
            self._note(
                {
                    "kind": "loss",
                    "text": f"{lost} damaged lines of the journal are left out; "
                    "the numbers of so many events are missing",
                }
            )
        inputs, crashes, damaged = self.folder.recover()
        if inputs or crashes or damaged:
            self._note(
                {
                    "kind": "loss",
                    "text": "slices were killed: their numbers are missing, "
                    f"{inputs} new inputs and {crashes} findings were kept, "
                    f"{damaged} truncated files were dropped",
                }
            )

    # --- the loop -------------------------------------------------------------

    def run(self, screen: Any) -> None:
        """Runs until the time is over, or Ctrl-C, or the disk is full. Whatever
        ends the campaign, running slices are put away and the journal says
        why."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        try:
            self._note({"kind": "begin", "seconds": self.plan.seconds})
            self._loop(screen)
        except DiskFull as full:
            self.stopped = str(full)
        finally:
            self._end()

    def _interrupt(self, *unused: object) -> None:
        self.stop("interrupted")

    def stop(self, why: str) -> None:
        """Ends the campaign before its time; the journal says why."""
        self.stopped = self.stopped or why

    def _loop(self, screen: Any) -> None:
        while not self.stopped:
            self._collect()
            while len(self.running) < self.plan.jobs and not self.stopped:
                if not self._start_something():
                    break
            if not self.running:
                return
            screen.show(self)
            time.sleep(_TICK)

    def _collect(self) -> None:
        """Keeps what the jobs that have ended have made."""
        now = time.monotonic()
        for job in list(self.running):
            if isinstance(job, Work):
                if not job.is_running():
                    self.running.remove(job)
                    job.finish()
            elif now - job.looked >= _LOOK or not job.slice.is_running():
                job.looked = now
                if not job.slice.look():
                    self.running.remove(job)
                    self._end_slice(job)

    def _start_something(self) -> bool:
        """Fills one job slot; returns False if there is nothing to do."""
        if not self.folder.has_space():
            raise DiskFull(self.folder.path)
        is_over = self.left() <= 0
        # Examinations take every other turn, so that many findings cannot keep
        # the targets from running.
        if is_over or not self._examined_last:
            self._examined_last = self._start_examination()
            if self._examined_last:
                return True
        self._examined_last = False
        if self._start_replay():
            return True
        if is_over:
            return False
        return (
            self._start_exhaust() or self._start_planted() or self._start_slice()
        )

    # --- slices ---------------------------------------------------------------

    def _seed(self) -> int:
        """Returns a seed that depends only on the campaign's seed and on how
        many slices have started."""
        self._number += 1
        text = f"{self.plan.seed}/{self.ledger.begins}/{self._number}"
        return random.Random(text).randint(1, 2**31)

    def _start_slice(self) -> bool:
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
        seconds = max(1, min(self.plan.slice_seconds, round(self.left())))
        standing.running += 1
        # Book the time now, so that the next job chooses another lane.
        self._scheduler.charge(pool, seconds)
        self._run_slice(lane, pool, seconds, self.folder.corpus(lane.target))
        return True

    def _has_given_up(self, name: str) -> bool:
        numbers = self.ledger.lanes.get(name)
        return bool(numbers and numbers.failures >= _FAILURES)

    def _run_slice(
        self,
        lane: Lane,
        pool: str,
        seconds: int,
        inputs: pathlib.Path | None,
        bug: Planted | None = None,
    ) -> None:
        started = self.clock()
        files = self.resources.of(lane)
        assert files, lane.name
        seed = self._seed()
        name = f"{self.ledger.begins:02d}-{self._number:06d}"
        known = self.ledger.known()
        if bug:
            known += self._others.get(bug.name, [])
        try:
            job = Slice(
                self.folder.slices / name,
                lane,
                files,
                inputs,
                seconds,
                seed,
                known,
                self.plan.memory,
            )
            job.start()
        except OSError as error:
            raise _full(self.folder, error) from None
        self.running.append(Running(job, pool, started, bug))

    def _end_slice(self, job: Running) -> None:
        outcome = job.slice.finish()
        lane = job.slice.lane
        if job.planted:
            self._end_planted(job, outcome)
            return
        started = self.clock() - outcome.seconds
        failure = ""
        if outcome.has_failed:
            failure = f"status {outcome.status}: {job.slice.log.report()[-400:]}"
        folder = job.slice.folder
        self._set_aside(folder, lane, outcome)
        if outcome.killed and not job.slice.log.has_report():
            with open(folder / "log", "a", encoding="utf-8") as log:
                log.write(f"\nALARM: {outcome.killed}\n")
        new, _, damaged = self.folder.put_away(folder)
        self._scheduler.charge(job.pool, outcome.seconds - job.slice.seconds)
        self.ledger.standings[lane.name].running -= 1
        self._note(
            {
                "kind": "slice",
                "lane": lane.name,
                "target": lane.target,
                "setting": lane.setting.name,
                "method": lane.method,
                "pool": job.pool,
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
                    if rule not in self.ledger.first
                },
                "known": outcome.known,
                "failure": failure,
            }
        )
        if damaged:
            self._note(
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
            known = self.folder.corpus(lane.target) / digest
            if known.exists():
                corpus.set_aside([known], self.folder.set_aside(lane.target))

    # --- findings -------------------------------------------------------------

    def _start_examination(self) -> bool:
        for path in sorted(self.folder.crashes.iterdir()):
            if path.name in self._examining:
                continue
            examiner = self._examiner(path)
            if examiner is None:
                continue
            first = examiner.first_signature()
            known = first.after or first.text
            if known in self.ledger.alias:
                self._note(
                    {
                        "kind": "again",
                        "signature": known,
                        "lane": examiner.lane.name,
                    }
                )
                shutil.rmtree(path)
                continue
            self._examining.add(path.name)

            def done(found: Examined, path: pathlib.Path = path) -> None:
                self._keep_finding(found, path)

            self._work(f"examines {first.name}", examiner.examine, done)
            return True
        return False

    def _examiner(self, path: pathlib.Path) -> Examiner | None:
        known = self.ledger.known()
        try:
            lane = slices.lane_in(path)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        files = self.resources.of(lane)
        if files is None:
            return None
        # After the end of the campaign, examine only what must be known.
        places = self._places(lane) if self.left() > 0 else []
        return Examiner(path, files, places, known, self._seconds_to_minimize())

    def _seconds_to_minimize(self) -> int:
        """Returns how long one finding may be minimised: a minute, or less in a
        short campaign."""
        return max(5, min(60, round(self.plan.seconds / 60)))

    def _places(self, lane: Lane) -> list[Place]:
        """Returns the settings in which a finding of the lane is run again."""
        found: dict[Setting, Place] = {}
        for other in self.plan.lanes:
            if other.target == lane.target and other.setting not in found:
                files = self.resources.of(other)
                if files:
                    found[other.setting] = Place(other.setting, files)
        return list(found.values())

    def _keep_finding(self, found: Examined, path: pathlib.Path) -> None:
        identity = records.keep(found, path, self.folder.findings)
        self._note(
            {
                "kind": "finding",
                "id": identity,
                "signature": found.signature,
                "aliases": found.aliases,
                "lane": found.lane.name,
            }
        )
        self._examining.discard(path.name)

    # --- planted bugs -----------------------------------------------------------

    def _start_planted(self) -> bool:
        """Starts the next planted bug if it is due. The bugs are spread over the
        campaign; the first comes at once."""
        if not self._planted:
            return False
        count = len(self.resources.planted)
        number = count - len(self._planted)
        is_again = self._attempts[self._planted[0].name] > 0
        due = number * self.plan.seconds * (1 - _LAST) / count
        if not is_again and self.clock() < due:
            return False
        bug = self._planted.pop(0)
        self._attempts[bug.name] += 1
        self._run_slice(bug.lane, "planted", planted.SECONDS, None, bug)
        return True

    def _end_planted(self, job: Running, outcome: Outcome) -> None:
        assert job.planted
        bug: Planted = job.planted
        folder = job.slice.folder
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
        files = self.resources.of(bug.lane)
        assert files
        seen = [
            text
            for text in outcome.known
            if planted.is_right(bug, [signature.head(text)])
        ]
        if not outcome.has_finding:
            shutil.rmtree(folder)
            values["verdict"] = f"not found in {outcome.executions} executions"
            if seen:
                values.update(
                    found=True,
                    signature=seen[0],
                    verdict="seen; a finding has the same signature",
                )
            self._note(values)
            return
        examiner = Examiner(
            folder,
            files,
            [],
            self._others.get(bug.name, []),
            self._seconds_to_minimize(),
        )

        def done(found: Examined) -> None:
            names = [signature.head(alias) for alias in found.aliases]
            values.update(
                found=planted.is_right(bug, [*names, found.name]),
                signature=found.signature,
                verdict=found.verdict,
                report=found.report,
                line_after=round(self.clock() - job.started, 2),
            )
            if not values["found"] and self._attempts[bug.name] <= planted.ATTEMPTS:
                # Something else was wrong, too: look for the bug again.
                others = self._others.setdefault(bug.name, [])
                others += found.aliases
                self._planted.insert(0, bug)
                shutil.rmtree(folder)
                return
            if found.smaller:
                values["program"] = found.smaller.read_text(encoding="utf-8")
            shutil.rmtree(folder)
            self._note(values)

        self._work(f"examines the planted bug {bug.name}", examiner.examine, done)

    # --- replays ----------------------------------------------------------------

    def _start_replay(self) -> bool:
        if not self._replays:
            return False
        item = self._replays.pop(0)
        self._number += 1
        work = corpus.make_folder(
            self.folder.path / "replays" / f"{self._number:06d}"
        )
        files = self.resources.of(item.lane)
        assert files
        environment = slices.variables(item.lane, files)

        def function() -> replaying.Result:
            return replaying.run(item, environment, work)

        def done(result: replaying.Result) -> None:
            for number, path in enumerate(result.failures):
                name = f"replay-{work.name}-{number}"
                path.rename(self.folder.crashes / name)
            shutil.rmtree(work)
            self._note(
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

        self._work(item.name, function, done)
        return True

    # --- every small program ----------------------------------------------------

    def _start_exhaust(self) -> bool:
        """Starts tools/exhaust. One job at most does this work."""
        if not self._exhaust or self._is_exhausting:
            return False
        name = self._exhaust.pop(0)
        self._is_exhausting = True
        seconds = max(5, round(self.plan.seconds * exhausting.SHARE))
        word = Setting(name).build_name
        folder = self.folder.path / "exhaust" / word

        def function() -> exhausting.Result:
            return exhausting.run(name, seconds, self.resources.root, folder)

        def done(result: exhausting.Result) -> None:
            self._is_exhausting = False
            if result.failure:
                result.failure.rename(self.folder.crashes / f"exhaust-{word}")
            self._note(
                {
                    "kind": "exhaust",
                    "implementation": name,
                    "sentence": result.sentence,
                    "problem": result.problem,
                    "programs": result.values.get("total", 0),
                    "complete": result.values.get("complete", 0),
                }
            )

        self._work(f"tools/exhaust on {name}", function, done)
        return True

    # --- the end ----------------------------------------------------------------

    def _work(self, label: str, function: Any, done: Any) -> None:
        work: Work[Any] = Work(label, function, done)
        self.running.append(work)
        work.start()

    def _note(self, event: Event) -> None:
        event.setdefault("clock", round(self.clock(), 1))
        self._journal.append(event)
        self.ledger.add(event)

    def _end(self) -> None:
        """Puts the running slices away and notes why the campaign stopped."""
        for job in self.running:
            if isinstance(job, Running):
                job.slice.interrupt()
        if self.stopped.startswith("the disk"):
            self.folder.give_up_reserve()
        for job in self.running:
            if isinstance(job, Running):
                self._end_interrupted(job)
        own = resource.getrusage(resource.RUSAGE_SELF)
        jobs = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._note(
            {
                "kind": "processor",
                "own": round(own.ru_utime + own.ru_stime, 2),
                "jobs": round(jobs.ru_utime + jobs.ru_stime, 2),
            }
        )
        if self.stopped:
            self._note({"kind": "stop", "text": self.stopped})

    def _end_interrupted(self, job: Running) -> None:
        try:
            if job.planted:
                job.slice.finish()
                shutil.rmtree(job.slice.folder)
            else:
                self._end_slice(job)
        except (DiskFull, OSError):
            pass  # the folder of the slice stays; --resume recovers it

    def keep_inputs(self) -> None:
        """Merges the inputs of each target, and keeps them where tools/fuzz has
        its working corpus."""
        for target in self.plan.targets:
            files = self.resources.of(Lane(target, Setting()))
            if files is None or target in self.ledger.merges:
                continue
            kept = keeping.keep(
                files.engine,
                self.folder.corpus(target),
                self._out / target / "corpus",
                self.ledger.known(),
            )
            self._note({"kind": "merge", "target": target, **kept})


def _full(folder: Folder, error: OSError) -> Exception:
    if is_full(error):
        return DiskFull(folder.path)
    return Problem(
        f"cannot start a slice: {error.filename}: {error.strerror}; run "
        "tools/overnight --resume"
    )
