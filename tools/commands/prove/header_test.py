"""The lines `Proof:` of planted bugs say what the proofs say."""

from __future__ import annotations

import dataclasses
import pathlib
import random

import pytest

from tools.commands.prove import bugs, checker, header, steps, verdict
from tools.lib import bug

ROOT = pathlib.Path.cwd()
BUGS = [bug.read(path) for path in bug.all_paths(ROOT)]
ASKED = [each for each in BUGS if each.proof or each.no_proof]

# How many lines are proved again, and by which seed they are chosen.
SAMPLE = 4
SEED = 18


def test_every_bug_has_the_line() -> None:
    missing = [each.path.name for each in BUGS if each not in ASKED]
    assert not missing, "run tools/prove --bugs NAME --record"


@pytest.mark.skipif(
    checker.find() is None,
    reason="no CBMC here; tools/setup prove installs it",
)
@pytest.mark.parametrize(
    "planted",
    random.Random(SEED).sample([each for each in ASKED if each.proof], SAMPLE),
    ids=lambda planted: str(planted.name),
)
def test_the_line_is_true(planted: bug.Bug) -> None:
    answer = bugs.prove(ROOT, planted, steps.read(ROOT))
    assert list(answer.rules) == planted.proof


def test_the_table_of_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs/proof.md").read_text(encoding="utf-8")
    assert header.table(BUGS) in page, "copy the output of tools/prove --table"


def answer_for(path: pathlib.Path, rules: tuple[str, ...]) -> bugs.Answer:
    """An answer for the bug in the file."""
    kind = verdict.REFUTED if rules else verdict.PROVED
    return bugs.Answer(bug.read(path), kind, rules)


def test_the_line_stands_behind_the_other_fields(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "wrong.bug"
    edit = BUGS[0].path.read_text(encoding="utf-8").partition("\n@ ")[2]

    def text(line: str) -> str:
        return f"Wrong.\n\nBreaks: NEW-1\nFuzz: none, x\n{line}\n@ {edit}"

    path.write_text(text(""), encoding="utf-8")

    header.record(answer_for(path, ("NEW-1", "NEW-2")))
    assert path.read_text() == text("Proof: NEW-1, NEW-2\n")
    header.record(answer_for(path, ("NEW-5",)))
    assert path.read_text() == text("Proof: NEW-5\n")
    header.record(answer_for(path, ()))
    assert bug.read(path).no_proof.startswith("none, ")


def test_a_reason_that_somebody_wrote_stays(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "wrong.bug"
    edit = BUGS[0].path.read_text(encoding="utf-8").partition("\n@ ")[2]
    text = f"Wrong.\n\nBreaks: NEW-1\nFuzz: none, x\nProof: none, mine\n\n@ {edit}"
    path.write_text(text, encoding="utf-8")
    header.record(answer_for(path, ()))
    assert path.read_text() == text


def test_a_question_that_was_not_asked_says_why() -> None:
    found = dataclasses.replace(
        answer_for(BUGS[0].path, ()), verdict=verdict.NOT_ASKED, why="no step"
    )
    assert header.text_of(found) == "none, no step"
