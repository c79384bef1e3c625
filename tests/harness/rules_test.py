"""Each rule is exercised by a fuzz target or has a reason why not."""

import io
import os
import pathlib
import re

import pytest
import rich.console

from tools.commands.fuzz import rules
from tools.lib.problem import Problem

ROOT = pathlib.Path()
TABLE = rules.rows(
    ROOT,
    {
        pathlib.Path(path).name.removesuffix("_bin"): path
        for path in os.environ["FUZZ_BINARIES"].split()
    },
)


def test_each_rule_has_a_target_or_a_reason():
    lost = [row.id for row in TABLE if not row.targets and not row.reason]
    assert not lost, (
        f"no target can exercise {lost}; give one the calls that they need, in "
        "the table of fuzz/executor/rules.c too, or say why not in "
        "fuzz/unfuzzed.txt"
    )


def test_no_rule_that_a_target_exercises_has_a_reason_why_not():
    done = [row.id for row in TABLE if row.targets and row.reason]
    assert not done, f"targets exercise {done}; remove them from fuzz/unfuzzed.txt"


def test_each_reason_is_about_a_rule():
    unknown = set(rules.reasons(ROOT)) - {row.id for row in TABLE}
    assert not unknown, f"fuzz/unfuzzed.txt: no rules: {unknown}"


def test_advice_gives_its_reason_itself():
    advice = {rule.id for rule in rules.contract(ROOT) if rule.advice}
    twice = advice & set(rules.reasons(ROOT))
    assert not twice, f"remove from fuzz/unfuzzed.txt: {twice}"


def test_the_contract_is_read_whole():
    text = (ROOT / "capsule/contract.def").read_text()
    assert len(TABLE) == len(re.findall(r"^RULE\(", text, re.MULTILINE)) > 100


def test_programs_name_rules_that_exist():
    folders = {path.name for path in ROOT.glob("corpus/*")} - {"misuse"}
    named = rules.programs(ROOT, folders)
    assert sum(named.values()) > 100
    unknown = set(named) - {row.id for row in TABLE}
    assert not unknown, f"titles of programs in corpus/ begin with {unknown}"


def test_tests_are_counted():
    count = {row.id: row.tests for row in TABLE}
    assert count["GETP-3"] >= 2 and count["GETP-5"] >= 1 and count["USE-1"] == 0


def printed(**options):
    out = io.StringIO()
    console = rich.console.Console(file=out, width=100, **options)
    rules.show(TABLE, console)
    return out.getvalue()


def test_plain_lines_have_five_columns():
    lines = [line.split("\t") for line in printed().splitlines()]
    assert lines[0] == rules.HEADINGS
    assert {len(line) for line in lines} == {5}
    assert [line[0] for line in lines[1:]] == [row.id for row in TABLE]
    fields = {line[0]: line for line in lines}
    assert "sequence" in fields["DTOR-6"][2].split()
    assert fields["TYPE-8"][2] == "" and fields["TYPE-8"][4]


def test_a_terminal_gets_a_table_and_the_sum():
    text = printed(force_terminal=True, color_system=None)
    assert f"{len(TABLE)} rules: " in text and "GETP-3" in text


@pytest.mark.parametrize("line", ["TYPE-5 without a colon", "A-1 A-1: twice"])
def test_a_malformed_reason_is_one_line(tmp_path, line):
    (tmp_path / "fuzz").mkdir()
    (tmp_path / "fuzz/unfuzzed.txt").write_text(f"# a comment\n{line}\n")
    with pytest.raises(Problem, match=r"unfuzzed.txt:2: .*; correct the line$"):
        rules.reasons(tmp_path)


def test_a_target_that_does_not_start_is_a_problem(tmp_path):
    target = tmp_path / "target"
    target.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    target.chmod(0o755)
    with pytest.raises(Problem, match="does not start.*\nbroken"):
        rules.reachable(target)
