"""Proofs are a column that tools/conformance joins with measured ones."""

from __future__ import annotations

import pathlib

from tools.commands.conformance import matrix, saved
from tools.commands.prove import column, steps, verdict
from tools.commands.prove.proof import Proof
from tools.commands.prove.verdict import Assertion
from tools.lib import contract

ROOT = pathlib.Path.cwd()
RULES = contract.read(ROOT).rules
STEPS = {
    step.name: step
    for step in steps.read(ROOT)
    if step.name_bytes is not None
}


def proof(name: str, *verdicts: tuple[str, str], why: str = "") -> Proof:
    """A proof of a step whose assertions have these rules and verdicts."""
    found = tuple(
        Assertion(rule, f"text of {rule}", answer, "capsule.c:1")
        for rule, answer in verdicts
    )
    return Proof(STEPS[name], found, 0.5, why)


PROOFS = (
    proof(
        "PyCapsule_New",
        ("NEW-2", verdict.PROVED),
        ("NEW-5", verdict.PROVED),
        ("NEW-5", verdict.REFUTED),
        (verdict.SAFETY, verdict.PROVED),
    ),
    proof("PyCapsule_IsValid", ("NEW-5", verdict.PROVED)),
    proof("PyCapsule_Import", why="no answer in 600 s"),
)


def written(tmp_path: pathlib.Path) -> matrix.Matrix:
    """The matrix of the proofs, through its file."""
    path = tmp_path / "proved.json"
    path.write_text(column.of(ROOT, PROOFS, "Snake 1", "capsule.c", RULES))
    return saved.read(path)


def test_a_rule_has_the_worst_verdict_of_its_steps(
    tmp_path: pathlib.Path,
) -> None:
    cells = written(tmp_path).columns[0].cells
    assert cells["NEW-2"].outcome == matrix.PASSED
    assert cells["NEW-5"].outcome == matrix.FAILED
    assert cells["NEW-5"].text == "proof of PyCapsule_New: text of NEW-5"
    assert cells["GETP-3"].outcome == matrix.NOT_APPLICABLE
    assert cells["GETP-3"].text == "no step asserts this rule"


def test_a_step_without_an_answer_is_a_remark(tmp_path: pathlib.Path) -> None:
    own = written(tmp_path).columns[0]
    title = STEPS["PyCapsule_Import"].title
    assert own.remarks == [f"{title}: not asked: no answer in 600 s"]


def test_the_column_joins_a_measured_matrix(tmp_path: pathlib.Path) -> None:
    proved = written(tmp_path)
    measured = matrix.Matrix(
        proved.level,
        proved.rules,
        [matrix.new_column("Snake 1", "/snake", "cpython-3.13", proved.rules)],
    )
    joined = saved.join([measured, proved], ["matrix.json", "proved.json"])
    assert [each.name for each in joined.columns] == ["Snake 1", "Snake 1, proved"]
    assert joined.columns[1].cells["NEW-5"].outcome == matrix.FAILED
