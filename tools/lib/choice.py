"""Selects planted bugs by the regular expression that a user gives."""

from __future__ import annotations

import pathlib
import re

from tools.lib import bug
from tools.lib.problem import Problem


def chosen_bugs(root: pathlib.Path, pattern: str) -> list[bug.Bug]:
    """Returns the bugs of the checkout `root` whose folder/name matches
    `pattern`, sorted by name. Raises Problem."""
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise Problem(f"'{pattern}': {error}; try --help") from error
    paths = [
        path
        for path in bug.all_paths(root)
        if wanted.search(f"{path.parent.name}/{path.stem}")
    ]
    if not paths:
        raise Problem(f"'{pattern}' matches no bug; ls tests/bugs/*")
    try:
        return [bug.read(path) for path in paths]
    except bug.Malformed as error:
        raise Problem(f"{error}; see CONTRIBUTING.md") from error
