"""Builds fuzz targets with Bazel, for tools/fuzz and tools/overnight."""

import os
import pathlib
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tools.lib.problem import Problem

REFERENCE = "reference"


def known_targets(root: pathlib.Path) -> list[str]:
    return sorted(path.stem for path in (root / "fuzz").glob("*_fuzz.c"))


def known_implementations(root: pathlib.Path) -> list[str]:
    """Returns the names of the folders in capsule/ that have a host.c."""
    return sorted(
        path.parent.name for path in (root / "capsule").glob("*/host.c")
    )


def flags_of(implementation: str) -> list[str]:
    """Returns the flags with which Bazel builds the implementation. Other
    implementations than the reference get their own output folder, so that the
    build does not replace the files of a running fuzzer."""
    if implementation == REFERENCE:
        return []
    return [
        f"--//capsule:implementation=//capsule/{implementation}",
        f"--platform_suffix=-{implementation}",
    ]


def build(
    names: Sequence[str],
    flags: Sequence[str],
    root: pathlib.Path,
    environment: Mapping[str, str] | None = None,
) -> pathlib.Path:
    """Builds targets of fuzz/BUILD, or labels; returns the folder with the built
    files of fuzz/BUILD."""
    labels = [name if ":" in name else f"//fuzz:{name}" for name in names]
    return build_labels(labels, flags, root, environment) / "fuzz"


def build_labels(
    labels: Sequence[str],
    flags: Sequence[str],
    root: pathlib.Path,
    environment: Mapping[str, str] | None = None,
) -> pathlib.Path:
    """Builds the labels and prints the command; returns the folder bazel-bin.

    environment  variables that Bazel gets in addition, such as CAPSULE_PYTHON
    """
    command = ["bazel", "build", *flags, *labels]
    print(shlex.join(command), file=sys.stderr, flush=True)
    quiet = ["--noshow_progress", "--ui_event_filters=-info"]
    variables = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(
            command + quiet, cwd=root, env=variables, check=False
        )
        if done.returncode != 0:
            raise Problem("the build failed; see above")
        info = subprocess.run(
            ["bazel", "info", *flags, "bazel-bin"],
            cwd=root,
            env=variables,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise Problem(f"bazel does not work: {error}") from None
    return pathlib.Path(info.stdout.strip())


def runs_programs(target: str, root: pathlib.Path) -> bool:
    """True if the target's inputs are programs, which our mutator can change."""
    return "const struct target TARGET" in (
        root / "fuzz" / f"{target}.c"
    ).read_text(encoding="utf-8")
