"""What ends a tool with one line and exit status 2."""

import sys


class Problem(Exception):
    """Bad input, or a machine that does not let the tool work."""


def exit_status(tool, main):
    """Runs main(); a Problem becomes one line `tool: what; what to do`."""
    try:
        return main()
    except Problem as problem:
        print(f"{tool}: {problem}", file=sys.stderr)
    except OSError as error:
        # A full disk, for the most part: nobody can foresee where.
        print(
            f"{tool}: {error.filename}: {error.strerror}; check disk and "
            "permissions",
            file=sys.stderr,
        )
    return 2
