"""Shows the planted bugs to the checker: which proofs refute each."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
import tempfile
from collections.abc import Collection, Sequence

from tools.commands.prove import refute, verdict
from tools.commands.prove.program import Builder, Source, reference
from tools.commands.prove.steps import Step
from tools.lib import bug, edits

# The item of the source that a step begins with, where that is no function of
# the API with the name of the step.
_ENTRIES = {
    "capsule_destruction": "capsule_dealloc",
    "capsule_release": "capsule_dealloc",
    "capsule_type": "PyCapsule_Type",
    "cobject_destruction": "cobject_dealloc",
    "Py_INCREF": "_Py_ReferenceMisuse",
    "Py_DECREF": "_Py_Dealloc",
}

_HEADERS = "capsule/reference/include"

# The step that takes by far the longest comes last.
_SLOWEST = "PyCapsule_Import"

# An edit of the struct shows in the functions that the bug edits too.
_STRUCTS = {"PyCapsule", "PyCObject"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the proofs say of a bug."""

    bug: bug.Bug
    verdict: str
    rules: tuple[str, ...]  # whose assertions are refuted
    why: str = ""  # the first refutation, or why there is none
    # The refuted assertions, each as "STEP: RULE: TEXT".
    assertions: tuple[str, ...] = ()


def entry(step: Step) -> str:
    """Returns the item of the source that the step begins with."""
    return _ENTRIES.get(step.name, step.name)


def reached_from(items: set[str], text: str) -> set[str]:
    """Returns the items of a source that use one of these items, directly or
    through other items, and these items. The type objects name everything, so
    nothing counts as used through them."""
    code = edits.Code(text)
    used = set(items)
    more = used
    while more:
        more = {
            item.name
            for item in code.items
            if item.name not in used
            and any(
                word in more and not word.endswith("_Type")
                for word in code.words[item.first : item.last]
            )
        }
        used |= more
    return used


def steps_of(items: set[str], text: str, steps: Sequence[Step]) -> list[Step]:
    """Returns the steps that reach an edited item of the source `text`: first
    those of the edited functions, last those that take long and those with names
    of any length."""
    edited = items - _STRUCTS or items
    used = reached_from(edited, text)
    found = [step for step in steps if entry(step) in used]
    return sorted(
        found,
        key=lambda step: (
            step.name == _SLOWEST,
            step.name_bytes is None,
            entry(step) not in edited,
        ),
    )


def _write(
    root: pathlib.Path, planted: bug.Bug, folder: pathlib.Path
) -> dict[str, pathlib.Path]:
    """Writes the edited files below the folder, by their paths. A header finds
    the others beside it, so they are copied if one is edited."""
    written = {}
    if any(path.endswith(".h") for path in planted.files()):
        shutil.copytree(root / _HEADERS, folder / _HEADERS)
    for path, text in planted.broken(root).files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
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
        headers = (str(folder), str(folder / _HEADERS))
    return Source(str(path or own.path), (*headers, *own.includes))


def prove(
    root: pathlib.Path,
    planted: bug.Bug,
    steps: Sequence[Step],
    limit: float | None = None,
    builder: Builder | None = None,
    until: Collection[str] = (),
) -> Answer:
    """Proves the steps that the bug can reach, with the bug planted, until one
    is refuted and each of the rules `until` is."""
    subjects = {step.subject.source: step.subject for step in steps}
    broken = planted.broken(root)
    items = {edit.item for edit in planted.edits if not edit.before}
    chosen = [
        step
        for path in subjects
        if path in broken.files or broken.names
        for step in steps_of(
            items | broken.names,
            broken.files.get(path) or bug.read_code(root / path),
            [step for step in steps if step.subject.source == path],
        )
    ]
    if not chosen:
        files = planted.files()
        if any(path in subjects for path in files):
            why = f"no step reaches {', '.join(sorted(items | broken.names))}"
        else:
            why = f"no step proves {', '.join(files)}"
        return Answer(planted, verdict.NOT_ASKED, (), why)
    with tempfile.TemporaryDirectory(prefix="prove.") as name:
        folder = pathlib.Path(name)
        written = _write(root, planted, folder)
        found = refute.prove(
            root,
            lambda step: _source(root, folder, written, step),
            chosen,
            limit,
            builder,
            until,
        )
    return Answer(
        planted, found.verdict, found.rules, found.why, found.assertions
    )
