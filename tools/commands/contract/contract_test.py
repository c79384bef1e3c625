"""Tests of tools/lib/contract.py, which reads the contract, and of the page
docs/contract.md."""

import json
import pathlib
import re

import pytest

from tools.commands.contract import __main__ as command
from tools.commands.contract.page import PAGE, page
from tools.lib import contract as contracts
from tools.lib.contract import Contract, Rule
from tools.lib.problem import Problem

ROOT = pathlib.Path().absolute()
CONTRACT = contracts.read(ROOT)


def rule(identity: str) -> Rule:
    name = identity.replace("-", "_")
    return Rule(identity, name, "", "PyCapsule_New", "documented", "t", "s")


def id_of(found: Rule | None) -> str:
    assert found
    return found.id


def test_every_row_of_the_table_is_read() -> None:
    text = (ROOT / "capsule/contract.def").read_text()
    ids = re.findall(r'^RULE\(\w+, "(\S+)"', text, re.MULTILINE)
    assert [rule.id for rule in CONTRACT.rules] == ids
    assert len(ids) > 130
    assert CONTRACT["IMP-1"].needs == ("IMPORT", "PUBLISH")
    assert CONTRACT["IMP-1"].section == "PyCapsule_Import"
    assert CONTRACT["TYPE-8"].rests_on == ()
    assert CONTRACT["GETP-4"].rests_on == ("NEW-1", "GETP-1", "NEW-4")
    assert CONTRACT["TYPE-8"].no_program and not CONTRACT["TYPE-2"].no_program


def test_profiles_have_the_facts_that_are_true_of_them() -> None:
    facts = {fact.name: fact for fact in CONTRACT.facts}
    assert facts["as_void_ptr_warns"].rules == ("W27-3",)
    by_name = {profile.name: profile.facts for profile in CONTRACT.profiles}
    assert by_name["cpython-3.14"] == ("observed_rules",)
    assert "has_cobject" in by_name["cpython-2.7"]


def test_every_needed_call_exists() -> None:
    text = (ROOT / "fuzz/program/calls.def").read_text()
    calls = set(re.findall(r"^CALL\((\w+)", text, re.MULTILINE))
    assert {call for rule in CONTRACT.rules for call in rule.needs} < calls


def test_a_rule_rests_on_other_rules_that_have_tests() -> None:
    for rule in CONTRACT.rules:
        assert rule.id not in rule.rests_on
        assert len(set(rule.rests_on)) == len(rule.rests_on), rule.id
        for other in rule.rests_on:
            assert CONTRACT[other].level != "advice", f"{rule.id} on {other}"
        assert not (rule.level == "advice" and rule.rests_on), rule.id


def test_a_test_is_about_the_rule_with_the_longest_name() -> None:
    contract = Contract([rule("GETP-1"), rule("GETP-10"), rule("GET-ALL-1")])
    assert id_of(contract.rule_of_test("T.GETP_10_Finds")) == "GETP-10"
    assert id_of(contract.rule_of_test("T.GETP_1_Finds/3")) == "GETP-1"
    assert id_of(contract.rule_of_test("GET_ALL_1_Fails")) == "GET-ALL-1"
    assert contract.rule_of_test("T.Other") is None
    assert contract.rule_of_test("T.GETP_1Finds") is None


@pytest.mark.parametrize(
    "name, title, wrong",
    [
        ("GETP-1_finds.prog", "# GETP-1: finds", ""),
        ("finds.prog", "# GETP-1: finds", ""),
        ("finds.prog", "# Bug: the executor found nothing", ""),
        ("finds.prog", "# finds", "begins with neither"),
        ("finds.prog", "# GETP-1:", "begins with neither"),
        ("finds.prog", "# GETP-9: finds", "names GETP-9, which is not a rule"),
        ("GETP-10_finds.prog", "# GETP-1: finds", "begins with GETP-10"),
        ("GETP-1_finds.prog", "# Bug: finds", "begins with GETP-1"),
    ],
)
def test_the_first_line_of_a_program(name: str, title: str, wrong: str) -> None:
    contract = Contract([rule("GETP-1"), rule("GETP-10")])
    said = contract.wrong_title(pathlib.Path(name), title)
    assert wrong in said and bool(wrong) == bool(said)
    found = contract.rule_of_program(title)
    if not wrong and "Bug" not in title:
        assert id_of(found) == "GETP-1"


def test_only_programs_that_keep_the_contract_are_its_corpus(
    tmp_path: pathlib.Path
) -> None:
    for folder in ("misuse/seed", "program/seed", "sequence/seed"):
        path = tmp_path / "corpus" / folder / "x.prog"
        path.parent.mkdir(parents=True)
        path.touch()
    found = contracts.corpus_of(tmp_path)
    assert [path.parts[-3] for path in found] == ["sequence"]


def test_a_table_that_does_not_compile_gives_one_line(
    tmp_path: pathlib.Path
) -> None:
    (tmp_path / "capsule").mkdir()
    for name in ("contract.c", "contract_json.c", "profile.c"):
        (tmp_path / "capsule" / name).write_text("oops\n")
    with pytest.raises(Problem, match="does not compile; correct it: .*error"):
        contracts.read(tmp_path)


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text() == page(ROOT, CONTRACT), (
        f"{PAGE} is not what the contract says; run tools/contract --write"
    )


def test_every_source_is_listed() -> None:
    text = (ROOT / "docs/sources.md").read_text()
    known = tuple(re.findall(r"\*\*([^*]+)\*\*", text))
    assert len(known) > 8
    for rule in CONTRACT.rules:
        for source in rule.source.split("; "):
            assert source.startswith(known), (
                f"{rule.id} cites `{source}`, which docs/sources.md lacks"
            )


def test_the_json_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["rules"]) > 130


@pytest.mark.parametrize("arguments", [["--nosuch"], ["--json", "--write"], ["x"]])
def test_bad_arguments(arguments: list[str]) -> None:
    with pytest.raises(Problem, match="try --help"):
        command.main(arguments)
