"""Measures one method on one bug with one seed, and keeps the results in a file,
so that an interrupted measurement can continue."""

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterable

from tools.commands.detect import detectors
from tools.commands.detect.methods import BY_NAME
from tools.lib.bug import Bug
from tools.lib.problem import Problem


@dataclasses.dataclass(frozen=True)
class Job:
    """A run to make: the names of bug, target and method, and the seed."""

    bug: str
    target: str
    method: str
    seed: int


@dataclasses.dataclass(frozen=True)
class Run(Job):
    """A finished run. `executions` is None if `limit` executions found
    nothing."""

    executions: int | None
    seconds: float
    finding: str | None
    limit: int

    @property
    def job(self) -> Job:
        return Job(self.bug, self.target, self.method, self.seed)


_LINKED = re.compile(r"=> (\S+_solib_\S+)")


class State:
    """The finished runs. The file has a line for each of them.

    Each line records the conditions of its run: libraries, program and limit.
    Runs under other conditions than the current ones are ignored."""

    def __init__(self, path: pathlib.Path, conditions: dict[Job, str]) -> None:
        self._conditions = conditions
        self._lock = threading.Lock()
        self.runs: dict[Job, Run] = {}
        whole = self._load(path) if path.exists() else 0
        self._file = open(path, "a", encoding="utf-8")
        self._file.truncate(whole)

    def _load(self, path: pathlib.Path) -> int:
        """Reads the runs. Returns the number of bytes in complete lines: a killed
        command may have left an incomplete last line."""
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                record = json.loads(line)
                conditions = record.pop("conditions")
                run = Run(**record)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Problem(
                    f"{path}:{number} is damaged; remove the file to measure "
                    "anew"
                ) from error
            if conditions == self._conditions.get(run.job):
                self.runs[run.job] = run
        return whole

    def add(self, run: Run) -> None:
        record = dataclasses.asdict(run)
        record["conditions"] = self._conditions[run.job]
        with self._lock:
            self.runs[run.job] = run
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()


def write_whole(path: pathlib.Path, text: str) -> None:
    """Writes a file through a temporary file, so that no reader sees a part."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


# --- the conditions of a run -------------------------------------------------


def conditions(
    jobs: Iterable[Job], binaries: pathlib.Path, executions: int
) -> dict[Job, str]:
    """Returns {job: its conditions}. The conditions are one text with digests of
    the broken libraries and of the linked program, and the limit."""
    broken: dict[str, str] = {}
    programs: dict[pathlib.Path, str] = {}
    known = {}
    for job in jobs:
        path = program(binaries, job)
        if job.bug not in broken:
            broken[job.bug] = _digest(
                sorted(libraries(binaries, job.bug).glob("*.so"))
            )
        if path not in programs:
            programs[path] = _digest(
                file for part in _parts(path) for file in [part, *_linked(part)]
            )
        limit = BY_NAME[job.method].limit(executions)
        known[job] = f"{broken[job.bug]} {programs[path]} {limit}"
    return known


def _parts(path: pathlib.Path) -> list[pathlib.Path]:
    """Returns the program and, where it is a script for AFL++, the target that
    the script runs."""
    engine = path.with_name(path.name + "_engine")
    return [path, engine] if engine.exists() else [path]


def _linked(path: pathlib.Path) -> list[pathlib.Path]:
    """Returns the libraries of this repository that the program is linked with."""
    listed = subprocess.run(
        ["ldd", path], capture_output=True, text=True, check=False
    ).stdout
    return sorted(map(pathlib.Path, _LINKED.findall(listed)))


def _digest(paths: Iterable[pathlib.Path]) -> str:
    digest = hashlib.sha1()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def libraries(binaries: pathlib.Path, bug: str) -> pathlib.Path:
    """Returns the folder of the libraries with the bug."""
    return binaries / f"{bug}_library" / bug


def program(binaries: pathlib.Path, job: Job) -> pathlib.Path:
    return binaries / (job.target + BY_NAME[job.method].suffix)


# --- running -----------------------------------------------------------------


def measure(
    job: Job, planted: Bug, binaries: pathlib.Path, executions: int
) -> Run:
    """Runs the job; returns the executions and seconds until the finding."""
    method = BY_NAME[job.method]
    limit = method.limit(executions)
    start = time.monotonic()
    found, outcome = detectors.fuzz(
        program(binaries, job),
        libraries(binaries, job.bug),
        job.seed,
        limit,
        planted.profile,
        method.flags,
        method.environment,
    )
    finding = method.counts(outcome.findings) if found else None
    return Run(
        **dataclasses.asdict(job),
        executions=found if finding else None,
        seconds=round(time.monotonic() - start, 3),
        finding=finding,
        limit=limit,
    )


def measure_all(
    jobs: Iterable[Job],
    run_job: Callable[[Job], Run],
    state: State,
    workers: int,
    display: Callable[[], None],
) -> None:
    """Runs the jobs that are missing in the state, several at a time. After
    Ctrl-C, the state keeps the jobs that have finished."""
    missing = [job for job in jobs if job not in state.runs]
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    futures = [pool.submit(run_job, job) for job in missing]
    try:
        for future in concurrent.futures.as_completed(futures):
            state.add(future.result())
            display()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
