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
def test_sources_are_read_as_c17(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "version.c"
    source.write_text("long version = __STDC_VERSION__;\n")
    text = checker.Checker().preprocess(str(source), [])
    assert "version = 201710L;" in text


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
        "references <= MOST_REFERENCES",
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


SET = "((PyCapsule *)op)->context = context;"


def proof_with(
    statements: str, folder: pathlib.Path, builder: program.Builder
) -> proof.Proof:
    """The proof of PyCapsule_SetContext with these statements for a capsule."""
    source = folder / "capsule.c"
    text = (ROOT / "capsule/reference/capsule.c").read_text(encoding="utf-8")
    assert text.count(SET) == 1
    (folder / "high.h").write_text("#define IS_HIGH(p) ((Py_ssize_t)(p) < 0)\n")
    source.write_text(
        '#include <stdlib.h>\n#include "high.h"\n' + text.replace(SET, statements),
        encoding="utf-8",
    )
    step = step_of("PyCapsule_SetContext")
    own = program.Source(str(source), reference(step).includes)
    return proof.prove(ROOT, lambda step: own, [step], builder=builder)[0]


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
    found = proof_with(statement + SET, tmp_path, builder)
    assert found.verdict == verdict.NOT_ASKED
    assert why in {
        each.text
        for each in found.assertions
        if each.verdict == verdict.NOT_ASKED
    }


# Bodies of PyCapsule_SetContext that keep no contract, although no assertion behind
# the call fails, and what refutes each or why there is no answer.
NONSENSE = [
    ("abort();", "the source does not end the process"),
    ("exit(0);", "the source does not end the process"),
    ("_Exit(0);", "the source does not end the process"),
    ("__builtin_trap();", "no body for callee __builtin_trap"),
    ("__builtin_unreachable();", "code is not reached"),
    ("for (;;) { }", "a loop of PyCapsule_SetContext runs longer than its bound"),
    ("again: goto again;", "a loop of PyCapsule_SetContext runs longer than its bound"),
    ("return PyCapsule_SetContext(op, context);", "recursion unwinding assertion"),
    ('__asm__("ud2");' + SET, "assembly"),
    ("__CPROVER_assume(0);", "orders for CBMC"),
    ("((PyCapsule *)op)->pointer = context;", "the field has the new value"),
    ("return 0;", "the field has the new value"),
]


@needs_checker
@pytest.mark.parametrize("body, why", NONSENSE)
def test_nonsense_is_not_proved(
    body: str, why: str, tmp_path: pathlib.Path, builder: program.Builder
) -> None:
    found = proof_with(body, tmp_path, builder)
    assert found.verdict != verdict.PROVED
    reasons = [
        each.text
        for each in found.assertions
        if each.verdict != verdict.PROVED
    ]
    assert any(why in text for text in [*reasons, found.why]), reasons


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


@needs_checker
def test_a_macro_of_a_header_hides_no_signed_pointer(
    tmp_path: pathlib.Path, builder: program.Builder
) -> None:
    found = proof_with(SET + "if (IS_HIGH(context)) { op++; }", tmp_path, builder)
    assert found.verdict == verdict.NOT_ASKED
    assert "signed" in found.why
