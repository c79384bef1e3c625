"""CPython's own Objects/capsule.c, unmodified, as a source under proof."""

from __future__ import annotations

import glob
import pathlib
import re
import subprocess
import sys

from tools.commands.prove.program import Source
from tools.lib.problem import Problem

VERSIONS = ("3.11", "3.13")
_SOURCES = pathlib.Path(__file__).with_name("sources")

# What `configure` found out about the machine. CPython's headers need the file;
# capsules use nothing from it but the sizes of types.
_CONFIGURATION = "/usr/include/*-linux-gnu/python3*/pyconfig.h"


def of_tree(tree: pathlib.Path) -> Source:
    """Returns the capsules of a source tree of CPython."""
    folders = [tree, tree / "Include", tree / "Include/internal"]
    folders.append(tree / "Include/internal/mimalloc")
    if not (tree / "pyconfig.h").exists():
        found = sorted(glob.glob(_CONFIGURATION))
        if not found:
            raise Problem("there is no pyconfig.h; install python3-dev")
        folders.append(pathlib.Path(found[-1]).parent)
    return Source(
        str(tree / "Objects/capsule.c"),
        tuple(str(folder) for folder in folders if folder.exists()),
        core=True,
        implementation=f"CPython {_version(tree)}",
    )


def _version(tree: pathlib.Path) -> str:
    """The version of a source tree, "3.13.5"."""
    path = tree / "Include/patchlevel.h"
    found = re.search(
        r'^#define PY_VERSION\s+"([^"]+)"',
        path.read_text(encoding="utf-8") if path.exists() else "",
        re.MULTILINE,
    )
    if not found:
        raise Problem(f"{path} has no PY_VERSION; give a whole source tree")
    return found[1]


def of_version(version: str) -> Source:
    """Returns the capsules of Debian's source package of that version."""
    done = subprocess.run(
        [str(_SOURCES), version], check=False, stdout=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        sys.exit(2)
    return of_tree(pathlib.Path(done.stdout.strip()))
