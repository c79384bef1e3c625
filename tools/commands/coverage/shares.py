"""Reads the output of llvm-cov: the covered share of each file, and the lines and
branches that no test runs."""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

# The metrics of a file, under llvm-cov's names.
METRICS = ("lines", "branches", "mcdc")


@dataclasses.dataclass(frozen=True)
class Share:
    covered: int
    count: int

    def __str__(self) -> str:
        # Rounded down, so that 100.0 means complete coverage.
        if self.count == 0:
            return "-"
        tenths = self.covered * 1000 // self.count
        return f"{tenths / 10:.1f}"

    @property
    def missed(self) -> int:
        return self.count - self.covered


# Shares: {metric: share}. Files: {file: shares}. Figures: {group of tests: files}.
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
    """Returns the shares of all files in `files` together."""
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
    """Returns one line of text for each line and branch that no test runs.

    `listing` is the output of `llvm-cov show -show-branches=count`."""
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
