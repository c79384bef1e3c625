"""Tests of the planted bugs as a whole: which rules they break, and how."""

import os
import pathlib
import re

import pytest

from tools.commands.detect import detectors
from tools.lib import bug
from tools.lib import contract as contracts

ROOT = pathlib.Path()
CONTRACT = contracts.read(ROOT.absolute())
BUGS = [bug.read(path) for path in bug.all_paths(ROOT)]
BROKEN = {rule for planted in BUGS for rule in planted.breaks}
SANITIZER = re.compile(r"\w+Sanitizer: ")


def test_each_rule_that_can_be_tested_has_a_bug() -> None:
    lost = [
        rule.id
        for rule in CONTRACT.rules
        if rule.level != "advice" and rule.id not in BROKEN
    ]
    assert not lost, f"no planted bug breaks {lost}; plant one (CONTRIBUTING.md)"


def test_bugs_name_rules_that_exist() -> None:
    named = BROKEN | {
        name
        for planted in BUGS
        for name in planted.reports
        if re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+", name)
    }
    unknown = sorted(name for name in named if name not in CONTRACT)
    assert not unknown, f"headers of bugs name {unknown}"


def test_a_bug_has_one_name() -> None:
    names = [planted.name for planted in BUGS]
    assert len(set(names)) == len(names) > 200


# The tests must pass without a bug, so that the bug is the reason when they fail.
@pytest.mark.parametrize(
    "profile", sorted({str(planted.profile or "") for planted in BUGS})
)
def test_the_tests_that_bugs_must_break_pass_without(
    profile: str | None
) -> None:
    broken = sorted(
        {
            rule
            for planted in BUGS
            if (planted.profile or "") == profile
            for rule in planted.breaks
        }
    )
    failed, outcome = detectors.rule_tests(
        pathlib.Path(os.environ["RULE_TESTS"]), None, broken, profile
    )
    assert outcome.status == 0, f"{sorted(failed)}\n{outcome.excerpt()}"


# The test of each bug checks the number of calls in the bug's header.
def test_at_least_ten_take_three_calls_in_order() -> None:
    deep = [planted for planted in BUGS if planted.calls >= 3]
    assert sum(planted.budgets != {} for planted in deep) >= 10


def test_at_least_fifteen_are_seen_by_sanitizers_alone() -> None:
    faults = [planted for planted in BUGS if planted.sanitizer_only]
    assert len(faults) >= 15
    odd = [f.name for f in faults if not SANITIZER.match(f.reports[0])]
    assert not odd, f"replay expects no sanitizer's report of {odd}"
