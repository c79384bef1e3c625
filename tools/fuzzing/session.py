"""A run of a target: one or several engines, one corpus, one summary."""

import collections
import random
import signal
import time

import corpus
import findings
import merge
from display import Display, Rate, elapsed
from engine import Engine
from problem import Problem
from status import rules_of
from summary import Summary

# What Bazel has built for a target.
Tools = collections.namedtuple(
    "Tools", "binary seeds dictionary repro minimize"
)

Options = collections.namedtuple(
    "Options", "jobs seed seconds fresh flags", defaults=(1, None, None, False, ())
)

_LARGEST_SEED = 2**32 - 1
_TICK = 0.25  # seconds between two looks at the engines


class Session:
    def __init__(self, target, tools, workspace, options):
        self.target = target
        self.tools = tools
        self.workspace = workspace
        self.options = options
        self.interrupted = False

    def run(self):
        """Runs until all engines have ended, one finds something, or Ctrl-C;
        prints the summary. Returns the exit status."""
        self.workspace.prepare(self.options.fresh)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        with self.workspace.private_folder() as folder:
            jobs = self._make_jobs(folder)
            begin = time.monotonic()
            self._watch(jobs, begin)
            summary = self._finish(jobs, folder)
            summary.seconds = time.monotonic() - begin
        summary.print()
        return summary.exit_status()

    def _interrupt(self, *unused):
        self.interrupted = True

    def _make_jobs(self, folder):
        options = self.options
        seed = options.seed or random.randint(1, _LARGEST_SEED - options.jobs)
        inputs = [self.workspace.corpus]
        if not options.fresh:
            inputs.append(self.tools.seeds)
        common = []
        if options.seconds:
            common.append(f"-max_total_time={options.seconds}")
        if self.tools.dictionary.stat().st_size:
            common.append(f"-dict={self.tools.dictionary}")
        jobs = [
            Engine(
                self.tools.binary,
                corpus.make_folder(folder / f"job-{number}"),
                inputs,
                [f"-seed={seed + number}", *common, *options.flags],
            )
            for number in range(options.jobs)
        ]
        for job in jobs:
            print(job, flush=True)
        return jobs

    def _watch(self, jobs, begin):
        rate = Rate()
        with Display() as display:
            try:
                for job in jobs:
                    job.start()
                while any(job.is_running() for job in jobs):
                    time.sleep(_TICK)
                    self._look(jobs)
                    now = time.monotonic() - begin
                    total = sum(job.executions() for job in jobs)
                    display.show(self._line(jobs, now, rate.at(now, total)))
            finally:
                for job in jobs:
                    job.interrupt()

    def _look(self, jobs):
        for job in jobs:
            job.status.read()
            if job.log.unknown_flag:
                raise Problem(
                    f"libFuzzer has no flag '{job.log.unknown_flag}'; "
                    f"'{self.tools.binary} -help=1' lists them"
                )
        # A finding of one ends all.
        if self.interrupted or any(job.has_failed() for job in jobs):
            for job in jobs:
                job.interrupt()

    def _line(self, jobs, now, rate):
        parts = [
            self.target,
            elapsed(now, self.options.seconds),
            f"{rate:,.0f} executions/s",
            f"coverage {max(job.log.coverage for job in jobs)}",
            f"corpus {max(job.log.corpus for job in jobs)}",
        ]
        exercised, never = rules_of(job.status for job in jobs)
        if exercised or never:
            reachable = len(exercised) + len(never)
            parts.append(f"rules {len(exercised)} of {reachable}")
        return "  ".join(parts)

    def _finish(self, jobs, folder):
        """Keeps what the engines leave; the Summary."""
        summary = Summary(self.target, self.workspace)
        summary.interrupted = self.interrupted
        for job in jobs:
            summary.add(job, job.wait())
        damaged = self._keep_units(jobs, folder, summary)
        summary.findings, cut = findings.collect(
            jobs, self.workspace.findings, self.tools
        )
        damaged += cut
        if damaged:
            self.workspace.set_damaged_aside(damaged, "of this run")
            summary.failures.append(
                f"{len(damaged)} files were not written whole; is the disk full?"
            )
        return summary

    def _keep_units(self, jobs, folder, summary):
        """Publishes new units; returns the damaged ones. What several engines
        found is merged first, since each knows nothing of the others."""
        damaged = []
        for job in jobs:
            damaged += corpus.units(job.units)[1]
        if len(jobs) > 1:
            merged = corpus.make_folder(folder / "merged")
            merge.merge(
                self.tools.binary,
                self.workspace.corpus,
                [job.units for job in jobs],
                merged,
            )
            folders = [merged]
        else:
            folders = [job.units for job in jobs]
        for units in folders:
            summary.new += corpus.publish_all(units, self.workspace.corpus)[0]
        return damaged
