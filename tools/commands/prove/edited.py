"""Steps with an edit, for tests that a mutated step finds less."""

from __future__ import annotations

import pathlib
import shutil

from tools.commands.prove.steps import FOLDER


def copy(
    root: pathlib.Path, folder: pathlib.Path, file: str, old: str, new: str
) -> pathlib.Path:
    """Copies what a proof reads, replaces the text `old` of a file of tests/steps
    by `new`, and returns the folder. The text must stand there once."""
    for part in (FOLDER, pathlib.Path("capsule")):
        shutil.copytree(root / part, folder / part)
    path = folder / FOLDER / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file}: {text.count(old)} places, not one"
    path.chmod(0o644)
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder
