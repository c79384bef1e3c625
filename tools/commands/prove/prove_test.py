"""Every step proves the reference, and no step proves nonsense."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

from tools.commands.prove import checker, program, proof, steps, verdict

ROOT = pathlib.Path.cwd()
STEPS = steps.read(ROOT)

needs_checker = pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)


@pytest.fixture(scope="module")
def proofs() -> dict[str, proof.Proof]:
    """The proofs of the reference by function."""
    found = proof.prove(
        ROOT, lambda step: program.reference(ROOT, step.subject), STEPS
    )
    return {each.step.title: each for each in found}


@needs_checker
@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.title))
def test_the_reference_is_proved(
    step: steps.Step, proofs: dict[str, proof.Proof]
) -> None:
    found = proofs[step.title]
    failed = [
        f"{each.verdict}: {each.rule} {each.text} ({each.place})"
        for each in found.assertions
        if each.verdict != verdict.PROVED
    ]
    assert found.verdict == verdict.PROVED, failed or found.why
