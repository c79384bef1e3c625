"""The folder of a campaign:

    plan.json      what the campaign does
    journal        the events; see journal.py
    corpus/        the inputs, one folder per target
    set_aside/     inputs with which a target cannot start any more
    findings/      see records.py
    slices/        private folders of running slices; see slices.py
    crashes/       slices with a finding that is not examined yet
    replays/       private folders of running replays
    comparing/     private folder of the comparison of findings
    builds/        the binaries
    reserve        a file that is given up when the disk is full
    index.html report.json junit.xml report.sarif   the report
"""

from __future__ import annotations

import fcntl
import os
import pathlib
import shutil
from typing import TextIO

from tools.commands.fuzz import corpus
from tools.commands.fuzz.corpus import make_folder
from tools.commands.fuzz import findings as fuzz_findings
from tools.commands.overnight import slices, storage
from tools.commands.overnight.plan import VERSION, Plan, plan_of
from tools.lib.problem import Problem
from tools.lib.whole_file import is_full

RESERVE = 4 << 20  # bytes
LEAST_SPACE = 64 << 20  # bytes that must be free to start a slice


class Folder:
    """Gives the paths, and holds a lock while a campaign runs."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.plan = path / "plan.json"
        self.journal = path / "journal"
        self.findings = path / "findings"
        self.slices = path / "slices"
        self.crashes = path / "crashes"
        self.replays = path / "replays"
        self.comparing = path / "comparing"
        self.builds = path / "builds"
        self._lock: TextIO | None = None

    def corpus(self, target: str) -> pathlib.Path:
        return self.path / "corpus" / target

    def set_aside(self, target: str) -> pathlib.Path:
        return self.path / "set_aside" / target

    def make(self) -> None:
        for path in (self.findings, self.slices, self.crashes, self.builds):
            make_folder(path)
        self.keep_reserve()

    def lock(self) -> None:
        """Takes the lock; raises Problem if another campaign runs here."""
        make_folder(self.path)
        self._lock = open(self.path / "lock", "w", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Problem(
                f"a campaign is running in {self.path}; wait for its end, or "
                "give --output"
            ) from None

    def is_started(self) -> bool:
        return self.plan.exists() or self.journal.exists()

    def move_away(self) -> pathlib.Path | None:
        """Renames the results of an earlier campaign; returns their new path."""
        if not self.is_started():
            return None
        number = 1
        while (old := self.path.with_name(f"{self.path.name}.{number}")).exists():
            number += 1
        self.path.rename(old)
        return old

    def read_plan(self) -> Plan:
        """Reads the plan for --resume. Raises Problem."""
        if not self.is_started():
            raise Problem(
                f"there is no campaign in {self.path}; leave --resume out"
            )
        values = storage.read_json(self.plan, "the plan of the campaign")
        version = values.get("version") if isinstance(values, dict) else None
        if version != VERSION:
            raise Problem(
                f"{self.plan} has version {version}, this tool needs {VERSION}; "
                "start a new campaign with another --output"
            )
        try:
            return plan_of(values)
        except (KeyError, TypeError, AssertionError):
            raise Problem(
                f"{self.plan} is damaged; start a new campaign with another "
                "--output"
            ) from None

    # --- space ----------------------------------------------------------------

    def keep_reserve(self) -> None:
        """Occupies some space, for the last lines of a campaign on a full
        disk."""
        path = self.path / "reserve"
        try:
            with open(path, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE)
        except OSError as error:
            path.unlink(missing_ok=True)
            if is_full(error):
                raise storage.DiskFull(self.path) from None
            raise

    def give_up_reserve(self) -> None:
        (self.path / "reserve").unlink(missing_ok=True)

    def has_space(self) -> bool:
        stat = os.statvfs(self.path)
        return stat.f_bavail * stat.f_frsize >= LEAST_SPACE

    # --- slices ---------------------------------------------------------------

    def recover(self) -> tuple[int, int, int]:
        """Keeps what the slices of a killed campaign have found. Returns the
        numbers of new inputs, of findings, and of damaged files."""
        inputs = crashes = damaged = 0
        for path in sorted(self.slices.glob("[!.]*")):
            new, found, cut = self.put_away(path)
            inputs, crashes, damaged = inputs + new, crashes + found, damaged + cut
        # --resume runs a killed replay or comparison again.
        shutil.rmtree(self.replays, ignore_errors=True)
        shutil.rmtree(self.comparing, ignore_errors=True)
        for path in list(self.path.rglob(".*.part")):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        return inputs, crashes, damaged

    def put_away(self, path: pathlib.Path) -> tuple[int, int, int]:
        """Publishes the new inputs of a slice that has ended. Moves a slice with
        a finding to `crashes` in one step, deletes others. Returns the numbers of
        new inputs, of findings, and of damaged files."""
        try:
            values = storage.read_json(path / "slice.json", "a slice")
            lane = values["lane"]
            target = str(lane["target"])
        except (Problem, KeyError, TypeError):
            storage.remove(path)  # killed before it started
            return 0, 0, 0
        new, damaged = 0, 0
        if (path / "new").exists() and not lane["setting"]["bug"]:
            new, cut = corpus.publish_all(
                path / "new", make_folder(self.corpus(target))
            )
            damaged = len(cut)
        artifacts = path / "artifacts"
        intact: list[pathlib.Path] = []
        if artifacts.exists():
            for file in artifacts.glob("*-input"):
                kind = file.name.partition("-")[0]
                digest = corpus.digest(file.read_bytes())
                file.rename(artifacts / f"{kind}-{digest}")
            intact, cut = fuzz_findings.artifacts(artifacts)
            damaged += len(cut)
        said = slices.log_of(path).has_report()
        if (intact or said) and not lane["setting"]["bug"]:
            make_folder(self.crashes)
            path.rename(self.crashes / path.name)
            return new, 1, damaged
        storage.remove(path)
        return new, 0, damaged
