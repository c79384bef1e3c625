"""Each rule is exercised by a fuzz target, or states why not."""

import io
import os
import pathlib
from typing import Any

import pytest
import rich.console

from tools.commands.fuzz import rules
from tools.lib import contract as contracts
from tools.lib.problem import Problem

ROOT = pathlib.Path().absolute()
CONTRACT = contracts.read(ROOT)
TABLE = rules.rows(
    ROOT,
    {
        pathlib.Path(path).name.removesuffix("_bin"): pathlib.Path(path)
        for path in os.environ["FUZZ_BINARIES"].split()
    },
)


def test_each_rule_has_a_target_or_a_reason() -> None:
    lost = [row.id for row in TABLE if not row.targets and not row.reason]
    assert not lost, (
        f"no target makes the calls that {lost} need; give one these calls, or "
        "write NO_PROGRAM and the reason into capsule/contract.def"
    )


def test_no_rule_that_a_target_exercises_has_a_reason_why_not() -> None:
    done = [row.id for row in TABLE if row.targets and row.reason]
    assert not done, (
        f"targets exercise {done}; write the calls that they need into "
        "capsule/contract.def, in place of NO_PROGRAM"
    )


def test_the_first_line_of_a_program_names_its_rule() -> None:
    wrong = {
        str(path): why
        for path in contracts.corpus_of(ROOT)
        if (why := CONTRACT.wrong_title(path, path.read_text()))
    }
    assert not wrong


def test_tests_are_counted() -> None:
    count = {row.id: row.tests for row in TABLE}
    assert count["GETP-3"] >= 2 and count["GETP-5"] >= 1 and count["USE-1"] == 0


def printed(**options: Any) -> str:
    out = io.StringIO()
    console = rich.console.Console(file=out, width=100, **options)
    rules.show(TABLE, console)
    return out.getvalue()


def test_plain_lines_have_five_columns() -> None:
    lines = [line.split("\t") for line in printed().splitlines()]
    assert lines[0] == rules.HEADINGS
    assert {len(line) for line in lines} == {5}
    assert [line[0] for line in lines[1:]] == [row.id for row in TABLE]
    fields = {line[0]: line for line in lines}
    assert "sequence" in fields["DTOR-6"][2].split()
    assert fields["TYPE-8"][2] == "" and fields["TYPE-8"][4]


def test_a_terminal_gets_a_table_and_the_sum() -> None:
    text = printed(force_terminal=True, color_system=None)
    assert f"{len(TABLE)} rules: " in text and "GETP-3" in text


def test_a_target_that_does_not_start_is_a_problem(
    tmp_path: pathlib.Path
) -> None:
    target = tmp_path / "target"
    target.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    target.chmod(0o755)
    with pytest.raises(Problem, match="does not start.*\nbroken"):
        rules.reachable(target)
