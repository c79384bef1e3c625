"""Every rule that the executor counts as exercised is named by a comparison."""

import pathlib
import re

from tools.lib import contract as contracts

EXECUTOR = pathlib.Path("fuzz/executor")
MODEL = pathlib.Path("fuzz/model")

RULE = re.compile(r"\bRULE_([A-Z0-9_]+)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A call of exercise(), which only counts. Its arguments may contain one level
# of parentheses.
COUNTED = re.compile(r"\bexercise\((?:[^()]|\([^()]*\))*\)")


def text_of(path: pathlib.Path) -> str:
    return COMMENT.sub(" ", path.read_text())


def reachable() -> set[str]:
    """Returns the rules that programs can exercise, according to the contract."""
    contract = contracts.read(pathlib.Path().absolute())
    return {rule.identifier for rule in contract.rules if not rule.no_program}


def named() -> set[str]:
    """Returns the rules that can reach violation(): ids that are not just counted.

    Rules of the model reach it through the model's predictions.
    """
    rules = set()
    for path in [*EXECUTOR.glob("*.[ch]"), *MODEL.glob("*.[ch]")]:
        if path.name != "rules.c":
            rules |= set(RULE.findall(COUNTED.sub(" ", text_of(path))))
    return rules


def counted() -> set[str]:
    rules = set()
    for path in EXECUTOR.glob("*.c"):
        for call in COUNTED.findall(text_of(path)):
            rules |= set(RULE.findall(call))
    return rules


def test_the_contract_was_found() -> None:
    assert len(reachable()) > 50


def test_each_reachable_rule_is_named_by_a_comparison() -> None:
    assert sorted(reachable() - named()) == []


def test_programs_can_exercise_each_counted_rule() -> None:
    assert sorted(counted() - reachable()) == []
