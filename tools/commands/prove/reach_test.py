"""Some state reaches each assertion of each step, so none holds because the step
never gets there. One more assumption makes a step lose assertions."""

from __future__ import annotations

import pathlib

import pytest

from tools.commands.prove import checker, edited, program, proof, steps

ROOT = pathlib.Path.cwd()
STEPS = [step for step in steps.read(ROOT) if step.name_bytes is not None]

pytestmark = pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)


def reach(root: pathlib.Path, names: set[str]) -> dict[str, proof.Reach]:
    """What the steps of these names reach, by name."""
    found = proof.reach(
        root,
        lambda step: program.reference(root, step.subject),
        [step for step in STEPS if step.name in names],
    )
    return {each.step.name: each for each in found}


@pytest.fixture(name="reached", scope="module")
def fixture_reached() -> dict[str, proof.Reach]:
    return reach(ROOT, {step.name for step in STEPS})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.name))
def test_each_assertion_is_reached(
    step: steps.Step, reached: dict[str, proof.Reach]
) -> None:
    found = reached[step.name]
    assert not found.missing, [f"{a.rule}: {a.text}" for a in found.missing]
    assert found.reached


# Edits of tests/steps that make a step say nothing of some states: a file, the
# old and the new text, a step, and the rule of an assertion that the step loses.
NONSENSE = [
    (
        "capsule_steps.c",
        'void *pointer = any_pointer("value");',
        'void *pointer = any_pointer("value"); ASSUME(pointer != NULL, "");',
        "PyCapsule_SetPointer",
        "SETP-2",
    ),
    (
        "checker_state.c",
        'any_below("the object", 5)',
        'any_below("the object", 2)',
        "PyCapsule_GetContext",
        "GET-ALL-1",
    ),
    (
        "destruction_steps.c",
        'any_bool("the capsule has a destructor")',
        "true",
        "capsule_destruction",
        "NEW-8",
    ),
    (
        "table_steps.c",
        '(int)any_size("the version of the table")',
        "known",
        "api_table_check",
        "API-2",
    ),
]


@pytest.mark.parametrize("file, old, new, name, rule", NONSENSE)
def test_a_step_with_one_more_assumption_reaches_less(
    file: str, old: str, new: str, name: str, rule: str, tmp_path: pathlib.Path
) -> None:
    root = edited.copy(ROOT, tmp_path, file, old, new)
    missing = reach(root, {name})[name].missing
    assert rule in {assertion.rule for assertion in missing}


def test_a_step_of_no_state_reaches_nothing(tmp_path: pathlib.Path) -> None:
    root = edited.copy(
        ROOT,
        tmp_path,
        "capsule_steps.c",
        'ASSUME(op != NULL, "the argument must not be NULL (TYPE-3)");',
        'ASSUME(op != op, "nonsense");',
    )
    found = reach(root, {"PyCapsule_CheckExact"})["PyCapsule_CheckExact"]
    assert found.missing and not found.reached
