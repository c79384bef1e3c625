"""Shows the planted bugs to the checker: which proofs refute each."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
from collections.abc import Sequence

from tools.commands.prove import proof, verdict
from tools.commands.prove.program import Builder, Source, reference
from tools.commands.prove.steps import Step
from tools.lib import bug

# The steps that reach a function of capsule.c that is not in the API.
_HELPERS = {
    "names_match": ("PyCapsule_GetPointer", "PyCapsule_IsValid"),
    "capsule_dealloc": ("capsule_destruction", "capsule_release"),
    "capsule_repr": ("capsule_repr",),
    "check_import": ("PyCapsule_Import",),
    "find_object": ("PyCapsule_Import",),
    "import_first": ("PyCapsule_Import",),
}
# The steps that reach what every function shares.
_COMMON = (
    "PyCapsule_New",
    "PyCapsule_GetPointer",
    "PyCapsule_GetContext",
    "PyCapsule_IsValid",
    "PyCapsule_SetContext",
)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the proofs say of a bug."""

    bug: bug.Bug
    verdict: str
    rules: tuple[str, ...]  # whose assertions are refuted
    why: str = ""  # the first refutation, or why there is none


def _steps_of(planted: bug.Bug, steps: Sequence[Step]) -> list[Step]:
    """The steps that reach an edited function."""
    known = {step.name for step in steps}
    names: set[str] = set()
    for edit in planted.edits:
        if edit.item in known:
            names.add(edit.item)
        names.update(_HELPERS.get(edit.item, ()))
    if not names:
        names.update(_COMMON)
    return [step for step in steps if step.name in names]


def _write(
    root: pathlib.Path, planted: bug.Bug, folder: pathlib.Path
) -> dict[str, pathlib.Path]:
    """Writes the edited files below the folder, by their paths."""
    written = {}
    for path, text in planted.broken(root).files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written[path] = target
    return written


def _source(
    root: pathlib.Path,
    folder: pathlib.Path,
    written: dict[str, pathlib.Path],
    step: Step,
) -> Source:
    """The source of the step with the bug; edited headers come first."""
    own = reference(root, step.subject)
    path = written.get(step.subject.source)
    headers: tuple[str, ...] = ()
    if any(name.endswith(".h") for name in written):
        headers = (str(folder), str(folder / "capsule/reference/include"))
    return Source(str(path or own.path), (*headers, *own.includes))


def prove(
    root: pathlib.Path,
    planted: bug.Bug,
    steps: Sequence[Step],
    limit: float | None = None,
    builder: Builder | None = None,
) -> Answer:
    """Proves the steps that the bug can reach, with the bug planted."""
    sources = {step.subject.source for step in steps}
    if not any(
        path in sources or path.endswith(".h") for path in planted.files()
    ):
        return Answer(
            planted,
            verdict.NOT_ASKED,
            (),
            f"no step proves {', '.join(planted.files())}",
        )
    with tempfile.TemporaryDirectory(prefix="prove.") as name:
        folder = pathlib.Path(name)
        written = _write(root, planted, folder)
        proofs = proof.prove(
            root,
            lambda step: _source(root, folder, written, step),
            _steps_of(planted, steps),
            trace=False,
            limit=limit,
            builder=builder,
        )
    found = [each for one in proofs for each in one.assertions]
    refuted = [each for each in found if each.verdict == verdict.REFUTED]
    rules = tuple(sorted({each.rule for each in refuted}))
    if refuted:
        first = min(refuted, key=lambda each: each.rule == verdict.SAFETY)
        return Answer(planted, verdict.REFUTED, rules, first.text)
    open_questions = [
        each.text for each in found if each.verdict == verdict.NOT_ASKED
    ] + [one.why for one in proofs if one.why]
    if open_questions:
        return Answer(planted, verdict.NOT_ASKED, (), open_questions[0])
    return Answer(planted, verdict.PROVED, (), "every assertion holds")
