"""Runs of one method on one bug with one seed, and the file that keeps them."""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import threading
import time

import detectors
from problem import Problem

# `executions` is None where nothing was found.
Run = collections.namedtuple(
    "Run", "bug target method seed executions seconds finding"
)

_KEY = ("bug", "target", "method", "seed")


class State:
    """What was measured so far; whole on the disk after each run."""

    def __init__(self, path, conditions):
        self._path = path
        self._conditions = conditions
        self._lock = threading.Lock()
        self.runs = {}
        if path.exists():
            self._load()

    def _load(self):
        try:
            state = json.loads(self._path.read_text(encoding="utf-8"))
            runs = [Run(**run) for run in state["runs"]]
            conditions = state["conditions"]
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(
                f"{self._path} is damaged; remove it to measure anew"
            ) from error
        for run in runs:
            # What was built since, or is allowed to take longer, is measured
            # anew.
            if conditions.get(run.bug) == self._conditions.get(run.bug):
                self.runs[_key(run)] = run

    def add(self, run):
        with self._lock:
            self.runs[_key(run)] = run
            text = json.dumps(
                {
                    "conditions": self._conditions,
                    "runs": [r._asdict() for r in self.runs.values()],
                }
            )
            write_whole(self._path, text)

    def has(self, job):
        return job in self.runs


def _key(run):
    return tuple(getattr(run, name) for name in _KEY)


def write_whole(path, text):
    """Writes a file that is there whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def conditions(bugs, binaries, executions):
    """What a result depends on, by bug: the library, and the limit."""
    return {
        planted.name: f"{_digest(library(binaries, planted))} {executions}"
        for planted in bugs
    }


def _digest(path):
    return hashlib.sha1(path.read_bytes()).hexdigest()


def library(binaries, planted):
    """The library that has the bug."""
    return next((binaries / f"{planted.name}_library").glob("*.so"))


def measure(job, planted, method, binaries, executions):
    """A Run: executions and seconds until the bug is found."""
    _, target, _, seed = job
    start = time.monotonic()
    found, outcome = detectors.fuzz(
        pathlib.Path(binaries) / (target + method.suffix),
        library(binaries, planted),
        seed,
        executions,
        planted.profile,
        method.flags,
    )
    seconds = round(time.monotonic() - start, 3)
    finding = outcome.findings[0] if found and outcome.findings else None
    return Run(*job, found, seconds, finding)


def measure_all(jobs, run_job, state, workers, display):
    """Runs what the state lacks; Ctrl-C leaves what was done until then."""
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    futures = [pool.submit(run_job, job) for job in jobs if not state.has(job)]
    try:
        for future in concurrent.futures.as_completed(futures):
            state.add(future.result())
            display()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
