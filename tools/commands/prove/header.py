"""The `Proof:` lines of planted bugs: what the proofs say of each bug, and the
table of proofs against rule tests and fuzzing that docs/proof.md shows."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Sequence

from tools.commands.prove import verdict
from tools.commands.prove.bugs import Answer
from tools.lib import bug

_LINE = re.compile(r"^Proof: .*\n", re.MULTILINE)


def text_of(answer: Answer) -> str:
    """Returns the value of the line: rules, or `none, ` and why."""
    if answer.verdict == verdict.REFUTED:
        return ", ".join(answer.rules)
    if answer.verdict == verdict.PROVED:
        return "none, no single call breaks an assertion"
    return "none, " + " ".join(answer.why.split())


def record(answer: Answer) -> None:
    """Writes the line into the bug's file, behind the other fields. A reason that
    somebody wrote by hand stays."""
    planted = answer.bug
    if answer.verdict != verdict.REFUTED and planted.no_proof:
        return
    old = planted.path.read_text(encoding="utf-8")
    header, separator, rest = old.partition("\n@ ")
    header = _LINE.sub("", header).rstrip("\n")
    new = f"{header}\nProof: {text_of(answer)}\n{separator}{rest}"
    if new != old:
        staged = planted.path.with_suffix(".new")
        staged.write_text(new, encoding="utf-8")
        os.replace(staged, planted.path)


def table(planted: Sequence[bug.Bug]) -> str:
    """Returns a table in Markdown: for each folder of bugs, how many the rule
    tests, fuzzing and proofs find. Counts the bugs with a line `Proof:`. Every
    bug breaks a test of a rule, because the field `Breaks` says which."""
    planted = [each for each in planted if each.proof or each.no_proof]
    rows = [
        "| file | bugs | rule tests | fuzzing | proof | proof but not fuzzing |",
        "|---|---|---|---|---|---|",
    ]
    folders = sorted({each.path.parent.name for each in planted})
    for folder in [*folders, ""]:
        inside = [
            each
            for each in planted
            if not folder or each.path.parent.name == folder
        ]
        counts = (
            len(inside),
            sum(bool(each.breaks) for each in inside),
            sum(bool(each.budgets) for each in inside),
            sum(bool(each.proof) for each in inside),
            sum(bool(each.proof) and not each.budgets for each in inside),
        )
        name = f"`{folder}`" if folder else "all"
        rows.append(f"| {name} | " + " | ".join(map(str, counts)) + " |")
    return "\n".join(rows) + "\n"
