"""One slice of a lane: a process of a target that runs for some seconds in a
private folder.

    slice.json   the lane, the command and its variables
    start/       the inputs at the start: hard links, so that the run can be repeated
    new/         the inputs that the run adds
    artifacts/   the input with a finding
    log          what the process printed
    status       the counters of the executor
    quarantine   the known differences, with counts

A slice that ends with a finding keeps its folder until the finding is examined. A
slice of a killed campaign leaves its folder, from which --resume goes on.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import signal
import struct
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence

from tools.commands.fuzz import corpus
from tools.commands.fuzz.engine import FINDINGS, INTERRUPTED
from tools.commands.fuzz.log import Log
from tools.commands.overnight import storage
from tools.commands.overnight.builds import Files
from tools.commands.overnight.settings import GENERATED, Lane, lane_of
from tools.lib.child import end_with_parent
from tools.lib.llvm import versioned
from tools.lib.status import Status

TIME_LIMIT = 10  # seconds that one input may take

# Seconds after its end at which a slice is interrupted, and seconds without any
# progress after which its process then counts as stuck and is killed.
_GRACE = 2 * TIME_LIMIT + 10

_ENTRY = struct.Struct("<248sQ")  # quarantine_entry of fuzz/executor/quarantine.h


@dataclasses.dataclass
class Outcome:
    """The result of a slice. `status` is None if the process was killed because it was
    stuck or took too much memory; `killed` then says why."""

    status: int | None
    seconds: float
    executions: int
    calls: int
    coverage: int
    rules: dict[str, int]
    reachable: list[str]
    first: dict[str, float]  # rule: seconds after the start of the slice
    known: dict[str, int]  # known difference: how often it was seen
    memory: int  # MiB, the most
    killed: str = ""

    @property
    def has_finding(self) -> bool:
        return self.status in FINDINGS or bool(self.killed)

    @property
    def has_failed(self) -> bool:
        return not self.has_finding and self.status not in (0, INTERRUPTED)


def write_quarantine(path: pathlib.Path, signatures: Iterable[str]) -> None:
    path.write_bytes(
        b"".join(_ENTRY.pack(s.encode()[:247], 0) for s in signatures)
    )


def read_quarantine(path: pathlib.Path) -> dict[str, int]:
    """Returns {signature: how often it was seen}, without zeros."""
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    entries = _ENTRY.iter_unpack(data[: len(data) // _ENTRY.size * _ENTRY.size])
    return {
        text.rstrip(b"\0").decode(errors="replace"): count
        for text, count in entries
        if count
    }


def variables(
    lane: Lane, files: Files, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Returns the variables of a process of the lane, without those of this
    process."""
    return {
        **lane.setting.environment(),
        "ASAN_SYMBOLIZER_PATH": f"/usr/bin/{versioned('llvm-symbolizer')}",
        "MSAN_SYMBOLIZER_PATH": f"/usr/bin/{versioned('llvm-symbolizer')}",
        **dict(files.environment),
        **(more or {}),
    }


