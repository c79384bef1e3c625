"""Tests of tools/coverage: how it reads the output of llvm-cov, and how it
rejects bad arguments."""

import pathlib
from typing import Any

import pytest

from tools.commands.coverage import __main__ as main
from tools.commands.coverage import shares
from tools.lib.problem import Problem

HERE = pathlib.Path(__file__).parent

def entry(name: str, covered: int) -> dict[str, Any]:
    metrics = {
        metric: {"covered": covered, "count": 1000} for metric in shares.METRICS
    }
    return {"filename": name, "summary": metrics}


EXPORT = {
    "data": [
        {
            "files": [
                entry("fuzz/model/b.c", 999),
                entry("fuzz/model/a.c", 1000),
                entry("fuzz/modelled/c.c", 5),
            ]
        }
    ]
}


def test_files_of_the_folders_in_order() -> None:
    files = shares.shares(EXPORT, ["fuzz/model"])
    assert list(files) == ["fuzz/model/a.c", "fuzz/model/b.c"]
    assert files["fuzz/model/b.c"]["lines"].missed == 1
    assert shares.total(files)["mcdc"] == shares.Share(1999, 2000)


@pytest.mark.parametrize(
    "covered, count, text",
    [(0, 0, "-"), (5, 5, "100.0"), (99999, 100000, "99.9"), (0, 3, "0.0")],
)
def test_a_share_is_never_rounded_up(
    covered: int, count: int, text: str
) -> None:
    assert str(shares.Share(covered, count)) == text


LISTING = """\
    1|      3|static int f(int a)
    2|      3|{
    3|      3|    if (a) {
  ------------------
  |  Branch (3:9): [True: 0, False: 3]
  ------------------
    4|      0|        return 1;
    5|      0|    }
    6|       |
    7|  1.20k|    return a > 1 && a < 3;
  ------------------
  |  Branch (7:12): [True: 0, False: 0]
  |  Branch (7:21): [True: 10, False: 1.20k]
  ------------------
"""


def test_missed_lines_and_branches() -> None:
    assert shares.missed(LISTING) == [
        "line 3, column 9: never true",
        "line 4: return 1;",
        "line 5: }",
        "line 7, column 12: never true and never false",
    ]


def test_bad_arguments_are_named() -> None:
    with pytest.raises(Problem, match="'README.md' is in none of"):
        main.parse(["--missed", "README.md"])
    with pytest.raises(Problem, match="--all"):
        main.parse(["--all"])
