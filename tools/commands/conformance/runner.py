"""Runs cases in a worker process, which any case may crash.

All cases of a list run in one process. One that does not pass runs again in a
process of its own, and that result counts: what an earlier case did to the
process is no fault of it. A case that kills a process in which it was the first does
not run again."""

import collections
import os
import pathlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tools.commands.conformance.server import Process, Server
from tools.lib.child import end_with_parent

# Seconds of processor time without a line from a worker after which it is ended.
# Each time, the next worker has half as many: many endless cases must not take hours.
CASE_SECONDS = 20
FEWEST_SECONDS: float = 5

# A worker that waits uses no processor time. It is ended after this many times as
# many seconds without any. A worker that works slowly on a busy machine uses some, and
# goes on. This limit is not halved, because on such a machine the start alone may take
# half a minute.
_WAITING = 4

# The line that a worker prints when it begins. The interpreter has printed what
# precedes it, such as a warning about the machine.
_BEGINS = "worker: begins\n"

# Seconds that a worker gets after SIGABRT to report, and after SIGKILL to end. The
# second limit is only for a kernel that cannot end a process.
_SECONDS_TO_REPORT = 2
_SECONDS_TO_DIE = 30

PASSED, FAILED, CRASHED, SKIPPED = "passed", "failed", "crashed", "skipped"


class Result(NamedTuple):
    """The result of a case."""

    case: str
    outcome: str
    text: str
    output: str
    failures: tuple[str, ...] = ()  # of a test: the comparisons that failed


def _unescape(text: str) -> str:
    parts = text.split("\\\\")
    return "\\".join(
        part.replace("\\n", "\n").replace("\\t", "\t") for part in parts
    )


def describe_status(status: int) -> str:
    """Describes how a process ended, given its exit status."""
    if status < 0:
        try:
            return f"signal {signal.Signals(-status).name}"
        except ValueError:
            return f"signal {-status}"
    return f"exit status {status}"


class Run:
    """The output of one process, and how the process ended."""

    def __init__(
        self, lines: list[list[str]], output: str, status: int, waited: float
    ) -> None:
        self.lines = lines
        self.output = output
        self.status = status
        self.waited = waited  # seconds until it was killed; 0 if it ended itself

    def results(self) -> tuple[list[Result], str | None]:
        """Returns (the Results of the cases that ended, the case that did not
        end, or None)."""
        done, open_case = [], None
        failures: list[str] = []
        for kind, *rest in self.lines:
            if kind == "begin":
                open_case = rest[0]
                failures = []
            elif kind == "failure":
                failures.append(_unescape(rest[1]).strip())
            elif kind == "end":
                text = _unescape(rest[2]).strip() if len(rest) > 2 else ""
                text = "\n".join([*failures, text] if text else failures)
                done.append(Result(rest[0], rest[1], text, "", tuple(failures)))
                open_case = None
        return done, open_case

    def values(self, kind: str) -> list[list[str]]:
        return [rest for found, *rest in self.lines if found == kind]

    def rules(self) -> collections.Counter[str]:
        """Returns how often the programs that passed have exercised each rule."""
        found: collections.Counter[str] = collections.Counter()
        for name, count in self.values("rule"):
            found[name] += int(count)
        return found

    def why(self) -> str:
        """Returns the reason why the process died."""
        if self.waited:
            return f"no end within {self.waited:g} seconds"
        for line in self.output.splitlines():
            if line.startswith("worker: signal "):
                return line.removeprefix("worker: ")
        return describe_status(self.status)


def _kill(process: Process, number: int, seconds: float) -> None:
    """Sends the signal to the process and its children; waits so many seconds for the
    end of the process."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass
    _ends(process, seconds)


def _ends(process: Process, seconds: float) -> bool:
    """Waits for the end of the process; returns False if it does not come in
    time."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _processor_seconds(process: Process) -> float:
    """Returns the processor time that the process has used; 0 if it has ended."""
    try:
        text = pathlib.Path(f"/proc/{process.pid}/stat").read_text()
    except OSError:
        return 0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def pairs(variables: Mapping[str, str]) -> list[str]:
    """Returns environment variables as arguments for worker/inside.py."""
    return [f"{name}={value}" for name, value in variables.items()]


