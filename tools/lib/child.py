"""Child processes that end with the tool that started them."""

import ctypes
import pathlib
import signal
import subprocess
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>

# Looked up before any fork(): the child of a process with several threads would wait
# forever for the loader's lock if another thread had it.
_prctl = ctypes.CDLL(None).prctl


def end_with_parent() -> None:
    """Asks the kernel to send this process SIGTERM when its parent ends, or the
    thread that started it. Runs in the child, between fork() and exec(): give it to
    subprocess as preexec_fn."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def run(
    command: Sequence[object],
    environment: Mapping[str, str],
    cwd: pathlib.Path | None = None,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a command without input and returns its status and both outputs. Raises
    subprocess.TimeoutExpired after `seconds`."""
    return subprocess.run(
        [str(word) for word in command],
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        preexec_fn=end_with_parent,
        check=False,
        timeout=seconds,
    )
