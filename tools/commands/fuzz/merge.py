"""Adds to one corpus the inputs of others that reach new code.

usage: bazel run //fuzz:<target>_merge -- OUT IN...

OUT gets the inputs of the folders IN that reach code that no input of OUT
reaches. libFuzzer merges in a private folder, and only whole files are copied to
OUT. Inputs on which the target fails are copied to OUT.findings.

Exit status: 0 all merged; 1 merged, except inputs with findings and damaged
files; 2 bad input or a full disk, and OUT is unchanged.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from tools.commands.fuzz import corpus
from tools.lib.child import end_with_parent
from tools.lib.places import start_folder
from tools.lib.problem import Problem, exit_status


def merge(
    binary: pathlib.Path,
    out: pathlib.Path,
    sources: Sequence[pathlib.Path],
    new: pathlib.Path,
    environment: Mapping[str, str] | None = None,
) -> list[bytes]:
    """Copies the inputs of `sources` that reach more code than `out` into the
    empty folder `new`.

    environment  variables that the target gets in addition

    Returns the bytes of the inputs on which the target fails.
    """
    with tempfile.TemporaryDirectory(dir=new.parent, prefix="merge-") as name:
        private = pathlib.Path(name)
        base = _copy([out], private / "base")
        known = {path.name for path in base.iterdir()}
        more = _copy(sources, private / "more")
        failing = _run(binary, base, more, private, environment or {})
        intact, damaged = corpus.units(base)
        if damaged:
            raise Problem(f"the disk of {new} is full; make room, start again")
        for path in intact:
            if path.name not in known:
                corpus.publish(path, new)
        return failing


def _copy(
    folders: Sequence[pathlib.Path], target: pathlib.Path
) -> pathlib.Path:
    """Copies all usable inputs of the folders, under their digests as names."""
    corpus.make_folder(target)
    for folder in folders:
        for path in corpus.inputs(folder)[0]:
            corpus.publish(path, target, corpus.digest(path.read_bytes()))
    return target


def _run(
    binary: pathlib.Path,
    base: pathlib.Path,
    more: pathlib.Path,
    private: pathlib.Path,
    environment: Mapping[str, str],
) -> list[bytes]:
    """Merges `more` into `base`; returns the bytes of the inputs on which the
    target failed."""
    artifacts = corpus.make_folder(private / "artifacts")
    run = subprocess.run(
        [
            str(binary),
            "-merge=1",
            f"-artifact_prefix={artifacts}/",
            f"-merge_control_file={private / 'control'}",
            str(base),
            str(more),
        ],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        preexec_fn=end_with_parent,
        check=False,
    )
    if run.returncode != 0:
        errors = [line for line in run.stderr.splitlines() if "ERROR" in line]
        raise Problem(
            f"libFuzzer's merge ended with status {run.returncode}; "
            + (errors[0] if errors else "is the disk full?")
        )
    return [
        path.read_bytes()
        for path in sorted(artifacts.iterdir())
        if corpus.is_intact(path)
    ]


def main(argv: list[str]) -> int:
    binary, *names = argv
    if "--help" in names:
        print(__doc__.strip())
        return 0
    for name in names:
        if name.startswith("-"):
            raise Problem(f"unknown flag '{name}'; try --help")
    if len(names) < 2:
        raise Problem("give OUT and at least one IN; try --help")
    out, *sources = [start_folder() / name for name in names]
    for source in sources:
        corpus.readable_folder(source)
    return _merge_into(pathlib.Path(binary).resolve(), out, sources)


def _merge_into(
    binary: pathlib.Path, out: pathlib.Path, sources: Sequence[pathlib.Path]
) -> int:
    corpus.make_folder(out)
    damaged = [p for f in [out, *sources] for p in corpus.inputs(f)[1]]
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".merge-") as name:
        new = corpus.make_folder(pathlib.Path(name) / "new")
        failing = merge(binary, out, sources, new)
        added, _ = corpus.publish_all(new, out)
    print(f"{added} inputs added to {out}")
    for path in damaged:
        print(f"damaged, left out: {path}")
    for data in failing:
        findings = corpus.make_folder(out.with_name(f"{out.name}.findings"))
        print(f"the target fails on {corpus.keep(data, findings)[0]}")
    return 1 if failing or damaged else 0


if __name__ == "__main__":
    sys.exit(exit_status("merge", lambda: main(sys.argv[1:])))
