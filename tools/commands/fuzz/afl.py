"""Runs AFL++ as an engine: one main instance, any number of secondary ones, and
a folder through which the instances exchange inputs.

An instance copies its inputs and findings to the folders that libFuzzer would
use, under the same names. The rest of tools/fuzz then treats all engines alike.
"""

import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Sequence

from tools.commands.fuzz import corpus
from tools.commands.fuzz.engine import INTERRUPTED
from tools.commands.fuzz.log import Log
from tools.commands.fuzz.options import Options, Tools
from tools.lib.child import end_with_parent
from tools.lib.problem import Problem
from tools.lib.status import Status


# The exit statuses of libFuzzer that an instance returns for its findings; see
# engine.FINDINGS. afl-fuzz ends with 1 for an error of its own, which would mean a
# finding there; an instance returns _ERROR.
_CRASH = 77
_HANG = 70
_ERROR = 2

# AFL++ reports an input that runs longer as a hang. Milliseconds; the same limit
# as for libFuzzer.
_TIME_LIMIT = 10_000

# Folders in the private folder of a run: what the instances start from, and where
# each instance has a folder of its own.
_INPUTS = "inputs"
_SHARED = "shared"

# The flags of afl-fuzz that a user may pass. Each takes a value.
_USER_FLAGS = {
    "-E": "executions after which an instance ends",
    "-p": "power schedule",
    "-t": "milliseconds that an input may take",
}

# A line of the file fuzzer_stats, in which AFL++ reports its progress.
_STATISTIC = re.compile(r"^(\w+) +: (\d+)", re.MULTILINE)

ENVIRONMENT = {
    "AFL_NO_UI": "1",
    "AFL_NO_AFFINITY": "1",
    "AFL_SKIP_CPUFREQ": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    # End the run at the first finding, as libFuzzer does.
    "AFL_BENCH_UNTIL_CRASH": "1",
    # Do not trim inputs: a program with fewer bytes is a different program.
    "AFL_DISABLE_TRIM": "1",
    # afl-fuzz requires abort_on_error and symbolize. Leak detection is off because
    # the executor itself reports leaked blocks.
    "ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0:"
    "malloc_context_size=0:quarantine_size_mb=4:"
    "detect_stack_use_after_return=0",
    "UBSAN_OPTIONS": "abort_on_error=1:symbolize=0",
}


def check_flags(flags: list[str]) -> None:
    """Raises a Problem for a flag that is missing from _USER_FLAGS or lacks its
    value."""
    known = ", ".join(f"{flag} N ({what})" for flag, what in _USER_FLAGS.items())
    words = iter(flags)
    for flag in words:
        if flag not in _USER_FLAGS:
            raise Problem(
                f"'{flag}' cannot be passed to afl-fuzz; use {known}"
            )
        if next(words, None) is None:
            raise Problem(f"'{flag}' needs a value; use {known}")


def check_known(flags: Sequence[str], tools: Tools) -> None:
    """Raises a Problem if AFL++ is not installed. check_flags() has already
    checked the flags."""
    del flags, tools
    if not shutil.which("afl-fuzz"):
        raise Problem("there is no afl-fuzz here; run tools/setup fuzz_afl")


def seeds(folders: Iterable[pathlib.Path], target: pathlib.Path) -> pathlib.Path:
    """Copies the inputs of all folders into `target`; returns `target`.

    afl-fuzz accepts exactly one folder with at least one input, and it cannot run
    the empty input. Therefore this skips empty inputs, and writes a line feed if
    nothing else is left."""
    corpus.make_folder(target)
    for folder in folders:
        for path in corpus.inputs(folder)[0]:
            data = path.read_bytes()
            if data:
                corpus.publish(path, target, corpus.digest(data))
    if not any(target.iterdir()):
        corpus.keep(b"\n", target)
    return target


