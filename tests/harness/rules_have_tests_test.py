"""capsule/contract.def and the rule tests agree: each rule has a test, each test
names a rule, and the columns of a row are consistent."""

import os
import pathlib
import subprocess

import pytest

from tools.lib import contract as contracts

ROOT = pathlib.Path()
CONTRACT = contracts.read(ROOT.absolute())

# The rule test programs. Each program lists its own tests.
PROGRAMS = os.environ["RULE_TESTS"].split()

# Variables by which Bazel and GoogleTest control a test. The programs must not
# inherit them, or they would act on the settings of this test.
_OF_THIS_TEST = ("GTEST_", "TEST_", "TESTBRIDGE_", "XML_OUTPUT_FILE")


def listed_tests(program: str) -> list[str]:
    """Returns "Suite.Name" for each test of the program."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OF_THIS_TEST)
    }
    output = subprocess.run(
        [f"./{program}", "--gtest_list_tests"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    suite, tests = "", []
    # Suites start at the margin, tests are indented. The part from "#" on is
    # the parameter of a test.
    for line in output.splitlines():
        name = line.partition("#")[0].strip()
        if line.startswith("  "):
            tests.append(suite + name)
        elif name.endswith("."):
            suite = name
    return tests


TESTS = {program: listed_tests(program) for program in PROGRAMS}


def count(rule: contracts.Rule) -> int:
    """Returns the number of tests that are about the rule."""
    return sum(
        CONTRACT.rule_of_test(test) is rule
        for tests in TESTS.values()
        for test in tests
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_lists_its_tests(program: str) -> None:
    assert TESTS[program], f"{program} --gtest_list_tests lists nothing"


def test_every_test_is_about_a_rule() -> None:
    lost = [
        f"{test} of {program}"
        for program, tests in TESTS.items()
        for test in tests
        if CONTRACT.rule_of_test(test) is None
    ]
    assert not lost, (
        f"{lost} name no rule; begin the name of a test with the id of a rule "
        "of capsule/contract.def, `_` for `-`, and `_`"
    )


def test_every_rule_but_advice_has_a_test() -> None:
    missing = [
        f"{rule.id} {rule.function}: {rule.text}"
        for rule in CONTRACT.rules
        if rule.level != "advice" and count(rule) == 0
    ]
    assert not missing, (
        f"rules without a test: {missing}; write one in tests/rules whose name "
        "begins with the id, `_` for `-`"
    )


def test_advice_has_no_test() -> None:
    tested = [
        rule.id
        for rule in CONTRACT.rules
        if rule.level == "advice" and count(rule) > 0
    ]
    assert not tested, (
        f"{tested} have tests; give them another level in capsule/contract.def"
    )


def test_the_files_have_the_tests_that_the_programs_list() -> None:
    # Read the names from the source files, as tools/conformance and
    # docs/contract.md do.
    read = {
        test
        for tests in contracts.tests_by_rule(ROOT, CONTRACT).values()
        for _, test in tests
    }
    assert read == {test for tests in TESTS.values() for test in tests}


def test_an_identifier_is_the_id() -> None:
    for rule in CONTRACT.rules:
        assert rule.identifier == rule.id.replace("-", "_"), rule.id


def test_advice_is_no_matter_of_programs() -> None:
    for rule in CONTRACT.rules:
        if rule.level == "advice":
            assert rule.no_program, f"{rule.id} does not say why it has no test"


def test_a_text_reads_as_a_headline() -> None:
    for rule in CONTRACT.rules:
        assert 0 < len(rule.text) <= 100, f"{rule.id}: {rule.text}"
        assert not rule.text.endswith("."), f"{rule.id}: {rule.text}"
        assert rule.function and rule.source, rule.id
