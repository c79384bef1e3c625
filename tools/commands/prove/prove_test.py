"""Every step proves the reference, and no step proves nonsense."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from tools.commands.prove import bugs, checker, edited, program, proof, steps, verdict
from tools.lib import bug

ROOT = pathlib.Path.cwd()
STEPS = steps.read(ROOT)
BUGS = sorted((ROOT / "tests/steps/bugs").glob("*.bug"))

needs_checker = pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)


def reference(step: steps.Step) -> program.Source:
    """The reference's own source of a step."""
    return program.reference(ROOT, step.subject)


def step_of(name: str) -> steps.Step:
    """The step of a function with names of a few bytes."""
    return next(s for s in STEPS if s.name == name and s.name_bytes is not None)


@pytest.fixture(scope="module")
def builder() -> Iterator[program.Builder]:
    """Keeps the compiled files of tests/steps for all tests."""
    own = program.Builder(checker.Checker(), ROOT)
    yield own
    own.close()


@pytest.fixture(scope="module")
def proofs(builder: program.Builder) -> dict[str, proof.Proof]:
    """The proofs of the reference by function."""
    found = proof.prove(ROOT, reference, STEPS, builder=builder)
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


@needs_checker
@pytest.mark.parametrize("path", BUGS, ids=lambda path: str(path.stem))
def test_a_bug_that_only_a_proof_finds_is_refuted(
    path: pathlib.Path, builder: program.Builder
) -> None:
    planted = bug.read(path)
    answer = bugs.prove(
        ROOT, planted, STEPS, builder=builder, until=planted.breaks
    )
    assert answer.verdict == verdict.REFUTED, answer.why
    assert set(planted.breaks) <= set(answer.rules), answer


# Edits of tests/steps after which a bug is proved: a file, the old and the new
# text, and the bug. The first removes an assertion, the others narrow the state.
LOSES = [
    (
        "capsule_steps.c",
        'SAME("SETP-1", state_fields(op).pointer, pointer,\n'
        '             "the field has the new value");',
        "",
        "magic_pointer",
    ),
    (
        "checker_state.c",
        "references < 1 << 30",
        "references < 1 << 15",
        "many_references",
    ),
    (
        "destruction_steps.c",
        'any_bool("the capsule has a destructor")',
        "false",
        "magic_context",
    ),
]


@needs_checker
@pytest.mark.parametrize("file, old, new, name", LOSES)
def test_a_mutated_step_loses_a_bug(
    file: str, old: str, new: str, name: str, tmp_path: pathlib.Path
) -> None:
    planted = bug.read(ROOT / f"tests/steps/bugs/{name}.bug")
    root = edited.copy(ROOT, tmp_path, file, old, new)
    # Without the step that takes longest, which none of these bugs is about.
    fast = [step for step in STEPS if step.name != "PyCapsule_Import"]
    answer = bugs.prove(root, planted, fast)
    assert answer.verdict == verdict.PROVED, answer


# Statements that the checker cannot follow, and why there is no proof.
NOT_FOLLOWED = [
    ("PyList_New(0);", "no body for callee PyList_New"),
    (
        "for (int i = 0; i < 100; i++) { context = &context; }",
        "a loop of PyCapsule_SetContext runs longer than its bound",
    ),
]


@needs_checker
@pytest.mark.parametrize("statement, why", NOT_FOLLOWED)
def test_what_the_checker_cannot_follow_is_no_proof(
    statement: str, why: str, tmp_path: pathlib.Path, builder: program.Builder
) -> None:
    source = tmp_path / "capsule.c"
    text = (ROOT / "capsule/reference/capsule.c").read_text(encoding="utf-8")
    old = "    ((PyCapsule *)op)->context = context;\n"
    assert old in text
    source.write_text(text.replace(old, old + statement), encoding="utf-8")
    step = step_of("PyCapsule_SetContext")
    includes = reference(step).includes
    found = proof.prove(
        ROOT,
        lambda step: program.Source(str(source), includes),
        [step],
        builder=builder,
    )[0]
    assert found.verdict == verdict.NOT_ASKED
    assert why in {
        each.text
        for each in found.assertions
        if each.verdict == verdict.NOT_ASKED
    }


@needs_checker
def test_a_source_that_compares_signed_pointers_is_not_proved(
    builder: program.Builder,
) -> None:
    planted = bug.read(
        ROOT / "tests/bugs/capsule/context_cleared_if_it_looks_set.bug"
    )
    answer = bugs.prove(ROOT, planted, [step_of("PyCapsule_New")], builder=builder)
    assert answer.verdict == verdict.NOT_ASKED
    assert "signed" in answer.why
