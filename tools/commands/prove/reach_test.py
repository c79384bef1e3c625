"""Some state reaches each assertion of each step, so none holds because the step
never gets there."""

from __future__ import annotations

import pathlib

import pytest

from tools.commands.prove import checker, program, proof, steps

ROOT = pathlib.Path.cwd()
STEPS = [step for step in steps.read(ROOT) if step.name_bytes is not None]


@pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.title))
def test_each_assertion_is_reached(step: steps.Step) -> None:
    missing, reached = proof.unreached(
        ROOT, lambda step: program.reference(ROOT, step.subject), step
    )
    assert not missing, [f"{each.rule}: {each.text}" for each in missing]
    assert reached > 0
