"""Wrong versions of a source: a step refutes them, or says that all holds."""

from __future__ import annotations

import pathlib

import pytest

from tools.commands.prove import checker, mutants, program, steps, verdict
from tools.lib import edits
from tools.lib.problem import Problem

ROOT = pathlib.Path.cwd()
STEPS = [
    step
    for step in steps.read(ROOT)
    if step.name == "PyCapsule_SetContext" and step.name_bytes is not None
]


def mutant(title: str, new: str) -> mutants.Mutant:
    """A version of the reference with another assignment of the context."""
    old = "((PyCapsule *)op)->context = context;"
    text = (
        f"@ capsule/reference/capsule.c PyCapsule_SetContext\n- {old}\n+ {new}\n"
    )
    return mutants.Mutant(title, tuple(edits.parse(text)))


@pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)
def test_a_wrong_version_is_refuted_and_a_right_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = [
        mutant("the context is NULL", "((PyCapsule *)op)->context = NULL;"),
        mutant("the same", "(*(PyCapsule *)op).context = context;"),
    ]
    monkeypatch.setattr(mutants, "read", lambda root: versions)
    source = program.reference(ROOT, STEPS[0].subject)
    found = list(mutants.prove(ROOT, STEPS, source))
    assert [(each.title, each.verdict) for each in found] == [
        ("the context is NULL", verdict.REFUTED),
        ("the same", verdict.PROVED),
    ]
    assert (found[0].step, found[0].rules) == ("PyCapsule_SetContext", ("SETC-1",))


def test_the_list_has_a_title_and_edits_for_each_mutant() -> None:
    found = mutants.read(ROOT)
    assert len({each.title for each in found}) == len(found) > 60
    assert all(each.edits for each in found)


def test_a_list_of_a_wrong_format_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / mutants.FILE
    path.parent.mkdir(parents=True)
    path.write_text("Text.\n\n# wrong\n@ one\n", encoding="utf-8")
    with pytest.raises(Problem, match="wrong: .*; correct it"):
        mutants.read(tmp_path)
