"""Child processes that end with the tool that started them."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>


def end_with_parent() -> None:
    """Asks the kernel to send this process SIGTERM when its parent ends. Runs in
    the child, between fork() and exec(): give it to subprocess as preexec_fn."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
