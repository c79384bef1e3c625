"""Builds fuzz targets with Bazel, for tools/fuzz and tools/overnight."""

import argparse
import hashlib
import os
import pathlib
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence

from tools.lib import instruments
from tools.lib.arguments import one_of
from tools.lib.places import start_folder
from tools.lib.problem import Problem

REFERENCE = "reference"
CPYTHON = "cpython"

_PROFILE = re.compile(r'\.profile = "([^"]+)"')


def known_targets(root: pathlib.Path) -> list[str]:
    return sorted(path.stem for path in (root / "fuzz").glob("*_fuzz.c"))


def known_implementations(root: pathlib.Path) -> list[str]:
    """Returns the names of the folders in capsule/ that have a host.c."""
    return sorted(
        path.parent.name for path in (root / "capsule").glob("*/host.c")
    )


def name_or_python(names: Sequence[str]) -> Callable[[str], str]:
    """Returns an argparse type that accepts one of these names, or the path of an
    interpreter, which becomes absolute."""

    def parse(text: str) -> str:
        if os.sep not in text:
            return one_of(names)(text)
        path = start_folder() / text
        if not path.is_file() or not os.access(path, os.X_OK):
            raise argparse.ArgumentTypeError(
                f"{text} is not a program; give the path of a CPython"
            )
        if not _has_headers(path):
            raise argparse.ArgumentTypeError(
                f"{text} is no CPython 3 with its headers; give the path of one"
            )
        return os.path.abspath(path)

    return parse


def _has_headers(path: pathlib.Path) -> bool:
    """True if the program is a CPython 3 that knows where its Python.h is."""
    question = (
        "import os, sysconfig; "
        "print(os.path.exists(sysconfig.get_path('include') + '/Python.h'))"
    )
    done = subprocess.run(
        [path, "-I", "-c", question],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0 and done.stdout.strip() == b"True"


def add_implementation(
    parser: argparse.ArgumentParser, names: Sequence[str]
) -> None:
    """Adds --implementation NAME, one of these names or the path of a CPython."""
    parser.add_argument(
        "--implementation",
        type=name_or_python(names),
        default=REFERENCE,
        metavar="NAME",
        help=f"what to run: {', '.join(names)}, or the path of a CPython (default "
        f"{REFERENCE})",
    )


def flags_of(implementation: str) -> list[str]:
    """Returns the flags with which Bazel builds the implementation: a name, or the
    path of a CPython. Other implementations than the reference get their own output
    folder, so that the build does not replace the files of a running fuzzer."""
    if implementation == REFERENCE:
        return []
    suffix = f"--platform_suffix=-{folder_word(implementation)}"
    if os.sep in implementation:
        return [
            f"--//capsule:implementation=//capsule/{CPYTHON}",
            f"--repo_env=CAPSULE_PYTHON={implementation}",
            suffix,
        ]
    return [f"--//capsule:implementation=//capsule/{implementation}", suffix]


def folder_word(implementation: str) -> str:
    """Returns the part of folder names that stands for an implementation. Each
    interpreter has its own."""
    if os.sep not in implementation:
        return implementation
    digest = hashlib.sha256(implementation.encode()).hexdigest()
    return f"{CPYTHON}-{digest[:8]}"


def check_instruments(implementation: str) -> None:
    """Says that a CPython reports no coverage. Raises a Problem if a fuzz target
    cannot be linked with the CPython's sanitizer."""
    if os.sep not in implementation and implementation != CPYTHON:
        return
    path = implementation
    if path == CPYTHON:
        path = os.environ.get("CAPSULE_PYTHON") or "/usr/bin/python3"
    found = instruments.of(pathlib.Path(path))
    if found.sanitizer not in (None, "address"):
        raise Problem(
            f"{path} has the sanitizer '{found.sanitizer}', and the fuzz targets "
            "have 'address'; give a build with that or without a sanitizer"
        )
    if not found.coverage:
        print(
            f"fuzz: {path} reports no coverage of its capsules, so that the engine "
            "is not guided by them; tools/python-from-source --coverage builds a "
            "CPython that does",
            file=sys.stderr,
        )


def build(
    names: Sequence[str],
    flags: Sequence[str],
    root: pathlib.Path,
) -> pathlib.Path:
    """Builds targets of fuzz/BUILD; returns the folder with the built files."""
    labels = [f"//fuzz:{name}" for name in names]
    return build_labels(labels, flags, root) / "fuzz"


def build_labels(
    labels: Sequence[str],
    flags: Sequence[str],
    root: pathlib.Path,
) -> pathlib.Path:
    """Builds the labels and prints the command; returns the folder bazel-bin."""
    command = ["bazel", "build", *flags, *labels]
    print(shlex.join(command), file=sys.stderr, flush=True)
    quiet = ["--noshow_progress", "--ui_event_filters=-info"]
    try:
        done = subprocess.run(command + quiet, cwd=root, check=False)
        if done.returncode != 0:
            raise Problem("the build failed; see above")
        info = subprocess.run(
            ["bazel", "info", *flags, "bazel-bin"],
            cwd=root,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise Problem(f"bazel does not work: {error}") from None
    return pathlib.Path(info.stdout.strip())


def source_of(target: str, root: pathlib.Path) -> str:
    return (root / "fuzz" / f"{target}.c").read_text(encoding="utf-8")


def profile_of(target: str, root: pathlib.Path) -> str:
    """Returns the profile that all programs of the target follow; "" if the target
    leaves the choice to the implementation."""
    found = _PROFILE.search(source_of(target, root))
    return found[1] if found else ""


def check_profile(target: str, implementation: str, root: pathlib.Path) -> None:
    """Raises a Problem if no CPython 3 follows the target's profile, before the
    target is built for one. CAPSULE_PROFILE replaces the target's profile."""
    profile = profile_of(target, root)
    if implementation == REFERENCE or "CAPSULE_PROFILE" in os.environ:
        return
    if profile.startswith("cpython-2"):
        raise Problem(
            f"{target} follows the profile {profile}, which no CPython 3 follows; "
            "leave out --implementation to fuzz the reference"
        )


def runs_programs(target: str, root: pathlib.Path) -> bool:
    """True if the target's inputs are programs, which our mutator can change."""
    return "const struct target TARGET" in source_of(target, root)
