"""Says where and when a matrix is measured."""

import datetime
import pathlib
import platform
import subprocess

from tools.commands.conformance import build
from tools.commands.conformance.matrix import Origin


def here(root: pathlib.Path) -> Origin:
    """Returns the Origin of a measurement that begins now, with the commit of the
    repository at `root`."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return Origin(
        time=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        commit=_commit(root),
        machine=_machine(),
        compiler=_first_line([build.COMPILER, "--version"]),
    )


def _commit(root: pathlib.Path) -> str:
    """Returns the abbreviated commit; "+" follows if files were changed. Returns
    "unknown" without git, for instance in an archive of the sources."""
    git = ["git", "-C", str(root)]
    commit = _first_line([*git, "rev-parse", "--short=12", "HEAD"])
    if not commit:
        return "unknown"
    changed = _first_line([*git, "status", "--porcelain", "--untracked-files=no"])
    return f"{commit}+" if changed else commit


def _machine() -> str:
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    return f"{system}, {platform.machine()}"


def _first_line(command: list[str]) -> str:
    """Returns the first line that the command prints, or "" if it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return lines[0] if lines else ""
