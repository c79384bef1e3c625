"""Tests of the matrix with some planted bugs: for each bug, the rule of its header
fails, and few other rules do. tools/planted tests all bugs."""

import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tools.commands.planted import __main__ as planted
from tools.commands.planted.broken import Reference
from tools.lib import bug
from tools.lib import contract as contracts
from tools.lib.problem import Problem


# {bug: the most rules that may fail}. Wrong results, crashes in a function and in
# destruction, leaks, uninitialised memory, and bugs in functions that nearly every
# test calls.
BUGS = {
    "names_ignore_case": 5,
    "new_message": 4,
    "new_without_memory_crashes": 6,
    "is_valid_crashes_on_null": 4,
    "dealloc_frees_nothing": 9,
    "new_leaks_reference": 6,
    "new_context_uninitialised": 7,
    "new_forgets_destructor": 8,
}


# A bug in two functions: one aborts, and the other returns a wrong result.
TWO_FAULTS = """\
PyCapsule_GetContext aborts, and names are compared without regard to case.

Breaks: GETC-1, GETP-3
Fuzz: none, only the matrix sees this one

@ capsule/reference/capsule.c PyCapsule_GetContext
- !IS_LEGAL(op, "PyCapsule_GetContext")
+ (abort(), !IS_LEGAL(op, "PyCapsule_GetContext"))

@ capsule/reference/capsule.c before PyCapsule
+ #include <strings.h>

@ capsule/reference/capsule.c names_match
- strcmp(a, b) == 0
+ strcasecmp(a, b) == 0
"""


# A case that never ends, in the process that a worker forks for it.
ENDLESS = """\
PyCapsule_GetContext never returns.

Breaks: GETC-1
Fuzz: none, only the matrix sees this one

@ capsule/reference/capsule.c PyCapsule_GetContext
- !IS_LEGAL(op, "PyCapsule_GetContext")
+ ({ for (;;) { } 0; })
"""

SHOW = """\
import pathlib, sys
from tools.commands.planted import __main__ as planted
from tools.commands.planted.broken import Reference
from tools.lib import bug, contract

folder = pathlib.Path(sys.argv[1])
endless = bug.read(folder / "endless.bug")
library = Reference(planted.ROOT, folder).broken(endless)
planted.Matrices(contract.read(planted.ROOT), 10).show(endless, library)
"""


@pytest.fixture(name="folder", scope="module")
def fixture_folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Returns the folder into which all tests compile."""
    return tmp_path_factory.mktemp("planted")


@pytest.fixture(name="shown", scope="module")
def fixture_shown(folder: pathlib.Path) -> dict[str, str]:
    """Runs tools/planted on BUGS. Returns {bug: the line that is printed}."""
    lines = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda text, **_: lines.append(text))
        status = planted.main(
            [
                f"--output={folder}",
                f"--bugs=/({'|'.join(BUGS)})$",
                "--programs=10",
                "--jobs=2",
            ]
        )
    assert status == 0, lines
    assert lines.pop().startswith(f"{len(BUGS)} bugs; ")
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.parametrize("name", BUGS)
def test_the_rule_of_a_bug_fails_and_few_others_do(
    name: str, shown: dict[str, str]
) -> None:
    own, _, rest = shown[name].partition("; ")
    others = rest.partition(";")[0].removeprefix("others: ").split()
    others = others if rest.startswith("others") else []
    assert own != "not shown"
    assert len(own.split()) + len(others) <= BUGS[name], shown[name]


def test_the_reference_runs_all_programs(folder: pathlib.Path) -> None:
    contract = contracts.read(planted.ROOT)
    matrices = planted.Matrices(contract, 10)
    column = matrices.column(Reference(planted.ROOT, folder).whole)
    assert column.programs == column.planned > 100, column.remarks


def test_neither_of_two_faults_hides_the_other(folder: pathlib.Path) -> None:
    path = folder / "two_faults.bug"
    path.write_text(TWO_FAULTS)
    two = bug.read(path)
    contract = contracts.read(planted.ROOT)
    matrices = planted.Matrices(contract, 10)
    shown = matrices.show(two, Reference(planted.ROOT, folder).broken(two))
    assert shown.own == ["GETP-3", "GETC-1"], planted.line(two, shown)


def test_each_of_ten_defects_is_shown_under_its_own_rule(folder: pathlib.Path) -> None:
    ten = bug.read(planted.ROOT / "tools/commands/planted/ten_defects.bug")
    assert len(ten.breaks) == 10
    contract = contracts.read(planted.ROOT)
    matrices = planted.Matrices(contract, 10)
    shown = matrices.show(ten, Reference(planted.ROOT, folder).broken(ten))
    assert sorted(shown.own) == sorted(ten.breaks), planted.line(ten, shown)
    assert not shown.others, planted.line(ten, shown)


def _workers(folder: pathlib.Path) -> dict[int, float]:
    """Returns {process: seconds of processor time} of the workers in the folder."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if folder in (process / "exe").readlink().parents:
                text = (process / "stat").read_text().rpartition(")")[2]
                ticks = int(text.split()[11])
                found[int(process.name)] = ticks / os.sysconf("SC_CLK_TCK")
        except OSError:  # it has ended, or is no program
            pass
    return found


def _comes_true(what: Callable[[], bool]) -> bool:
    """Waits until `what` is true, for at most five minutes. Returns what it is."""
    end = time.monotonic() + 300
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def test_a_case_that_never_ends_ends_with_the_tool(folder: pathlib.Path) -> None:
    (folder / "endless.bug").write_text(ENDLESS)
    with subprocess.Popen(
        [sys.executable, "-B", "-c", SHOW, folder], cwd=planted.ROOT
    ) as tool:
        looping = _comes_true(lambda: max(_workers(folder).values(), default=0) > 1)
        tool.kill()
    assert looping
    assert _comes_true(lambda: not _workers(folder)), _workers(folder)


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--bugs=(", "unterminated"),
        ("--bugs=nosuchbug", "matches no bug"),
        ("--programs=-1", "not a whole number"),
        ("--nosuch", "--nosuch"),
    ],
)
def test_bad_arguments(argument: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        planted.main([argument])
