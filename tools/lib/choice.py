"""The planted bugs that somebody asks for."""

import pathlib
import re

from tools.lib import bug
from tools.lib.problem import Problem
from tools.lib.bug import Bug


def chosen_bugs(root: pathlib.Path, pattern: str) -> list[bug.Bug]:
    """The bugs below the folder `root` whose source/name matches, by name."""
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise Problem(f"--bugs={pattern}: {error}; try --help") from error
    paths = [
        path
        for path in sorted((root / "tests/bugs").glob("*/*.patch"))
        if wanted.search(f"{path.parent.name}/{path.stem}")
    ]
    if not paths:
        raise Problem(f"--bugs={pattern} matches no bug; ls tests/bugs/*")
    try:
        return [bug.read(path) for path in paths]
    except bug.Malformed as error:
        raise Problem(f"{error}; see tools/lib/bug.py") from error
