"""Keeps the findings of a campaign on disk, one folder for each signature:

    finding.json   the signature, the verdict, where it shows
    input          the input that the run wrote
    program.prog   the smallest program that shows the finding
    program.c      the same as C
    report.txt     the report
    run/           the whole run, if the input alone does not show the finding
"""

from __future__ import annotations

import hashlib
import pathlib
import shutil
from collections.abc import Iterable
from typing import Any

from tools.commands.overnight import examine, storage
from tools.commands.overnight.examine import Examined
from tools.lib.problem import Problem


def identity(signature: str) -> str:
    """Returns the name of the folder of a signature."""
    return hashlib.sha1(signature.encode()).hexdigest()[:10]


def keep(found: Examined, run: pathlib.Path, folder: pathlib.Path) -> str:
    """Adds the finding to the folder; returns its identity. Keeps the first of
    several findings with the same signature."""
    name = identity(found.signature)
    target = folder / name
    if not target.exists():
        part = folder / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _fill(part, found, run)
        part.rename(target)
    return name


def _fill(part: pathlib.Path, found: Examined, run: pathlib.Path) -> None:
    files = {
        "input": found.input,
        "program.prog": found.smaller,
        "program.c": found.c_file,
    }
    report = found.report
    for name, path in files.items():
        if path and path.exists():
            suffix = path.suffix if name == "input" else ""
            shutil.copyfile(path, part / f"{name}{suffix}")
    if found.c_file:
        report = report.replace(str(found.c_file), "program.c")
    storage.write(part / "report.txt", report.rstrip() + "\n")
    storage.write_json(part / "finding.json", examine.as_json(found))
    if not any(again.shown for again in found.again):
        shutil.copytree(
            run, part / "run", ignore=shutil.ignore_patterns("examined")
        )


def read(folder: pathlib.Path) -> dict[str, dict[str, Any]]:
    """Returns {identity: finding} with the texts of the files."""
    found = {}
    for path in sorted(folder.glob("[!.]*/finding.json")):
        values = storage.read_json(path, "a finding")
        values["folder"] = path.parent.name
        for key, name in (
            ("program", "program.prog"),
            ("c_source", "program.c"),
            ("report", "report.txt"),
        ):
            file = path.parent / name
            values[key] = (
                file.read_text(encoding="utf-8", errors="replace")
                if file.exists()
                else ""
            )
        values["has_run"] = (path.parent / "run").exists()
        values["files"] = sorted(p.name for p in path.parent.iterdir())
        found[path.parent.name] = values
    return found


def find(folder: pathlib.Path, name: str) -> pathlib.Path:
    """Returns the folder of the finding with this identity, or the beginning of
    it. Raises Problem."""
    names = sorted(path.parent.name for path in folder.glob("[!.]*/finding.json"))
    chosen = [known for known in names if known.startswith(name)]
    if len(chosen) != 1:
        raise Problem(
            f"there is no finding '{name}' in {folder}; there are "
            f"{listed(names)}"
        )
    return folder / chosen[0]


def listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