class Worker:
    """Starts the processes of a worker.

    If `takes_variables` is true, the worker gets its environment variables as
    arguments too, because a command that enters a container may drop them. If `forks`
    is true, a server forks the processes."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: pathlib.Path,
        seconds: float = CASE_SECONDS,
        takes_variables: bool = False,
        forks: bool = False,
    ) -> None:
        self._takes_variables = takes_variables
        self._forks = forks
        self._server: Server | None = None
        self._command = command
        self._environment = environment
        self._folder = folder
        self._seconds = seconds
        self._longest = seconds * _WAITING

    def start(self, *arguments: object) -> Run:
        """Runs one command to its end; returns the Run."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            folder = pathlib.Path(name)
            results, output = folder / "results", folder / "output"
            results.touch()
            process = self._launch(folder, results, output, arguments)
            try:
                waited = self._wait(process, results)
            except BaseException:  # Ctrl-C, or a disk that is full
                _kill(process, signal.SIGKILL, _SECONDS_TO_DIE)
                raise
            lines = [
                line.split("\t")
                for line in results.read_text(errors="replace").splitlines()
            ]
            text = output.read_bytes().decode(errors="backslashreplace")
            before, begins, after = text.partition(_BEGINS)
            said = after if begins else before
            return Run(lines, said, process.wait(), waited)

    def _launch(
        self,
        folder: pathlib.Path,
        results: pathlib.Path,
        output: pathlib.Path,
        arguments: tuple[object, ...],
    ) -> Process:
        """Starts a process that writes to the two files in the folder."""
        variables = {
            "MALLOC_PERTURB_": "85",
            **self._environment,
            "CAPSULE_RESULTS": str(results),
        }
        environment = {**os.environ, **variables}
        if self._forks:
            if self._server is None:
                self._server = Server(self._command, environment)
            return self._server.start(folder, arguments)
        given = pairs(variables) if self._takes_variables else []
        with open(output, "wb") as out:
            return subprocess.Popen(
                [*self._command, *given, *map(str, arguments)],
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def _wait(self, process: Process, results: pathlib.Path) -> float:
        """Waits for the end of the process. If the process writes no line in time,
        kills the process and its children. Returns the limit that the process
        exceeded, in seconds, or 0 if the process ended by itself."""
        size, since = 0, time.monotonic()
        used = used_at_line = 0.0
        waited: float = 0
        pause = 0.002
        while not _ends(process, pause):
            now, used_before = time.monotonic(), used
            used = _processor_seconds(process)
            if used != used_before:
                since = now
            if results.stat().st_size != size:
                size, since = results.stat().st_size, now
                used_at_line = used
            elif (
                now - since > self._longest or used - used_at_line > self._seconds
            ):
                waited = self._seconds
                self._seconds = max(waited / 2, min(waited, FEWEST_SECONDS))
                # On SIGABRT the executor reports the program and the call
                # that is running.
                _kill(process, signal.SIGABRT, _SECONDS_TO_REPORT)
                _kill(process, signal.SIGKILL, _SECONDS_TO_DIE)
            pause = min(2 * pause, 0.05)
        return waited

    def run_list(
        self, command: str, cases: Iterable[str]
    ) -> tuple[list[Result], collections.Counter[str]]:
        """Returns a Result for each case, and how often rules were exercised."""
        results, rules, firsts = self._in_company(command, cases)
        for index, result in enumerate(results):
            if result.outcome in (FAILED, CRASHED) and result.case not in firsts:
                results[index] = self.run_alone(command, result.case)
        return results, rules

    def _in_company(
        self, command: str, cases: Iterable[str]
    ) -> tuple[list[Result], collections.Counter[str], set[str]]:
        """Returns what run_list() returns, and the cases that killed a process in
        which no other case ran."""
        results: list[Result] = []
        firsts: set[str] = set()
        rules: collections.Counter[str] = collections.Counter()
        left = list(cases)
        while left:
            run = self._start_with(command, left)
            done, open_case = run.results()
            results += done
            rules += run.rules()
            seen = {result.case for result in done}
            if open_case is not None:
                if not seen:
                    firsts.add(open_case)
                seen.add(open_case)
                results.append(Result(open_case, CRASHED, run.why(), run.output))
            if not seen:  # it died before the first case
                results += [
                    Result(case, CRASHED, run.why(), run.output) for case in left
                ]
                break
            left = [case for case in left if case not in seen]
        return results, rules, firsts

    def run_alone(self, command: str, case: str) -> Result:
        """Runs the case in a process of its own."""
        run = self._start_with(command, [case])
        done, open_case = run.results()
        if done and open_case is None:
            return done[0]._replace(output=run.output)
        return Result(case, CRASHED, run.why(), run.output)

    def _start_with(self, command: str, cases: Iterable[str]) -> Run:
        # In the worker's folder, which a container sees too.
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", suffix=".cases", dir=self._folder
        ) as names:
            names.write("".join(f"{case}\n" for case in cases))
            names.flush()
            return self.start(command, names.name)
