"""Runs one libFuzzer process: its folders, its command, its output."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Sequence

from tools.commands.fuzz.corpus import make_folder
from tools.commands.fuzz.log import Log
from tools.commands.fuzz.options import Options, Tools
from tools.lib.child import end_with_parent
from tools.lib.problem import Problem
from tools.lib.status import Status


# The exit statuses with which libFuzzer reports a finding.
FINDINGS = {
    1: "a sanitizer's report",
    70: "a time limit",
    71: "out of memory",
    77: "a crash or a leak",
}
INTERRUPTED = 72

# A line of -help=1.
_LISTED_FLAG = re.compile(r"^ (\w+)\s+\S+\t", re.MULTILINE)

# Seconds that one input may take.
_TIME_LIMIT = 10

# Flags that a user must not pass: tools/fuzz sets them itself, or they switch
# libFuzzer to another mode. Each with the replacement to use.
_OWN_FLAGS = {
    "artifact_prefix": "files go to out/",
    "exact_artifact_path": "files go to out/",
    "fork": "use --jobs",
    "jobs": "use --jobs",
    "workers": "use --jobs",
    "merge": "use bazel run //fuzz:<target>_merge",
    "set_cover_merge": "use bazel run //fuzz:<target>_merge",
    "minimize_crash": "use bazel run //fuzz:<target>_minimize",
    "cleanse_crash": "use bazel run //fuzz:<target>_minimize",
}


def check_flags(flags: Sequence[str]) -> None:
    """Raises a Problem for a flag that libFuzzer would ignore or misread."""
    for flag in flags:
        name = flag.lstrip("-").partition("=")[0]
        if flag.startswith("--"):
            raise Problem(
                f"'{flag}': libFuzzer ignores flags with two dashes; "
                f"write '{flag[1:]}'"
            )
        if not flag.startswith("-") or "=" not in flag:
            raise Problem(
                f"'{flag}' is not a flag of libFuzzer; write -name=value"
            )
        if name in _OWN_FLAGS:
            raise Problem(f"'{flag}' is not allowed here; {_OWN_FLAGS[name]}")


def check_known(flags: Sequence[str], tools: Tools) -> None:
    """Raises a Problem for an unknown flag, for which libFuzzer itself prints
    only a warning."""
    binary = tools.binary
    listed = subprocess.run(
        [str(binary), "-help=1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    ).stderr
    known = set(_LISTED_FLAG.findall(listed))
    for flag in flags:
        name = flag[1:].partition("=")[0]
        if name not in known:
            raise Problem(
                f"libFuzzer has no flag '-{name}'; its flags are listed by "
                f"{shlex.join([str(binary), '-help=1'])}"
            )


def environment_of(profile: str) -> dict[str, str]:
    """Returns the environment of a program that follows the profile; an empty
    name leaves the choice to the program."""
    environment = dict(os.environ)
    if profile:
        environment["CAPSULE_PROFILE"] = profile
    return environment


def with_profile(profile: str, command: str) -> str:
    """Returns the shell command that runs `command` with the profile."""
    return f"CAPSULE_PROFILE={profile} {command}" if profile else command


class Engine:
    """One process of a target with libFuzzer. A thread reads its output."""

    def __init__(
        self,
        binary: pathlib.Path,
        folder: pathlib.Path,
        inputs: Sequence[pathlib.Path],
        flags: Sequence[str],
        profile: str = "",
    ) -> None:
        self.profile = profile
        self.units = make_folder(folder / "corpus")
        self.artifacts = make_folder(folder / "artifacts")
        self.status = Status(folder / "status")
        self.log = Log()
        self.command = [
            str(binary),
            f"-artifact_prefix={self.artifacts}/",
            "-print_final_stats=1",
            f"-timeout={_TIME_LIMIT}",
            *flags,
            str(self.units),
            *map(str, inputs),
        ]
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def __str__(self) -> str:
        return with_profile(self.profile, shlex.join(self.command))

    def start(self) -> None:
        environment = environment_of(self.profile)
        environment["CAPSULE_STATUS_FILE"] = str(self.status.path)
        self._process = subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            preexec_fn=end_with_parent,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process and self._process.stderr
        for line in self._process.stderr:
            self.log.feed(line)

    def look(self) -> None:
        """Reads the current numbers."""
        self.status.read()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def interrupt(self) -> None:
        if self._process and self.is_running():
            self._process.send_signal(signal.SIGINT)

    def has_failed(self) -> bool:
        """True if the process has ended with a finding or an error."""
        if self._process is None or self.is_running():
            return False
        return self._process.returncode not in (0, INTERRUPTED)

    def wait(self) -> int:
        """Waits until the process has ended and its last line is read; returns
        the exit status."""
        assert self._process and self._reader
        status = self._process.wait()
        self._reader.join(timeout=10)
        self.status.read()
        return status

    def executions(self) -> int:
        return max(self.status.programs, self.log.executions)


def instances(
    tools: Tools,
    folder: pathlib.Path,
    inputs: Sequence[pathlib.Path],
    seed: int,
    options: Options,
) -> list[Engine]:
    """Makes the engines of a run and does not start them. The parameters are
    those of afl.instances()."""
    common = []
    if options.seconds:
        common.append(f"-max_total_time={options.seconds}")
    if tools.dictionary.stat().st_size:
        common.append(f"-dict={tools.dictionary}")
    return [
        Engine(
            tools.binary,
            make_folder(folder / f"job-{number}"),
            inputs,
            [f"-seed={seed + number}", *common, *options.flags],
            options.profiles[number % len(options.profiles)],
        )
        for number in range(options.jobs)
    ]
