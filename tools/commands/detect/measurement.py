"""Runs of one method on one bug with one seed, and the file that keeps them."""

import collections
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import threading
import time

from tools.commands.detect import detectors
from tools.commands.detect.methods import AFL, BY_NAME, limit
from tools.lib.problem import Problem


# `executions` is None where nothing was found in `limit` executions.
Run = collections.namedtuple(
    "Run", "bug target method seed executions seconds finding limit"
)
Job = collections.namedtuple("Job", "bug target method seed")

_LINKED = re.compile(r"=> (\S+_solib_\S+)")


class State:
    """What was measured so far: a line for each run, as soon as it has ended.

    Each says under which conditions; what was measured under others counts no
    more.
    """

    def __init__(self, path, conditions):
        self._conditions = conditions
        self._lock = threading.Lock()
        self.runs = {}
        whole = self._load(path) if path.exists() else 0
        self._file = open(path, "a", encoding="utf-8")
        self._file.truncate(whole)

    def _load(self, path):
        """Bytes of whole lines: whoever is killed may leave half a line."""
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
            job = Job(*run[: len(Job._fields)])
            if conditions == self._conditions.get(job):
                self.runs[job] = run
        return whole

    def add(self, job, run):
        record = {**run._asdict(), "conditions": self._conditions[job]}
        with self._lock:
            self.runs[job] = run
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()


def write_whole(path, text):
    """Writes a file that is there whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


# --- what a result depends on ------------------------------------------------


def conditions(jobs, by_name, binaries, executions, afl):
    """By job: the libraries with the bug, the program and what it is linked with,
    and the limit."""
    broken = {}
    programs = {}
    known = {}
    for job in jobs:
        if job.method == AFL:
            most = limit(BY_NAME[AFL], executions)
            known[job] = afl.conditions(by_name[job.bug], most)
            continue
        path = program(binaries, job)
        if job.bug not in broken:
            broken[job.bug] = _digest(
                sorted(libraries(binaries, job.bug).glob("*.so"))
            )
        if path not in programs:
            programs[path] = _digest([path, *_linked(path)])
        known[job] = " ".join(
            (
                broken[job.bug],
                programs[path],
                str(limit(BY_NAME[job.method], executions)),
            )
        )
    return known


def _linked(path):
    """The libraries that are built here."""
    listed = subprocess.run(
        ["ldd", path], capture_output=True, text=True, check=False
    ).stdout
    return sorted(_LINKED.findall(listed))


def _digest(paths):
    digest = hashlib.sha1()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def libraries(binaries, bug):
    """The folder of the libraries that have the bug."""
    return binaries / f"{bug}_library"


def program(binaries, job):
    return binaries / (job.target + BY_NAME[job.method].suffix)


# --- running -----------------------------------------------------------------


def measure(job, planted, binaries, executions, afl):
    """A Run: executions and seconds until the bug is found."""
    method = BY_NAME[job.method]
    most = limit(method, executions)
    start = time.monotonic()
    if job.method == AFL:
        found, finding = afl.fuzz(planted, job.target, job.seed, most)
        return Run(*job, found, _since(start), finding, most)
    found, outcome = detectors.fuzz(
        program(binaries, job),
        libraries(binaries, job.bug),
        job.seed,
        most,
        planted.profile,
        method.flags,
        method.environment,
    )
    finding = method.counts(outcome.findings) if found else None
    return Run(*job, found if finding else None, _since(start), finding, most)


def _since(start):
    return round(time.monotonic() - start, 3)


def measure_all(jobs, run_job, state, workers, display):
    """Runs what the state lacks; Ctrl-C leaves what was done until then."""
    missing = [job for job in jobs if job not in state.runs]
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    futures = {pool.submit(run_job, job): job for job in missing}
    try:
        for future in concurrent.futures.as_completed(futures):
            state.add(futures[future], future.result())
            display()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
