"""Wrong versions of a source, which the steps must not prove: each function with
a body that is nonsense, and the versions of CPython's capsules in a list."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Collection, Iterator, Sequence

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


# Bodies that keep no contract, although no assertion behind the call fails.
_ENDLESS = ("{ abort(); }", "{ for (;;) { } }", "{ __builtin_unreachable(); }")


def _signature(words: Sequence[str], name: str) -> tuple[str, ...]:
    """Returns the types of the result and the parameters of a function, from the
    words of its definition."""
    start = words.index(name)
    end = words.index("{")
    while "__attribute__" in words[start:end]:
        end = start + list(words[start:end]).index("__attribute__")
    parameters = " ".join(words[start + 2 : end - 1]).split(" , ")
    result = [word for word in words[:start] if word not in ("static", "inline")]
    return (
        " ".join(result),
        *(each.rpartition(" ")[0] for each in parameters),
    )


def _calls(
    code: edits.Code, name: str, words: Sequence[str], others: Collection[str]
) -> Iterator[str]:
    """Yields bodies that call one of the other functions, of the same types."""
    own = _signature(words, name)
    end = words.index(")")
    names = [
        before
        for before, word in zip(words, words[1 : end + 1])
        if word in (",", ")") and before not in ("void", "(")
    ]
    call = "return " if own[0] != "void" else ""
    for item in code.items:
        other = code.words[item.first : item.last]
        if (
            item.has_body
            and "{" in other
            and item.name in others
            and item.name != name
            and _signature(other, item.name) == own
        ):
            yield f"{{ {call}{item.name}({', '.join(names)}); }}"


def nonsense(text: str, path: str, steps: Sequence[Step]) -> list[Mutant]:
    """Returns the versions of a source in which the function of a step does nothing
    but return 0, never returns, or calls the function of another step."""
    code = edits.Code(text)
    found = []
    entries = dict.fromkeys(bugs.entry(step) for step in steps)
    for name in entries:
        for item in code.named(name):
            words = code.words[item.first : item.last]
            if not item.has_body or "{" not in words:
                continue
            returns = words[words.index(name) - 1]
            empty = "{ }" if returns == "void" else "{ return 0; }"
            start = code.tokens[item.first + words.index("{")].start
            old = text[start : code.tokens[item.last - 1].end]
            for body in (empty, *_ENDLESS, *_calls(code, name, words, entries)):
                edit = edits.Edit(path, name, False, old, body)
                found.append(Mutant(f"{name} is {body}", (edit,)))
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
