"""tools/check --model: the contract's model follows what the interpreter did."""

import dataclasses
import json
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any

from tools.commands.check import build
from tools.commands.check.findings import ERROR, Finding
from tools.commands.check.places import Place
from tools.lib.problem import Problem


@dataclasses.dataclass
class Followed:
    """The deviations that the model finds in all processes, and its counts."""

    findings: list[Finding] = dataclasses.field(default_factory=list)
    calls: int = 0  # calls that the model predicted
    first_seen: int = 0  # capsules that were made unseen
    unpermitted: int = 0  # calls that the contract does not permit the caller
    lost: int = 0  # calls that did not fit into the trace
    rules: dict[str, int] = dataclasses.field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Yields lines for people."""
        yield (
            f"{self.calls} calls predicted, {len(self.rules)} rules, "
            f"{len(self.findings)} deviations"
        )
        if self.first_seen:
            yield f"{self.first_seen} capsules were there before their first call"
        if self.unpermitted:
            yield (
                f"not followed: {self.unpermitted} calls that the contract does not "
                "permit, or whose name cannot be read"
            )
        if self.lost:
            yield f"not followed: {self.lost} calls behind the end of the trace"


def _finding(row: dict[str, Any], pid: int) -> Finding:
    return Finding(
        level=ERROR,
        rule=row["rule"],
        text=row["text"],
        function=row["function"],
        sentence=f"the interpreter deviates from the contract in {row['call']}: "
        f"expected {row['expected']}, got {row['got']}",
        times=row["times"],
        capsule=None,
        made=None,
        made_python="",
        at=Place(row["object"], 0, "", 0) if row["object"] else None,
        origin="",
        origin_at=None,
        c_frames=[],
        python=[],
        tests=[],
        pids=[pid],
    )


def _take(followed: Followed, row: dict[str, Any], pid: int) -> None:
    """Adds a line of the program `follow`."""
    if "rule" in row:
        followed.findings.append(_finding(row, pid))
        return
    for name in ("calls", "first_seen", "unpermitted", "lost"):
        setattr(followed, name, getattr(followed, name) + row.get(name, 0))
    for rule, times in row.get("rules", {}).items():
        followed.rules[rule] = followed.rules.get(rule, 0) + times


def follow(folder: pathlib.Path, follower: pathlib.Path) -> Followed:
    """Returns what the model says about the traces in the folder."""
    followed = Followed()
    for path in sorted(folder.iterdir()):
        run = subprocess.run(
            [follower, path],
            env=build.without_preload(),
            capture_output=True,
            text=True,
        )
        if run.returncode:
            raise Problem(f"{run.stderr.strip()}; this is a defect of tools/check")
        for line in run.stdout.splitlines():
            _take(followed, json.loads(line), int(path.name.split(".")[0]))
    return followed
