"""Makes a planted bug from the uncommitted changes of the code."""

from __future__ import annotations

import pathlib
import re
import subprocess

from tools.commands.planted.replant import write
from tools.lib import bug, edits, record
from tools.lib.problem import Problem

# The header of a new bug, for the author to fill in. The test of the bug reports
# a wrong header.
_HEADER = """\
FUNCTION does something wrong. (One sentence.)

Breaks: RULE-1
Fuzz: sequence_fuzz 1000

"""


def record_bug(root: pathlib.Path, name: str) -> None:
    """Writes tests/bugs/<name>.bug with the edits that turn the last commit into
    the current code. Raises Problem."""
    if not re.fullmatch(r"[\w.+]+/\w+", name):
        raise Problem(
            f"--record={name} is not FOLDER/NAME, as in capsule/new_bug"
        )
    path = root / "tests/bugs" / f"{name}{bug.SUFFIX}"
    if path.exists():
        raise Problem(f"{path} exists; choose another name")
    found = []
    changed = _git(root, "diff", "--name-only", "HEAD", "--", "*.c", "*.h").split()
    for file in changed:
        found += record.edits_between(
            file,
            _git(root, "show", f"HEAD:{file}"),
            bug.read_code(root / file),
        )
    if not found:
        raise Problem(
            "no file of code differs from the last commit; change the code so "
            "that it has the bug, then run this again"
        )
    path.parent.mkdir(exist_ok=True)
    write(path, _HEADER + edits.written(found))
    print(edits.written(found), end="")
    print(
        f"{path.relative_to(root)} written; write its header, undo the change "
        f"(git restore {' '.join(changed)}), then: bazel test "
        f"//tests/bugs:{path.stem}"
    )


def _git(root: pathlib.Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise Problem(f"git: {done.stderr.strip()}; --record needs the last commit")
    return done.stdout