class Slice:
    """A running process of a lane."""

    def __init__(
        self,
        folder: pathlib.Path,
        lane: Lane,
        files: Files,
        inputs: pathlib.Path | None,
        seconds: int,
        seed: int,
        known: Sequence[str],
        memory: int,
    ) -> None:
        """Prepares the folder.

        inputs   the folder with the corpus; None for an empty corpus
        known    the signatures in quarantine
        memory   the most MiB that the process may use
        """
        self.folder = corpus.make_folder(folder)
        self.lane = lane
        self.seconds = seconds
        self.log = Log()
        self.status = Status(folder / "status")
        self.memory = 0
        self._limit = memory
        self._killed = ""
        self.begin = 0.0
        self._progress = 0  # executions at the last look
        self._progressed = 0.0  # seconds after the start when they last grew
        self._interrupted = False
        self._first: dict[str, float] = {}
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("start", "new", "artifacts"):
            corpus.make_folder(folder / name)
        if inputs and lane.method != GENERATED:
            for path in inputs.iterdir():
                corpus.publish(path, folder / "start")
        self._known = known
        write_quarantine(folder / "quarantine", known)
        self.command = self._command(files, seed, memory)
        self._variables = variables(
            lane,
            files,
            {
                "CAPSULE_STATUS_FILE": str(self.status.path),
                "CAPSULE_QUARANTINE": str(folder / "quarantine"),
                **({"ASAN_OPTIONS": "detect_leaks=0"} if known else {}),
            },
        )
        storage.write_json(
            folder / "slice.json",
            {
                "lane": lane.as_json(),
                "command": self.command,
                "environment": self._variables,
            },
        )
        self._log_file = open(folder / "log", "w+b")
        self._log_read = 0

    def _command(self, files: Files, seed: int, memory: int) -> list[str]:
        common = [
            f"-seed={seed}",
            f"-max_total_time={self.seconds}",
            f"-timeout={TIME_LIMIT}",
            f"-artifact_prefix={self.folder / 'artifacts'}/",
        ]
        if self.lane.method == GENERATED:
            return [str(files.generated), *common]
        more = [f"-rss_limit_mb={memory}", "-print_final_stats=1"]
        if self._known:
            # A program that was left out after a known difference may leak.
            more.append("-detect_leaks=0")
        if files.dictionary:
            more.append(f"-dict={files.dictionary}")
        folders = [str(self.folder / "new"), str(self.folder / "start")]
        return [str(files.engine), *common, *more, *folders]

    def start(self) -> None:
        self.begin = time.monotonic()
        self._process = subprocess.Popen(
            self.command,
            env={**os.environ, **self._variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log_file,
            preexec_fn=end_with_parent,
        )

    def look(self) -> bool:
        """Reads the current numbers; returns True while the process runs."""
        self._read_log()
        self.status.read()
        age = time.monotonic() - self.begin
        for rule, (_, count) in self.status.rules.items():
            if count:
                self._first.setdefault(rule, age)
        assert self._process
        if self._process.poll() is not None:
            return False
        self.memory = max(self.memory, _memory_of(self._process.pid))
        if self.memory > self._limit + self._limit // 4:
            self._kill(f"the process used more than {self._limit} MiB")
            return True
        if self.executions() > self._progress:
            self._progress, self._progressed = self.executions(), age
        if age > self.seconds + _GRACE:
            self._end_late(age)
        return True

    def _end_late(self, age: float) -> None:
        """Ends a process that runs too long. If it still runs inputs, it is only slow:
        on a busy machine, reading a large corpus can take a minute."""
        if age - self._progressed > _GRACE:
            self._kill("the process did not end in time")
        elif not self._interrupted:
            self._interrupted = True
            self.interrupt()

    def _kill(self, why: str) -> None:
        assert self._process
        self._killed = why
        self._process.kill()
        self._process.wait()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def interrupt(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def executions(self) -> int:
        return max(self.status.programs, self.log.executions)

    def finish(self) -> Outcome:
        """Waits for the end of the process; returns what it did."""
        assert self._process
        try:
            status: int | None = self._process.wait(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            self._kill("the process did not end when it was asked to")
            status = None
        seconds = time.monotonic() - self.begin
        self._read_log()
        self._log_file.close()
        self.status.read()
        _name_generated_input(self.folder / "artifacts")
        rules = {r: n for r, (_, n) in self.status.rules.items() if n}
        return Outcome(
            None if self._killed else status,
            seconds,
            self.executions(),
            self.status.calls,
            self.log.coverage,
            rules,
            [r for r, (can, n) in self.status.rules.items() if can or n],
            self._first,
            read_quarantine(self.folder / "quarantine"),
            self.memory,
            self._killed,
        )

    def _read_log(self) -> None:
        if self._log_file.closed:
            return
        with open(self.folder / "log", "rb") as file:
            file.seek(self._log_read)
            data = file.read()
        end = data.rfind(b"\n") + 1
        self._log_read += end
        for line in data[:end].decode(errors="backslashreplace").splitlines():
            self.log.feed(line)


def _memory_of(pid: int) -> int:
    """Returns the most memory that the process has used, in MiB."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return 0
    for line in text.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def _name_generated_input(folder: pathlib.Path) -> None:
    """Names the file of fuzz/engines/generate.c as libFuzzer would: by the digest
    of its bytes."""
    for path in folder.glob("*-input"):
        kind = path.name.partition("-")[0]
        path.rename(folder / f"{kind}-{corpus.digest(path.read_bytes())}")


def log_of(folder: pathlib.Path) -> Log:
    """Returns the log in the folder of a slice."""
    log = Log()
    try:
        text = (folder / "log").read_bytes().decode(errors="backslashreplace")
    except OSError:
        return log
    for line in text.splitlines():
        log.feed(line)
    return log


def lane_in(folder: pathlib.Path) -> Lane:
    """Returns the lane of the slice in the folder."""
    text = (folder / "slice.json").read_text(encoding="utf-8")
    return lane_of(json.loads(text)["lane"])
