"""Builds the targets of a campaign and keeps copies of the binaries, so that a
`bazel build` during the night cannot replace the files of a running fuzzer."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Sequence

from tools.commands.fuzz.build import build_labels, flags_of
from tools.commands.fuzz.corpus import make_folder
from tools.commands.overnight import settings
from tools.commands.overnight.settings import Setting
from tools.lib.problem import Problem

_LIBRARY = re.compile(r" => (/\S+) \(")


@dataclasses.dataclass(frozen=True)
class Files:
    """The files of one target in one build.

    engine      the target with libFuzzer
    generated   the target with generated programs, or None
    repro       shows the finding of one input
    minimize    makes an input with a finding smaller
    dictionary  libFuzzer's dictionary, or None
    replay      runs files without an engine; None: see fuzz/defs.bzl
    sweep       makes each allocation fail in turn, or None
    environment variables for all of them
    """

    engine: pathlib.Path
    generated: pathlib.Path | None
    repro: pathlib.Path
    minimize: pathlib.Path
    dictionary: pathlib.Path | None = None
    replay: pathlib.Path | None = None
    sweep: pathlib.Path | None = None
    environment: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class Kinds:
    """The targets that run programs, and those of them that run on CPython too: from
    an engine, and with failing allocations."""

    programs: frozenset[str]
    on_cpython: frozenset[str]
    sweep_on_cpython: frozenset[str]


def kinds(root: pathlib.Path) -> Kinds:
    """Asks Bazel about the targets of fuzz/BUILD."""
    done = subprocess.run(
        ["bazel", "query", "--noshow_progress", "//fuzz:all"],
        cwd=root,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise Problem(f"bazel query failed; it said:\n{done.stderr.strip()}")
    names = [line.rpartition(":")[2] for line in done.stdout.splitlines()]

    def with_suffix(suffix: str) -> frozenset[str]:
        return frozenset(
            name.removesuffix(suffix) for name in names if name.endswith(suffix)
        )

    return Kinds(
        with_suffix("_generated"),
        with_suffix("_bin_on_cpython"),
        with_suffix("_sweep_on_cpython"),
    )


class Builder:
    """Builds with Bazel into bazel-bin and copies into `folder`."""

    def __init__(
        self, root: pathlib.Path, folder: pathlib.Path, known: Kinds
    ) -> None:
        self._root = root
        self._folder = folder
        self._kinds = known

    def build(
        self, setting: Setting, targets: Sequence[str]
    ) -> dict[str, Files]:
        """Builds the targets in the setting's build; returns {target: Files}."""
        is_msan = setting.build == settings.MSAN
        engine = "_engine" if is_msan else "_bin"
        suffixes = [engine, "_repro", "_minimize", "_dict"]
        names = [target + suffix for target in targets for suffix in suffixes]
        for target in targets:
            if not is_msan:
                names.append(target)
            if target in self._kinds.programs and not is_msan:
                names += [f"{target}_generated", f"{target}_sweep"]
        built = build_labels(
            [f"//fuzz:{name}" for name in names],
            self._flags(setting),
            self._root,
        )
        return {
            target: self._files(setting, target, built / "fuzz", engine)
            for target in targets
        }

    def seeds(self, targets: Sequence[str]) -> dict[str, pathlib.Path]:
        """Returns {target: the folder with the inputs of its corpus}."""
        labels = [f"//fuzz:{target}_corpus" for target in targets]
        built = build_labels(labels, [], self._root)
        return {t: built / "fuzz" / f"{t}_corpus" for t in targets}

    def _flags(self, setting: Setting) -> list[str]:
        if setting.build == settings.MSAN:
            return ["--config=msan-libfuzzer", "--platform_suffix=-msan"]
        return flags_of(setting.implementation)

    def _files(
        self, setting: Setting, target: str, built: pathlib.Path, engine: str
    ) -> Files:
        folder = make_folder(self._folder / setting.build_name)
        is_msan = setting.build == settings.MSAN

        def copy(name: str) -> pathlib.Path:
            return keep_copy(built / name, folder)

        runs_programs = target in self._kinds.programs and not is_msan
        dictionary = built / f"{target}.dict"
        return Files(
            engine=copy(target + engine),
            generated=copy(f"{target}_generated") if runs_programs else None,
            repro=copy(f"{target}_repro"),
            minimize=copy(f"{target}_minimize"),
            dictionary=copy(dictionary.name) if dictionary.stat().st_size else None,
            # Linked with shared libraries in bazel-bin; used only right after
            # the build.
            replay=None if is_msan else built / target,
            sweep=built / f"{target}_sweep" if runs_programs else None,
        )


def keep_copy(path: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Makes `path` available in the folder; returns the new path. Makes a hard
    link if possible: Bazel never writes into a file that it has built, but
    replaces the file."""
    source, target = path.resolve(), folder / path.name
    if target.exists() and target.stat().st_mtime == source.stat().st_mtime:
        return target
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target


def keep_with_libraries(
    path: pathlib.Path, folder: pathlib.Path
) -> pathlib.Path:
    """Like keep_copy(), for a program with shared libraries that Bazel has built.
    The copy finds the libraries with LD_LIBRARY_PATH=folder."""
    done = subprocess.run(
        ["ldd", path], check=True, stdout=subprocess.PIPE, text=True
    )
    for name in _LIBRARY.findall(done.stdout):
        if "/bazel-out/" in name or "/_solib" in name:
            keep_copy(pathlib.Path(name), folder)
    return keep_copy(path, folder)
