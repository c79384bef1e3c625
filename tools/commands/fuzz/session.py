"""A run of a target: one or several engines, one corpus, one summary."""

import collections
import random
import signal
import time

from tools.commands.fuzz import afl, corpus, engine, findings, merge
from tools.commands.fuzz.display import Display, Rate, elapsed
from tools.commands.fuzz.summary import Summary
from tools.lib.problem import Problem
from tools.lib.status import rules_of


# What Bazel has built for a target; `afl`, the target for AFL++, and `mutator`
# only where AFL++ runs it. `mutator` is None for a target without one.
Tools = collections.namedtuple(
    "Tools",
    "binary seeds dictionary repro minimize afl mutator",
    defaults=(None, None),
)

Options = collections.namedtuple(
    "Options",
    "jobs seed seconds fresh flags build_flags engine",
    defaults=(1, None, None, False, (), (), "libfuzzer"),
)

# By the name that a user gives.
ENGINES = {"libfuzzer": engine, "afl": afl}

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
        ENGINES[self.options.engine].check_known(
            self.options.flags, self.tools
        )
        self.workspace.prepare(self.options.fresh)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        with self.workspace.private_folder() as folder:
            jobs = self._make_jobs(folder)
            begin = time.monotonic()
            self._watch(jobs, begin)
            seconds = time.monotonic() - begin
            summary = self._finish(jobs, folder)
            summary.seconds = seconds
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
        jobs = ENGINES[options.engine].instances(
            self.tools, folder, inputs, seed, options
        )
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
            job.look()
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
        summary = Summary(
            self.target, self.workspace, self.options.build_flags
        )
        summary.interrupted = self.interrupted
        for job in jobs:
            summary.add(job, job.wait())
        damaged = self._keep_units(jobs, folder, summary)
        summary.findings, cut = findings.collect(
            jobs, self.workspace.findings, self.tools
        )
        damaged += cut
        if damaged:
            summary.failures.append(
                f"{len(damaged)} files of this run were not written whole; is "
                "the disk full?"
            )
        return summary

    def _keep_units(self, jobs, folder, summary):
        """Publishes new inputs; returns the damaged ones.

        They are merged first: each engine knows nothing of the others, and
        leaves inputs that it has replaced by shorter ones since.
        """
        sources = [job.units for job in jobs]
        damaged = [path for units in sources for path in corpus.units(units)[1]]
        merged = corpus.make_folder(folder / "merged")
        if not any(any(units.iterdir()) for units in sources):
            return []
        try:
            merge.merge(
                self.tools.binary, self.workspace.corpus, sources, merged
            )
            sources = [merged]
        except (Problem, OSError) as problem:
            summary.failures.append(f"not merged, all is kept: {problem}")
        for units in sources:
            summary.new += corpus.publish_all(units, self.workspace.corpus)[0]
        return damaged
