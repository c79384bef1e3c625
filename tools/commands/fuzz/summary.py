"""Prints the summary at the end of a run of tools/fuzz."""

import shlex
from collections.abc import Sequence

from tools.commands.fuzz import corpus
from tools.commands.fuzz.engine import FINDINGS, INTERRUPTED, with_profile
from tools.commands.fuzz.findings import Finding, repetition_flags
from tools.commands.fuzz.options import Job
from tools.commands.fuzz.workspace import Workspace
from tools.lib.status import rules_of


class Summary:
    """The result of a run, as text and as exit status."""

    def __init__(
        self, target: str, workspace: Workspace, build_flags: Sequence[str] = ()
    ) -> None:
        self.target = target
        self.workspace = workspace
        self.build_flags = build_flags  # Bazel's, to build the same binary again
        self.jobs: list[Job] = []
        self.findings: list[Finding] = []
        self.failures: list[str] = []  # other errors, one text each
        self.new = 0
        self.seconds = 0.0
        self.interrupted = False

    def add(self, job: Job, status: int) -> None:
        """Adds an engine that ended with this exit status."""
        self.jobs.append(job)
        if job.log.leaks_ignored:
            self.failures.append(
                "libFuzzer gave up leak detection: the target keeps memory "
                "from one input to the next"
            )
        if status in FINDINGS:
            if not any(job.artifacts.iterdir()):
                self.failures.append(
                    f"{FINDINGS[status]}, but the engine wrote no input for it:\n"
                    + job.log.report()
                )
        elif status not in (0, INTERRUPTED):
            self.failures.append(
                f"the target ended with status {status}:\n" + job.log.report()
            )

    def check_executions(self) -> None:
        """Adds a failure if nothing explains that no engine ran an input."""
        explained = self.findings or self.failures or self.interrupted
        if not explained and not self.executions():
            self.failures.append("the engine ran no input")

    def executions(self) -> int:
        return sum(job.executions() for job in self.jobs)

    def exit_status(self) -> int:
        return 1 if self.findings or self.failures else 0

    def print(self) -> None:
        for finding in self.findings:
            print(f"\n{finding.report.rstrip()}\n")
        print(self._headline())
        self._print_corpus()
        self._print_rules()
        for failure in self.failures:
            print(f"failure     {failure}")
        for finding in self.findings:
            self._print_finding(finding)
        if not self.findings:
            print("findings    none")

    def _headline(self) -> str:
        rate = self.executions() / max(self.seconds, 0.001)
        return (
            f"{self.target}: {self.executions():,} executions in "
            f"{self.seconds:.0f} s ({rate:,.0f}/s)"
            + (", interrupted" if self.interrupted else "")
        )

    def _print_corpus(self) -> None:
        folder = self.workspace.corpus
        intact, _ = corpus.units(folder)
        print(
            f"corpus      {len(intact)} inputs in {self.workspace.show(folder)}, "
            f"{self.new} of them new"
        )

    def _print_rules(self) -> None:
        exercised, never = rules_of(job.status for job in self.jobs)
        if not exercised and not never:
            return
        reachable = len(exercised) + len(never)
        print(f"rules       {len(exercised)} exercised of {reachable} reachable")
        if never:
            print(f"never       {' '.join(never)}")

    def _print_finding(self, finding: Finding) -> None:
        show = self.workspace.show
        print(f"finding     {finding.name}")
        print(f"  input     {show(finding.path)} {finding.counts}".rstrip())
        for earlier in finding.earlier:
            print(f"  after     {show(earlier)}")
        if finding.repeat > 1:
            print(f"  after     {finding.repeat - 1} runs of the same program")
        if finding.smaller:
            print(f"  minimised {show(finding.smaller)}")
        if finding.c_file:
            print(f"  as C      {show(finding.c_file)}")
        inputs = [*finding.earlier, finding.smaller or finding.path]
        label = f"//fuzz:{self.target}_repro"
        command = ["bazel", "run", *self.build_flags, label, "--"]
        command += [*repetition_flags(finding), *map(show, inputs)]
        reproduce = with_profile(finding.profile, shlex.join(command))
        print(f"  reproduce {reproduce}")
