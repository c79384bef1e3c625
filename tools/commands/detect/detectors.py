"""The three detectors: rule tests, replay of a corpus, fuzzing from nothing.

Each runs a program of shared libraries, with those from the folder of a bug in
the place of the whole ones.
"""

import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence

from tools.commands.detect import report


# A bug may hang the program that it breaks.
SECONDS = 60

# Executions per second; a slower program hangs.
SLOWEST = 200

_FAILED_TEST = re.compile(r"^\[ +FAILED +\] \w+\.(\w+)", re.MULTILINE)
_STARTED_TEST = re.compile(r"^\[ +RUN +\] \w+\.(\w+)", re.MULTILINE)
_FRAME = re.compile(r"\s+#\d+ 0x|INFO: ")
_EXECUTIONS = re.compile(r"^stat::number_of_executed_units: +(\d+)$", re.M)


class Outcome:
    def __init__(self, status: int | None, output: str) -> None:
        self.status = status  # None: did not end in time
        self.output = output
        self.findings = report.findings(output)

    def excerpt(self) -> str:
        """The first lines, without the stacks."""
        lines = [x for x in self.output.splitlines() if not _FRAME.match(x)]
        return "\n".join(lines[:40])


def run(
    command: Sequence[object],
    libraries: pathlib.Path | None,
    profile: str | None = None,
    sanitizer_options: str = "",
    more_environment: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    until: Callable[[str], bool] | None = None,
) -> Outcome:
    """Runs the command with the broken libraries in place of the whole ones.

    Ends it as soon as until(output so far) is true."""
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        # Symbols take most of the time of a failure, and nobody reads stacks.
        "ASAN_OPTIONS": "symbolize=0:" + sanitizer_options,
        "UBSAN_OPTIONS": "symbolize=0",
        "LSAN_OPTIONS": "symbolize=0",
        **(more_environment or {}),
    }
    if libraries:
        environment["LD_LIBRARY_PATH"] = str(pathlib.Path(libraries).resolve())
    if profile:
        environment["CAPSULE_PROFILE"] = profile
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )
    output, ended = _output(process, time.monotonic() + seconds, until)
    status = process.wait() if ended else None
    return Outcome(status, output)


def _output(
    process: subprocess.Popen[bytes],
    deadline: float,
    until: Callable[[str], bool] | None,
) -> tuple[str, bool]:
    """Returns what the process writes, and True if it ended in time.

    The process is killed at the deadline, or when until(output) is true."""
    assert process.stdout
    content = b""
    text = ""
    while True:
        left = max(0.0, deadline - time.monotonic())
        if not select.select([process.stdout], [], [], left)[0]:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return text, False
        chunk = os.read(process.stdout.fileno(), 1 << 16)
        content += chunk
        text = content.decode(errors="backslashreplace")
        if not chunk:
            return text, True
        if until and until(text):
            os.killpg(process.pid, signal.SIGKILL)
            return text, True


def rule_tests(
    program: pathlib.Path,
    libraries: pathlib.Path | None,
    rules: Sequence[str],
    profile: str | None,
) -> tuple[set[str], Outcome]:
    """Runs the tests of these rules; returns the rules whose tests fail."""
    tests = ":".join(f"*.{_identifier(rule)}_*" for rule in rules)
    command = [program, f"--gtest_filter={tests}", "--gtest_color=no"]
    outcome = run(command, libraries, profile)
    failed = set(_FAILED_TEST.findall(outcome.output))
    if outcome.status not in (0, 1) or not failed:
        # The program did not come to its summary: the last test ended it, or
        # what it left behind did.
        failed.update(_STARTED_TEST.findall(outcome.output)[-1:])
    if outcome.status == 0:
        failed.clear()
    return {
        rule
        for rule in rules
        for test in failed
        if test.startswith(_identifier(rule) + "_")
    }, outcome


def minimized(
    program: pathlib.Path,
    libraries: pathlib.Path | None,
    path: pathlib.Path,
    profile: str | None,
) -> tuple[str, Outcome]:
    """Returns the smallest program that shows what the input shows, in text."""
    smallest = pathlib.Path(f"{path}.prog")
    outcome = run(
        [program, f"--output={smallest}", path], libraries, profile
    )
    return smallest.read_text() if outcome.status == 0 else "", outcome


# What a program gets for itself.
_OWN = re.compile(r"^\w+ = (payload|name|table)\(")


def calls(text: str) -> list[str]:
    """The calls of a program in text."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not _OWN.match(line)]


def _identifier(rule: str) -> str:
    return rule.replace("-", "_")


def replay(
    program: pathlib.Path,
    libraries: pathlib.Path | None,
    corpora: Sequence[str],
    profile: str | None,
    expected: str | None = None,
) -> Outcome:
    """Runs the files of all these folders, or those up to the first that shows
    the expected finding: each failure costs a process."""

    def is_found(output: str) -> bool:
        return expected in report.findings(output)

    return run(
        [program, *corpora],
        libraries,
        profile,
        "malloc_context_size=0",
        until=is_found if expected else None,
    )


def fuzz(
    program: pathlib.Path,
    libraries: pathlib.Path | None,
    seed: int,
    executions: int,
    profile: str | None,
    flags: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    keep: pathlib.Path | None = None,
) -> tuple[int | None, Outcome]:
    """Fuzzes; returns the executions until something was found, or None.

    The input that shows the finding is written to `keep`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            pathlib.Path(program).absolute(),
            f"-seed={seed}",
            f"-runs={executions}",
            f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
            "-detect_leaks=0",
            "-timeout=10",
            *flags,
        ]
        if keep:
            command.append(f"-exact_artifact_path={keep}")
        options = "malloc_context_size=0:quarantine_size_mb=4"
        outcome = run(
            command,
            libraries,
            profile,
            options,
            environment,
            SECONDS + executions / SLOWEST,
        )
    match = _EXECUTIONS.search(outcome.output)
    if outcome.status in (0, None) or not match:
        return None, outcome
    return int(match[1]), outcome
