"""The proofs as a column of the matrix of tools/conformance, which joins the
column with those of tests."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Sequence

from tools.commands.conformance import matrix, origin, saved
from tools.commands.prove import verdict
from tools.commands.prove.proof import Proof
from tools.lib.contract import Rule

# The matrix of that level has all rules that a test or a proof can ask.
_LEVEL = "observed"

_OUTCOMES = {
    verdict.PROVED: matrix.PASSED,
    verdict.REFUTED: matrix.FAILED,
    verdict.NOT_ASKED: matrix.NOT_APPLICABLE,
}


def _cell(rule: Rule, proofs: Sequence[Proof]) -> matrix.Cell:
    """Returns a cell with one case for each step that asserts the rule."""
    cell = matrix.Cell()
    for found in proofs:
        asked = [each for each in found.assertions if each.rule == rule.id]
        if asked:
            worst = verdict.overall(asked)
            texts = [each.text for each in asked if each.verdict == worst]
            cell.add(
                f"proof of {found.step.title}",
                _OUTCOMES[worst],
                "" if worst == verdict.PROVED else texts[0],
            )
    if not cell.cases:
        cell.add("proof", matrix.NOT_APPLICABLE, "no step asserts this rule")
    return cell


def _remark(found: Proof) -> str:
    """Returns what the proof leaves open; empty if nothing."""
    if found.verdict != verdict.NOT_ASKED:
        return ""
    text = found.why or next(
        each.text
        for each in found.assertions
        if each.verdict == verdict.NOT_ASKED
    )
    return f"{found.step.title}: not asked: {text}"


def of(
    root: pathlib.Path,
    proofs: Sequence[Proof],
    implementation: str,
    path: str,
    rules: Sequence[Rule],
) -> str:
    """Returns a matrix of one column as JSON.

    root            this repository, whose commit the column names
    implementation  the name, for instance "CPython 3.13.5"
    path            the source that was proved
    rules           those of the contract"""
    asked = [rule for rule in rules if rule.level in ("documented", _LEVEL)]
    column = matrix.Column(
        name=f"{implementation}, proved",
        path=path,
        profile="",
        cells={rule.id: _cell(rule, proofs) for rule in asked},
        remarks=[text for text in map(_remark, proofs) if text],
        seconds=sum(found.seconds for found in proofs),
        origin=dataclasses.replace(origin.here(root), compiler="CBMC"),
    )
    return saved.as_json(matrix.Matrix(_LEVEL, asked, [column]))