def _findings(own: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    """Returns (libFuzzer's name for its kind, its file) for each finding in the
    folder of an instance."""
    return [
        (name, path)
        for name, folder in (("crash", "crashes"), ("timeout", "hangs"))
        for path in sorted((own / folder).glob("id:*"))
    ]


def _copy_results(
    own: pathlib.Path,
    units: pathlib.Path,
    artifacts: pathlib.Path,
    known: set[str],
) -> list[str]:
    """Copies the inputs in an instance's folder, except those whose digest is in
    `known`, to `units`, and its findings to `artifacts`. Returns libFuzzer's names
    for the kinds of the findings."""
    for path in sorted((own / "queue").glob("id:*")):
        data = path.read_bytes()
        if corpus.digest(data) not in known:
            corpus.keep(data, units)
    kinds = []
    for name, path in _findings(own):
        data = path.read_bytes()
        corpus.keep(data, artifacts, f"{name}-{corpus.digest(data)}")
        kinds.append(name)
    return kinds


def recover(folder: pathlib.Path) -> None:
    """Copies the results of a killed run to the folders that libFuzzer would have
    used. `folder` is the private folder of the run. Does nothing if libFuzzer was
    the engine."""
    inputs = folder / _INPUTS
    known = {path.name for path in inputs.iterdir()} if inputs.exists() else set()
    for number, own in enumerate(sorted((folder / _SHARED).glob("*"))):
        job = folder / f"job-{number}"
        _copy_results(
            own,
            corpus.make_folder(job / "corpus"),
            corpus.make_folder(job / "artifacts"),
            known,
        )


class Instance:
    """One afl-fuzz process, with the methods of options.Job."""

    def __init__(
        self,
        number: int,
        binary: pathlib.Path,
        mutator: pathlib.Path | None,
        shared: pathlib.Path,
        inputs: pathlib.Path,
        flags: list[str],
    ) -> None:
        name = "main" if number == 0 else f"secondary{number}"
        folder = corpus.make_folder(shared.parent / f"job-{number}")
        self.units = corpus.make_folder(folder / "corpus")
        self.artifacts = corpus.make_folder(folder / "artifacts")
        self.status = Status(folder / "status")
        self.log = Log()
        self.profile = ""
        self._own = shared / name
        self._inputs = {path.name for path in inputs.iterdir()}
        self._failed = 0  # exit status of a run that ended before afl-fuzz
        self._interrupted = False
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._environment = dict(ENVIRONMENT)
        self._environment["CAPSULE_STATUS_FILE"] = str(self.status.path)
        if mutator:
            self._environment["AFL_CUSTOM_MUTATOR_LIBRARY"] = str(mutator)
            self._environment["AFL_CUSTOM_MUTATOR_ONLY"] = "1"
        self.command = [
            "afl-fuzz",
            *("-M" if number == 0 else "-S", name),
            *("-i", str(inputs), "-o", str(shared), "-m", "none"),
            *("-t", str(_TIME_LIMIT), *flags, "--", str(binary)),
        ]

    def __str__(self) -> str:
        settings = [
            f"{name}={shlex.quote(value)}"
            for name, value in self._environment.items()
        ]
        return " ".join([*settings, shlex.join(self.command)])

    def start(self) -> None:
        self._process = subprocess.Popen(
            self.command,
            env={**os.environ, **self._environment},
            cwd=self.artifacts,  # where reports leave C files
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            preexec_fn=end_with_parent,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process and self._process.stdout
        for line in self._process.stdout:
            self.log.feed(line)

    def look(self) -> None:
        """Reads the current numbers."""
        self.status.read()
        try:
            text = (self._own / "fuzzer_stats").read_text(encoding="utf-8")
        except OSError:
            return  # not there yet
        numbers = {name: int(value) for name, value in _STATISTIC.findall(text)}
        self.log.executions = numbers.get("execs_done", 0)
        self.log.coverage = numbers.get("edges_found", 0)
        self.log.corpus = numbers.get("corpus_count", 0)

    def replay(self, libfuzzer: pathlib.Path, inputs: pathlib.Path) -> None:
        """Runs the inputs once with the target of libFuzzer. afl-fuzz leaves out
        an input on which the target fails, without a word; here the input is a
        finding, and the session starts no instance."""
        run = subprocess.run(
            [
                str(libfuzzer),
                "-runs=0",
                f"-artifact_prefix={self.artifacts}/",
                f"-timeout={_TIME_LIMIT // 1000}",
                str(inputs),
            ],
            cwd=self.artifacts,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            preexec_fn=end_with_parent,
            check=False,
        )
        self._failed = run.returncode
        if self._failed:
            for line in run.stderr.splitlines():
                self.log.feed(line)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def interrupt(self) -> None:
        if self._process and self.is_running():
            self._interrupted = True
            self._process.send_signal(signal.SIGINT)

    def has_failed(self) -> bool:
        """True if the process has ended with a finding or an error."""
        if self._process is None or self.is_running():
            return bool(self._failed)
        return self._process.returncode != 0 or bool(_findings(self._own))

    def wait(self) -> int:
        """Waits for the end; copies inputs and findings to libFuzzer's folders.
        Returns the exit status that libFuzzer would have had."""
        if self._process is None:
            return self._failed
        assert self._reader
        status = self._process.wait()
        self._reader.join(timeout=10)
        self.look()
        findings = _copy_results(
            self._own, self.units, self.artifacts, self._inputs
        )
        if findings:
            return _CRASH if findings[0] == "crash" else _HANG
        if self._interrupted:
            # afl-fuzz takes a target that it stops while it starts for a broken one.
            return INTERRUPTED
        return _ERROR if status else 0

    def executions(self) -> int:
        return max(self.status.programs, self.log.executions)


def instances(
    tools: Tools,
    folder: pathlib.Path,
    inputs: Iterable[pathlib.Path],
    seed: int,
    options: Options,
) -> list[Instance]:
    """Makes the instances of a run, the first as main instance. Does not start
    them.

    Args:
      tools: the built target, with the files for AFL++.
      folder: a private folder of the run.
      inputs: folders of inputs to start from.
      seed: the seed of the main instance; instance number n gets seed + n.
      options: the user's options.
    """
    assert tools.afl
    start = seeds(inputs, folder / _INPUTS)
    shared = corpus.make_folder(folder / _SHARED)
    common = list(options.flags)
    if options.seconds:
        common += ["-V", str(options.seconds)]
    if tools.dictionary.stat().st_size:
        common += ["-x", str(tools.dictionary)]
    made = [
        Instance(
            number,
            tools.afl,
            tools.mutator,
            shared,
            start,
            ["-s", str(seed + number), *common],
        )
        for number in range(options.jobs)
    ]
    made[0].replay(tools.binary, start)
    return made
