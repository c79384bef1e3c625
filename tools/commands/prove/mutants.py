"""Wrong versions of a source, which the steps must refute: each function without
its body, and the versions of CPython's capsules in a list."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Iterator, Sequence

from tools.commands.prove import bugs, refute, verdict
from tools.commands.prove.checker import Checker
from tools.commands.prove.program import Builder, Source
from tools.commands.prove.steps import FOLDER, Step
from tools.lib import edits
from tools.lib.problem import Problem

FILE = FOLDER / "cpython.mutants"


@dataclasses.dataclass(frozen=True)
class Mutant:
    """What is wrong, and the edits that make it so."""

    title: str
    edits: tuple[edits.Edit, ...]


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the proofs say of a mutant."""

    title: str
    verdict: str
    step: str = ""  # the step that is refuted
    rules: tuple[str, ...] = ()
    why: str = ""


def read(root: pathlib.Path) -> list[Mutant]:
    """Returns the mutants of the list; Problem if the list has a wrong format."""
    text = (root / FILE).read_text(encoding="utf-8")
    found = []
    for part in text.split("\n# ")[1:]:
        title, _, body = part.partition("\n")
        try:
            found.append(Mutant(title, tuple(edits.parse(body))))
        except edits.Malformed as error:
            raise Problem(f"{FILE}: {title}: {error}; correct it") from error
    return found


def emptied(text: str, path: str, steps: Sequence[Step]) -> list[Mutant]:
    """Returns the versions of a source in which the function of a step does
    nothing but return 0."""
    code = edits.Code(text)
    found = []
    for name in dict.fromkeys(bugs.entry(step) for step in steps):
        for item in code.named(name):
            words = code.words[item.first : item.last]
            if not item.has_body or "{" not in words:
                continue
            returns = words[words.index(name) - 1]
            body = "{ }" if returns == "void" else "{ return 0; }"
            start = code.tokens[item.first + words.index("{")].start
            old = text[start : code.tokens[item.last - 1].end]
            found.append(
                Mutant(
                    f"{name} is {body}",
                    (edits.Edit(path, name, False, old, body),),
                )
            )
    return found


def prove(
    root: pathlib.Path,
    steps: Sequence[Step],
    source: Source,
    mutants: Sequence[Mutant],
    limit: float | None = None,
) -> Iterator[Answer]:
    """Proves the steps that each mutant can reach, until one is refuted. Leaves
    out a mutant that none of the steps reaches."""
    path = pathlib.Path(source.path)
    text = path.read_text(encoding="utf-8")
    builder = Builder(Checker(), root)

    def answer(mutant: Mutant) -> Answer | None:
        items = {edit.item for edit in mutant.edits}
        chosen = bugs.steps_of(items, text, steps)
        if not chosen:
            return None
        try:
            wrong = edits.apply(text, list(mutant.edits))
        except edits.DoesNotApply as error:
            return Answer(mutant.title, verdict.NOT_ASKED, why=error.why)
        with tempfile.TemporaryDirectory(prefix="prove.") as folder:
            copy = pathlib.Path(folder) / path.name
            copy.write_text(wrong, encoding="utf-8")
            changed = dataclasses.replace(source, path=str(copy))
            found = refute.prove(
                root, lambda step: changed, chosen, limit, builder
            )
        return Answer(
            mutant.title, found.verdict, found.step, found.rules, found.why
        )

    try:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for found in pool.map(answer, mutants):
                if found:
                    yield found
    finally:
        builder.close()
