"""Runs a target: starts one or several engines, keeps one corpus, and prints one
summary."""

import pathlib
import random
import signal
import time
from collections.abc import Sequence

from tools.commands.fuzz import afl, corpus, engine, findings, merge
from tools.commands.fuzz.display import Display, Rate, elapsed
from tools.commands.fuzz.options import Job, Options, Tools
from tools.commands.fuzz.summary import Summary
from tools.commands.fuzz.workspace import Workspace
from tools.lib.problem import Problem
from tools.lib.status import rules_of


# The modules of the engines, by the value of --engine.
ENGINES = {"libfuzzer": engine, "afl": afl}

_LARGEST_SEED = 2**32 - 1
_TICK = 0.25  # seconds between two looks at the engines


class Session:
    """One call of tools/fuzz, from the start of the engines to the summary."""

    def __init__(
        self,
        target: str,
        tools: Tools,
        workspace: Workspace,
        options: Options,
    ) -> None:
        self.target = target
        self.tools = tools
        self.workspace = workspace
        self.options = options
        self._interrupted = False

    def run(self) -> int:
        """Runs until all engines have ended, an engine has a finding, or the user
        presses Ctrl-C. Prints the summary; returns the exit status."""
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

    def _interrupt(self, *unused: object) -> None:
        self._interrupted = True

    def _make_jobs(self, folder: pathlib.Path) -> Sequence[Job]:
        options = self.options
        seed = options.seed or random.randint(1, _LARGEST_SEED - options.jobs)
        inputs = [self.workspace.corpus]
        if not options.fresh:
            inputs.append(self.tools.seeds)
        if options.seeds:
            inputs.append(options.seeds)
        jobs = ENGINES[options.engine].instances(
            self.tools, folder, inputs, seed, options
        )
        for job in jobs:
            print(job, flush=True)
        return jobs

    def _watch(self, jobs: Sequence[Job], begin: float) -> None:
        rate = Rate()
        with Display() as display:
            try:
                # A job may have failed before, on an input of the corpus.
                if not any(job.has_failed() for job in jobs):
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

    def _look(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.look()
        # A finding of one engine ends all engines.
        if self._interrupted or any(job.has_failed() for job in jobs):
            for job in jobs:
                job.interrupt()

    def _line(self, jobs: Sequence[Job], now: float, rate: float) -> str:
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

    def _finish(self, jobs: Sequence[Job], folder: pathlib.Path) -> Summary:
        """Keeps the inputs and findings of the engines; returns the summary."""
        summary = Summary(
            self.target, self.workspace, self.options.build_flags
        )
        summary.interrupted = self._interrupted
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
        summary.check_executions()
        return summary

    def _keep_units(
        self, jobs: Sequence[Job], folder: pathlib.Path, summary: Summary
    ) -> list[pathlib.Path]:
        """Merges the engines' new inputs into the corpus and returns the
        damaged ones. Merging is needed because engines do not see each other's
        inputs and leave longer versions behind.
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
            summary.failures.append(f"all inputs kept without merging: {problem}")
        for units in sources:
            summary.new += corpus.publish_all(units, self.workspace.corpus)[0]
        return damaged
