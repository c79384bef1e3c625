"""Examines one finding: does it show again by itself, how small can the program
be, and on which implementations, profiles and allocators does it show?"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from typing import Any

from tools.commands.fuzz import findings as fuzz_findings
from tools.commands.fuzz.engine import FINDINGS
from tools.commands.overnight import rerun, signature, slices
from tools.commands.overnight.builds import Files
from tools.commands.overnight.rerun import Place
from tools.commands.overnight.settings import Lane, lane_of
from tools.commands.overnight.signature import Signature

RUNS = 10  # how often a finding is run again on each setting
RUNS_OF_HANGS = 2  # each takes 10 seconds
REPEATS = 3  # how often the whole run is repeated


@dataclasses.dataclass
class Again:
    """The number of runs of a program that showed the finding in one setting.

    shown    runs with this finding
    other    runs with another finding
    reason   why the program did not run there, or ""
    """

    setting: str
    runs: int = 0
    shown: int = 0
    other: int = 0
    reason: str = ""

    def words(self) -> str:
        if self.reason:
            return self.reason
        if self.shown == self.runs:
            return "always"
        if self.shown:
            return f"sometimes: {self.shown} of {self.runs}"
        if self.other:
            return f"another finding, {self.other} of {self.runs}"
        return "never"


@dataclasses.dataclass
class Examined:
    """The result. `aliases` are all signatures that the finding had: before it was
    minimised, and after. `input` is the file that shows it, or None."""

    signature: str
    name: str
    aliases: list[str]
    lane: Lane
    report: str
    input: pathlib.Path | None = None
    smaller: pathlib.Path | None = None
    c_file: pathlib.Path | None = None
    counts: str = ""
    again: list[Again] = dataclasses.field(default_factory=list)
    verdict: str = ""
    after: str = ""  # the known difference that the program shows before
    repeated: str = ""  # how the whole run was repeated, or ""


class Examiner:
    """Examines the finding in the folder of a slice. Works in the folder
    `examined` in there, and changes nothing else.

    places   the settings in which the finding is run again
    known    the signatures in quarantine
    seconds  how long minimising may take
    """

    def __init__(
        self,
        folder: pathlib.Path,
        files: Files,
        places: Sequence[Place],
        known: Sequence[str],
        seconds: int,
        runs: int = RUNS,
    ) -> None:
        values = json.loads((folder / "slice.json").read_text(encoding="utf-8"))
        self.lane = lane_of(values["lane"])
        self._command: list[str] = values["command"]
        self._environment: dict[str, str] = values["environment"]
        self._folder = folder
        self._files = files
        self._places = places
        self._known = known
        self._seconds = seconds
        self._runs = runs
        self._work = folder / "examined"
        self._log = slices.log_of(folder)

    def first_signature(self) -> Signature:
        """Returns the signature in the report of the run."""
        text = self._log.report()
        found = signature.signature_of(text)
        if found:
            return found
        path = self.input()
        kind = path.name.partition("-")[0] if path else "end without a report"
        return Signature(kind, kind)

    def input(self) -> pathlib.Path | None:
        """Returns the input with the finding, or None."""
        folder = self._folder / "artifacts"
        programs = sorted(folder.glob("*.prog"))
        intact, _ = fuzz_findings.artifacts(folder)
        return next(iter([*programs, *intact]), None)

    def examine(self) -> Examined:
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir()
        first = self.first_signature()
        found = Examined(
            first.text,
            first.name,
            [first.text],
            self.lane,
            self._log.report(),
            self.input(),
        )
        if found.input is None:
            found.verdict = "the run left no input"
            self._repeat(found)
            return found
        own = self._count(Place(self.lane.setting, self._files), found.input, "")
        if not own.shown + own.other:
            found.again = [own]
            found.verdict = f"never by itself in {own.runs} runs"
            if signature.is_hang(found.report):
                place = Place(self.lane.setting, self._files)
                done = self._repro(place, found.input, self._quarantine())
                found.report = report_of_slow_program(done.stdout)
            self._repeat(found)
            return found
        self._minimize(found)
        self._show(found)
        self._everywhere(found)
        return found

    # --- running ------------------------------------------------------------

    def _run(
        self,
        place: Place,
        command: Sequence[object],
        more: dict[str, str],
        seconds: float = rerun.SECONDS,
    ) -> subprocess.CompletedProcess[str]:
        return rerun.run(self.lane, place, command, self._work, more, seconds)

    def _quarantine(self, without: Sequence[str] = ()) -> dict[str, str]:
        """Returns the variable that names a file of the known differences, except
        those in `without`."""
        known = [text for text in self._known if text not in without]
        return rerun.quarantine(self._work / "quarantine", known)

    def _repro(
        self, place: Place, path: pathlib.Path, more: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return self._run(place, [place.files.repro, path], more)

    def _count(self, place: Place, path: pathlib.Path, name: str) -> Again:
        """Runs the input several times in one setting. Counts a finding with
        another name apart, unless `name` is empty."""
        again = Again(place.setting.name)
        runs = self._runs
        more = {**self._quarantine(), **rerun.QUICK}
        while again.runs < runs:
            done = self._repro(place, path, more)
            if done.returncode == 2:
                again.reason = _reason(done.stderr)
                break
            again.runs += 1
            if done.returncode == 0:
                continue
            found = signature.signature_of(done.stderr)
            if not name or (found and found.name == name):
                again.shown += 1
            else:
                again.other += 1
            if signature.is_hang(done.stderr):
                runs = min(runs, RUNS_OF_HANGS)
        return again

    # --- the steps ----------------------------------------------------------

    def _minimize(self, found: Examined) -> None:
        assert found.input
        place = Place(self.lane.setting, self._files)
        output = self._work / "minimised.prog"
        command = [
            self._files.minimize,
            f"--seconds={self._seconds}",
            f"--output={output}",
            found.input,
        ]
        more = {**self._quarantine(), **rerun.QUICK}
        done = self._run(place, command, more, self._seconds + 60)
        match = _MINIMIZED.search(done.stdout)
        if done.returncode == 0 and match and output.exists():
            found.smaller = output
            found.counts = (
                f"{match['before']} {match['unit']}, minimised to "
                f"{match['after']}"
            )

    def _show(self, found: Examined) -> None:
        """Runs the smallest input until its report shows, and keeps the report
        and the C file."""
        place = Place(self.lane.setting, self._files)
        path = found.smaller or found.input
        for _ in range(self._runs):
            done = self._run(
                place,
                [place.files.repro, f"--artifact_prefix={self._work}/c-", path],
                self._quarantine(),
            )
            shown = signature.signature_of(done.stderr)
            if done.returncode not in (0, 2) and shown:
                found.signature, found.name = shown.text, shown.name
                found.after = shown.after
                if shown.text not in found.aliases:
                    found.aliases.append(shown.text)
                has_program = "\n  program\n" in done.stderr
                found.report = _without_addresses(
                    done.stderr if has_program else done.stdout + done.stderr
                )
                break
        program = signature.program(found.report)
        if program and not found.smaller:
            found.smaller = self._work / "program.prog"
            found.smaller.write_text(program, encoding="utf-8")
        sources = sorted(self._work.glob("c-*.c"))
        if sources:
            found.c_file = sources[0]

    def _everywhere(self, found: Examined) -> None:
        path = found.smaller or found.input
        assert path
        own = Place(self.lane.setting, self._files)
        others = [p for p in self._places if p.setting != own.setting]
        found.again = [
            self._count(place, path, found.name) for place in [own, *others]
        ]
        found.verdict = verdict(found.again)

    def _repeat(self, found: Examined) -> None:
        """Repeats the whole run from the same inputs with the same seed."""
        executions = self._log.executions
        if not self._files or not executions:
            return
        shown, runs, begin = 0, 0, time.monotonic()
        while runs < REPEATS and time.monotonic() - begin < 120:
            with tempfile.TemporaryDirectory(dir=self._work) as name:
                command = [
                    word
                    for word in self._command
                    if not word.startswith(("-max_total_time", "-artifact_prefix"))
                ]
                new = str(self._folder / "new")
                command = [name if word == new else word for word in command]
                command += [f"-runs={executions + 1}", f"-artifact_prefix={name}/"]
                place = Place(self.lane.setting, self._files)
                more = {**self._quarantine(found.aliases), **rerun.QUICK}
                done = self._run(place, command, more, 120)
            runs += 1
            shown += done.returncode in FINDINGS
        found.repeated = f"the whole run, repeated, shows it {shown} of {runs} times"
        found.verdict += f"; {found.repeated}"


def report_of_slow_program(printed: str) -> str:
    """Returns the report of a program that took too long in the fuzzer and ends
    when it runs alone. libFuzzer's own report has the bytes of the input in place
    of the program. `printed` is what the repro tool prints."""
    calls = printed.removesuffix("no violation\n").splitlines()
    rows = [
        signature.HANG,
        f"  finding         no end within {slices.TIME_LIMIT} seconds in the fuzzer;"
        " alone, the program ends",
        "  program",
        *(f"    {call}" for call in calls),
    ]
    return "".join(f"{row}\n" for row in rows)


_MINIMIZED = re.compile(
    r": (?P<finding>.+), (?P<before>\d+) (?P<unit>\w+) before, "
    r"(?P<after>\d+) after, \d+ candidates$",
    re.MULTILINE,
)


def _without_addresses(text: str) -> str:
    """Returns the report without process numbers, which differ in each run."""
    return re.sub(r"^==\d+==", "====", text, flags=re.MULTILINE)


def _reason(text: str) -> str:
    if "profile" in text:
        return "not run: the implementation does not offer the profile"
    line = text.strip().splitlines()
    return f"not run: {line[-1] if line else 'bad input'}"


def verdict(again: Sequence[Again]) -> str:
    """Returns the sentence that says where the finding shows. The first element
    is the setting in which it was found."""
    ran = [item for item in again if item.runs]
    if not ran:
        return "never by itself"
    shown = [item for item in ran if item.shown]
    if not shown:
        return f"never again by itself in {ran[0].runs} runs"
    if len(shown) == len(ran) and all(i.shown == i.runs for i in shown):
        return "always" if len(ran) > 1 else f"always, {ran[0].runs} of {ran[0].runs}"
    own = ran[0]
    words = own.words()
    if len(shown) == len(ran):
        return words if words != "always" else _sometimes(shown)
    names = "; ".join(item.setting for item in shown[:4])
    more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return f"{words}, only on {names}{more}"


def _sometimes(shown: Sequence[Again]) -> str:
    least = min(shown, key=lambda item: item.shown / item.runs)
    return f"always here; {least.words()} on {least.setting}"


def as_json(found: Examined) -> dict[str, Any]:
    """Returns the result without its files."""
    return {
        "signature": found.signature,
        "name": found.name,
        "aliases": found.aliases,
        "lane": found.lane.as_json(),
        "report": found.report,
        "counts": found.counts,
        "verdict": found.verdict,
        "again": [
            {**dataclasses.asdict(item), "words": item.words()}
            for item in found.again
        ],
    }
