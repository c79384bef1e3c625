"""Builds a CPython in the cache folder of the user."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from tools.commands.python_from_source import recipe
from tools.commands.python_from_source.recipe import Options
from tools.commands.python_from_source.source import Source, version
from tools.lib.instruments import RECORD
from tools.lib.llvm import versioned
from tools.lib.problem import Problem

_HERE = pathlib.Path(__file__).parent
_ERROR = re.compile(r"^.*(?:error: |Error |ERROR: ).*$", re.MULTILINE)

# Parts of the standard library that no test needs.
_LEFT_OUT = ("test", "idlelib", "tkinter", "turtledemo", "lib2to3", "__pycache__")

# Imported once, so that their bytecode is written: the tests run with -B.
_WARM_UP = (
    "import copy, copyreg, datetime, importlib.machinery, json, pickle, platform, "
    "sysconfig, threading, warnings"
)


def cache_folder() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "capsule-contract/pythons"


def folder_of(source: Source, options: Options) -> pathlib.Path:
    """Returns the folder of the build. Its name changes with the source and the
    options."""
    words = [source.name, *options.words(), source.digest[:8]]
    return cache_folder() / "-".join(words)


def interpreter_in(folder: pathlib.Path) -> pathlib.Path:
    return folder / "bin/python3"


class Build:
    """One build. Its work folder, `<folder>.build`, stays after a failure or
    Ctrl-C, and the next run continues there. The finished interpreter appears in
    `folder` by a rename."""

    def __init__(self, source: Source, options: Options, jobs: int) -> None:
        self._source = source
        self._options = options
        self._jobs = jobs
        self.folder = folder_of(source, options)
        self._work = self.folder.with_name(self.folder.name + ".build")
        self._tree = self._work / "src"
        self._made = self._work / "made"
        self._log = self._work / "log"

    def run(self) -> pathlib.Path:
        """Builds the interpreter unless it exists. Returns its path."""
        interpreter = interpreter_in(self.folder)
        if interpreter.exists():
            return interpreter
        self._work.mkdir(parents=True, exist_ok=True)
        start = time.monotonic()
        with self._lock():
            if not interpreter.exists():
                self._unpack()
                self._configure()
                self._step("compile", ["make", f"-j{self._jobs}"])
                self._install(time.monotonic() - start)
        shutil.rmtree(self._work, ignore_errors=True)
        return interpreter

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Lets one process at a time work in the folder."""
        with (self._work / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Problem(
                    f"another process builds {self.folder.name} now; wait for it"
                ) from None
            yield

    def _unpack(self) -> None:
        _tell("unpack")
        if not self._tree.exists():
            self._source.unpack(self._tree)
        recipe.check(self._options, version(self._tree))

    def _configure(self) -> None:
        stamp = self._work / "configured"
        if stamp.exists():
            return
        shutil.rmtree(self._made, ignore_errors=True)
        (self._made / "Modules").mkdir(parents=True)
        listed = (self._tree / "Modules/Setup.stdlib.in").read_text(encoding="utf-8")
        (self._made / "Modules/Setup.local").write_text(recipe.setup_local(listed))
        arguments = recipe.configure_arguments(
            self._options, self.folder, self._work
        )
        self._step("configure", [str(self._tree / "configure"), *arguments])
        options = self._work / "sanitizer_options.o"
        self._step(
            "",
            [
                *(versioned("clang"), "-O1", "-c"),
                *(str(_HERE / "sanitizer_options.c"), "-o", str(options)),
            ],
        )
        with (self._made / "Makefile").open("a", encoding="utf-8") as makefile:
            makefile.write(
                recipe.makefile_lines(
                    self._options, self._tree, self.folder, self._work
                )
            )
        stamp.touch()

    def _install(self, seconds: float) -> None:
        """Installs without make's own target for the library, which would compile
        each module three times."""
        staged = self._work / "staged"
        shutil.rmtree(staged, ignore_errors=True)
        parts = ["altbininstall", "inclinstall", "libainstall", "sharedinstall"]
        self._step("install", ["make", *parts, f"DESTDIR={staged}"])
        root = staged / self.folder.relative_to("/")
        # A free-threaded build installs python3.13t, and python3.13 as its alias.
        binary = max(
            path
            for path in (root / "bin").glob("python3.*")
            if re.fullmatch(r"python3\.\d+t?", path.name)
        )
        library = root / "lib" / binary.name
        shutil.copytree(
            self._tree / "Lib",
            library,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(*_LEFT_OUT),
        )
        described = (self._made / "pybuilddir.txt").read_text().strip()
        for path in (self._made / described).glob("_sysconfig*"):
            shutil.copy(path, library)
        (root / "bin/python3").symlink_to(binary.name)
        (root / "src/Objects").mkdir(parents=True)
        shutil.copy(self._tree / "Objects/capsule.c", root / "src/Objects")
        record = {
            "version": version(self._tree),
            "free_threaded": self._options.free_threaded,
            "sanitizer": self._options.sanitizer,
            "coverage": self._options.coverage,
            "seconds": round(seconds),
        }
        (root / RECORD).write_text(json.dumps(record, indent=2) + "\n")
        root.rename(self.folder)
        try:
            self._step("try", [str(interpreter_in(self.folder)), "-c", _WARM_UP])
        except Problem:
            self.folder.rename(self._work / "broken")
            raise

    def _step(self, name: str, command: Sequence[str]) -> None:
        """Runs a command in the build's folder; its output goes to the log."""
        if name:
            _tell(name)
        with self._log.open("a", encoding="utf-8") as log:
            log.flush()
            begin = self._log.stat().st_size
            done = subprocess.run(
                list(command),
                cwd=self._made,
                env={**os.environ, **recipe.environment(self._options)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode != 0:
            text = self._log.read_bytes()[begin:].decode(errors="replace")
            errors = _ERROR.findall(text) or text.strip().splitlines()[-1:]
            reason = errors[0].strip() if errors else f"status {done.returncode}"
            raise Problem(f"the step '{name}' failed: {reason}; see {self._log}")


def _tell(step: str) -> None:
    print(f"python-from-source: {step}", file=sys.stderr, flush=True)
