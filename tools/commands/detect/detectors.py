"""Runs the three detectors: rule tests, replay of a corpus, and fuzzing from an
empty corpus.

Each detector is a program that is linked with shared libraries. LD_LIBRARY_PATH
puts the libraries with a bug in place of the correct ones.
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


# Seconds after which a program counts as hanging: a bug may cause an endless loop.
SECONDS = 60

# Executions per second. A slower fuzz target counts as hanging.
SLOWEST = 200

_FAILED_TEST = re.compile(r"^\[ +FAILED +\] \w+\.(\w+)", re.MULTILINE)
_STARTED_TEST = re.compile(r"^\[ +RUN +\] \w+\.(\w+)", re.MULTILINE)
_FRAME = re.compile(r"\s+#\d+ 0x|INFO: ")
_EXECUTIONS = re.compile(r"^stat::number_of_executed_units: +(\d+)$", re.M)


class Outcome:
    def __init__(self, status: int | None, output: str) -> None:
        self.status = status  # None if the program did not end in time
        self.output = output
        self.findings = report.findings(output)

    def excerpt(self) -> str:
        """Returns the first lines of the output, without stack traces."""
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
    """Runs the command with the broken libraries in place of the correct ones.

    Ends the command as soon as until(output so far) is true."""
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        # Symbolizing takes most of the time of a failure, and nobody reads the stacks.
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
    """Returns (the output of the process, True if the process ended in time).

    Kills the process at the deadline, or as soon as until(output) is true."""
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
        # The program ended without a summary. Either the last test or the damage
        # that it caused has ended the program, so the last test has failed.
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
    """Minimizes an input. Returns (the smallest program with the same finding, as
    text, or "" if minimizing failed; the outcome)."""
    smallest = pathlib.Path(f"{path}.prog")
    outcome = run(
        [program, f"--output={smallest}", path], libraries, profile
    )
    return smallest.read_text() if outcome.status == 0 else "", outcome


# Lines that only allocate the program's own memory; they do not count as calls.
_OWN = re.compile(r"^\w+ = (payload|name|table)\(")


def calls(text: str) -> list[str]:
    """Returns the lines with calls of a program, which is given as text."""
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
    """Runs the files of all these folders. Stops at the first file with the
    expected finding, because each failure costs a process."""

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
    """Fuzzes. Returns (the executions until the first finding, or None if there
    was none; the outcome). Writes the input with the finding to `keep`."""
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
