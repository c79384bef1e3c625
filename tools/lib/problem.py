"""Ends a tool with one line and an exit status in place of a traceback."""

import sys
from collections.abc import Callable

INTERRUPTED = 130


class Problem(Exception):
    """The user can correct this error: bad input, or a missing program.

    The text says what is wrong and what the user can do about it."""


class NoSpace(Problem):
    """The disk is full."""


def exit_status(
    tool: str, main: Callable[[], int], interrupted: str = "interrupted"
) -> int:
    """Runs main() and returns the exit status of the tool.

    A Problem becomes one line, `tool: what is wrong; what to do`, and status 2.
    Ctrl-C becomes the line `tool: interrupted` and status 130. A tool passes
    another text in `interrupted` to say which results are kept."""
    try:
        return main()
    except Problem as problem:
        print(f"{tool}: {problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{tool}: {interrupted}", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        # Usually the disk is full. Any write can fail then, so the error is
        # handled here once for all tools.
        print(
            f"{tool}: {error.filename}: {error.strerror}; check disk and "
            "permissions",
            file=sys.stderr,
        )
    return 2
