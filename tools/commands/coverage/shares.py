"""What llvm-cov exports, as shares per file."""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

# What a file is measured by, as llvm-cov names it.
METRICS = ("lines", "branches", "mcdc")


@dataclasses.dataclass(frozen=True)
class Share:
    covered: int
    count: int

    def __str__(self) -> str:
        # Rounded down: 100.0 means that nothing is missed.
        if self.count == 0:
            return "-"
        tenths = self.covered * 1000 // self.count
        return f"{tenths / 10:.1f}"

    @property
    def missed(self) -> int:
        return self.count - self.covered


# By the names of metrics, then of files, then of groups of tests.
Shares = dict[str, Share]
Files = dict[str, Shares]
Figures = dict[str, Files]


def shares(export: dict[str, Any], folders: Iterable[str]) -> Files:
    """Returns the shares of the files below the folders.

    `export` is the JSON of `llvm-cov export -summary-only`.
    """
    result: Files = {}
    for data in export["data"]:
        for entry in data["files"]:
            name = entry["filename"]
            if name.startswith(tuple(f"{folder}/" for folder in folders)):
                result[name] = {
                    metric: Share(
                        entry["summary"][metric]["covered"],
                        entry["summary"][metric]["count"],
                    )
                    for metric in METRICS
                }
    return dict(sorted(result.items()))


def total(files: Files) -> Shares:
    """Returns the shares of all these files together."""
    return {
        metric: Share(
            sum(file[metric].covered for file in files.values()),
            sum(file[metric].count for file in files.values()),
        )
        for metric in METRICS
    }


_LINE = re.compile(r"^ +(\d+)\| +(\S+)\|(.*)$")
_BRANCH = re.compile(r"^ +\|  Branch \((\d+):(\d+)\): (.*)$")


def missed(listing: str) -> list[str]:
    """Returns a line for each line and branch that nothing runs.

    `listing` is what `llvm-cov show -show-branches=count` prints."""
    result = []
    for text in listing.splitlines():
        line = _LINE.match(text)
        branch = _BRANCH.match(text)
        if line and line[2] == "0":
            result.append(f"line {line[1]}: {line[3].strip()}")
        elif branch:
            sides = re.findall(r"(True|False): (\S+?)[,\]]", branch[3])
            never = [side.lower() for side, count in sides if count == "0"]
            if never:
                result.append(
                    f"line {branch[1]}, column {branch[2]}: never "
                    + " and never ".join(never)
                )
    return result
