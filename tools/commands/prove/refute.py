"""Proves a wrong source step by step, until a step refutes it."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Collection, Sequence

from tools.commands.prove import proof, verdict
from tools.commands.prove.program import Builder, Source
from tools.commands.prove.steps import Step


@dataclasses.dataclass(frozen=True)
class Answer:
    """The verdict of the proofs on a wrong source."""

    verdict: str
    rules: tuple[str, ...] = ()  # whose assertions are refuted
    why: str = ""  # the first refutation, or why there is none
    # The refuted assertions, each as "STEP: RULE: TEXT".
    assertions: tuple[str, ...] = ()
    step: str = ""  # the first step that is refuted


def prove(
    root: pathlib.Path,
    source_of: Callable[[Step], Source],
    steps: Sequence[Step],
    limit: float | None = None,
    builder: Builder | None = None,
    until: Collection[str] = (),
) -> Answer:
    """Proves the steps in their order, until one is refuted and each of the
    rules `until` is."""
    proofs: list[proof.Proof] = []
    for step in steps:
        proofs += proof.prove(
            root, source_of, [step], trace=False, limit=limit, builder=builder
        )
        answer = _answer(proofs)
        if answer.verdict == verdict.REFUTED and set(until) <= set(answer.rules):
            return answer
    return _answer(proofs)


def _answer(proofs: Sequence[proof.Proof]) -> Answer:
    found = [(one.step, each) for one in proofs for each in one.assertions]
    refuted = [
        (step, each) for step, each in found if each.verdict == verdict.REFUTED
    ]
    if refuted:
        first = min(refuted, key=lambda pair: pair[1].rule == verdict.SAFETY)[1]
        return Answer(
            verdict.REFUTED,
            tuple(sorted({each.rule for _, each in refuted})),
            first.text,
            tuple(
                f"{step.title}: {each.rule}: {each.text}"
                for step, each in refuted
                if each.rule != verdict.SAFETY
            ),
            refuted[0][0].title,
        )
    open_questions = [
        each.text for _, each in found if each.verdict == verdict.NOT_ASKED
    ] + [one.why for one in proofs if one.why]
    if open_questions:
        return Answer(verdict.NOT_ASKED, why=open_questions[0])
    return Answer(verdict.PROVED, why="every assertion holds")
