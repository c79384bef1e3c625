"""Runs the program that walks over all small programs, and minimizes the first
program that differs."""

from __future__ import annotations

import hashlib
import pathlib
import re
import subprocess
import tempfile
import time
from collections.abc import Callable

from tools.commands.exhaust.progress import Finding, Progress, read
from tools.commands.fuzz import findings
from tools.commands.fuzz.log import Log
from tools.commands.fuzz.options import Tools
from tools.lib.child import end_with_parent
from tools.lib.problem import Problem

_TICK = 0.2  # seconds between two looks at the process

# The library of CPython, which a binary may be linked with.
_PYTHON = re.compile(r"=> (\S*libpython\S*) ")


def digest_of(binary: pathlib.Path) -> str:
    """Returns a digest of the binary and of the library of CPython, if the binary
    is linked with one."""
    digest = hashlib.sha256(binary.read_bytes())
    linked = subprocess.run(
        ["ldd", binary], stdout=subprocess.PIPE, text=True, check=False
    ).stdout
    for path in _PYTHON.findall(linked):
        digest.update(pathlib.Path(path).read_bytes())
    return digest.hexdigest()[:16]


def walk(
    command: list[object],
    state: pathlib.Path,
    log: Log,
    look: Callable[[Progress], None],
) -> int:
    """Runs the command to its end; calls look() now and then with the progress.
    Returns the exit status: 0, or 1 for a difference. Raises a Problem if the
    command says that its input is bad."""
    with tempfile.TemporaryFile("w+", errors="backslashreplace") as errors:
        with subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=end_with_parent,
        ) as process:
            while process.poll() is None:
                time.sleep(_TICK)
                progress = read(state)
                if progress:
                    look(progress)
        errors.seek(0)
        output = errors.read()
    for line in output.splitlines():
        log.feed(line)
    if process.returncode == 2:
        raise Problem(output.strip().removeprefix("exhaust: "))
    if process.returncode not in (0, 1):
        raise Problem(
            f"the run ended with status {process.returncode}: {log.report()}"
        )
    return process.returncode


def examine(
    program: pathlib.Path,
    minimize: pathlib.Path,
    repro: pathlib.Path,
    log: Log,
) -> Finding:
    """Minimizes the program that differs, and reports the result. `log` is the
    output of the run that found it."""
    tools = Tools(program, program, program, repro, minimize)
    found = findings.examine(program, tools, log)
    return Finding(found.name, found.smaller or program, found.c_file, found.report)
