"""Wrong versions of a source: a step refutes them, or says that all holds."""

from __future__ import annotations

import pathlib

import pytest

from tools.commands.prove import checker, mutants, program, steps, verdict
from tools.lib import edits
from tools.lib.problem import Problem

ROOT = pathlib.Path.cwd()
EVERY = steps.read(ROOT)
STEPS = [
    step
    for step in EVERY
    if step.name == "PyCapsule_SetContext" and step.name_bytes is not None
]


needs_checker = pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)


def mutant(title: str, new: str) -> mutants.Mutant:
    """A version of the reference with another assignment of the context."""
    old = "((PyCapsule *)op)->context = context;"
    text = (
        f"@ capsule/reference/capsule.c PyCapsule_SetContext\n- {old}\n+ {new}\n"
    )
    return mutants.Mutant(title, tuple(edits.parse(text)))


@needs_checker
def test_a_wrong_version_is_refuted_and_a_right_one_is_not(
) -> None:
    versions = [
        mutant("the context is NULL", "((PyCapsule *)op)->context = NULL;"),
        mutant("the same", "(*(PyCapsule *)op).context = context;"),
    ]
    source = program.reference(ROOT, STEPS[0].subject)
    found = list(mutants.prove(ROOT, STEPS, source, versions))
    assert [(each.title, each.verdict) for each in found] == [
        ("the context is NULL", verdict.REFUTED),
        ("the same", verdict.PROVED),
    ]
    assert (found[0].step, found[0].rules) == ("PyCapsule_SetContext", ("SETC-1",))


# The steps whose functions get nonsense as bodies here, and how much;
# `tools/prove --mutants` takes all.
NONSENSE = (
    ("PyCapsule_IsValid", 1),
    ("object_free", 1),
    ("PyCObject_SetVoidPtr", 1),
    ("PyErr_Clear", 4),
)

# The steps of macros and of a variable.
NO_FUNCTION = {
    "capsule_type",
    "PyCapsule_CheckExact",
    "Py_CLEAR",
    "Py_NewRef",
    "Py_SETREF",
}


@needs_checker
@pytest.mark.parametrize("name, count", NONSENSE)
def test_its_own_step_does_not_prove_nonsense(name: str, count: int) -> None:
    step = next(s for s in EVERY if s.name == name and s.name_bytes is not None)
    source = program.reference(ROOT, step.subject)
    text = pathlib.Path(source.path).read_text(encoding="utf-8")
    wrong = mutants.nonsense(text, source.path, [step])[:count]
    found = list(mutants.prove(ROOT, [step], source, wrong))
    assert len(found) == count
    assert (found[0].step, found[0].verdict) == (name, verdict.REFUTED)
    assert all(each.verdict != verdict.PROVED for each in found)


def test_a_function_may_call_the_function_of_another_step() -> None:
    subject = STEPS[0].subject
    own = [step for step in EVERY if step.subject == subject]
    text = (ROOT / subject.source).read_text(encoding="utf-8")
    titles = {each.title for each in mutants.nonsense(text, subject.source, own)}
    assert (
        "PyCapsule_SetContext is { return PyCapsule_SetPointer(op, context); }"
        in titles
    )


def test_every_step_of_a_function_has_nonsense() -> None:
    for step in EVERY:
        text = (ROOT / step.subject.source).read_text(encoding="utf-8")
        found = mutants.nonsense(text, step.subject.source, [step])
        # The source of a step of a macro has no function of that name.
        is_macro = step.name.startswith("Py_X") or step.name in NO_FUNCTION
        assert bool(found) != is_macro, step.name


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
