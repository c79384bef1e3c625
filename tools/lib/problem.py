"""How a tool ends: a problem is one line and exit status 2."""

import sys
from collections.abc import Callable

INTERRUPTED = 130


class Problem(Exception):
    """Bad input, or a machine on which the tool cannot work.

    The text says what is wrong and what the user can do about it."""


def exit_status(
    tool: str, main: Callable[[], int], interrupted: str = "interrupted"
) -> int:
    """Runs main() and returns the exit status of the tool.

    A Problem becomes one line, `tool: what is wrong; what to do`, and status 2.
    Ctrl-C becomes the line `tool: interrupted` and status 130; `interrupted`
    may say more about what is left."""
    try:
        return main()
    except Problem as problem:
        print(f"{tool}: {problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{tool}: {interrupted}", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        # Usually a full disk, which can appear at any place.
        print(
            f"{tool}: {error.filename}: {error.strerror}; check disk and "
            "permissions",
            file=sys.stderr,
        )
    return 2
