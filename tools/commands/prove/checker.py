"""CBMC, the model checker: where it is, and how it is run."""

from __future__ import annotations

import json
import os
import pathlib
import pwd
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from tools.lib.child import end_with_parent
from tools.lib.problem import Problem

# Where tools/commands/prove/install puts CBMC on a system that has no package.
_FOLDER = "capsule-contract/cbmc/bin"
_TOOLS = ("cbmc", "goto-cc", "goto-instrument")

# The default language of gcc up to version 14. Later ones take C23, whose va_start()
# CBMC does not know.
_LANGUAGE = "-std=gnu17"

# Loops with a bound of their own: they run over texts, which are constant or as
# short as names.
_LOOPS = {
    "environment_message.0": 120,
    "PyErr_Format.0": 60,
    "copy_text.0": 34,
    "PyUnicode_FromFormat.0": 60,
}


def _folders() -> list[pathlib.Path]:
    home = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return [pathlib.Path("/usr/bin"), cache / _FOLDER]


def find() -> pathlib.Path | None:
    """Returns the folder with CBMC's programs, or None."""
    for folder in _folders():
        if all((folder / tool).exists() for tool in _TOOLS):
            return folder
    return None


class NoAnswer(Exception):
    """CBMC used up its processor time."""


def _begin(limit: float | None) -> None:
    """Runs in the child. The limit counts processor time, so that a busy machine
    changes no answer."""
    end_with_parent()
    if limit is not None:
        most = max(1, round(limit))
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))


def _first_error(done: subprocess.CompletedProcess[str]) -> str:
    """Returns the first error of a compiler in one line."""
    lines = (done.stderr + done.stdout).splitlines() or ["no reason"]
    return next((line for line in lines if "error" in line), lines[-1])


class Checker:
    """Runs CBMC's programs."""

    def __init__(self) -> None:
        folder = find()
        if folder is None:
            raise Problem("there is no CBMC here; run tools/setup prove")
        self._folder = folder

    def _run(
        self, tool: str, arguments: Sequence[str], limit: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._folder / tool), *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            preexec_fn=lambda: _begin(limit),
        )

    def compile(
        self, source: str, flags: Sequence[str], output: pathlib.Path
    ) -> None:
        """Compiles a C file; Problem with the first error."""
        done = self._run(
            "goto-cc", [_LANGUAGE, *flags, "-c", source, "-o", str(output)]
        )
        if done.returncode != 0:
            raise Problem(
                f"{source} does not compile: {_first_error(done)}; see the "
                "folders of headers (--include)"
            )

    def preprocess(self, source: str, flags: Sequence[str]) -> str:
        """Returns the text of a C file after the preprocessor."""
        done = self._run("goto-cc", ["-E", "-x", "c", _LANGUAGE, *flags, source])
        if done.returncode != 0:
            raise Problem(
                f"{source} has no preprocessed text: {_first_error(done)}; see the "
                "folders of headers (--include)"
            )
        return done.stdout

    def link(
        self,
        objects: Sequence[pathlib.Path],
        source: str,
        constant: Sequence[str],
        function: str,
        output: pathlib.Path,
    ) -> None:
        """Links a program that runs `function`. At the start, each static
        variable of `source` has any value, but for those of the names
        `constant`.

        The function is chosen here: CBMC's own --function would give static
        variables their initial values again."""
        whole = output.with_suffix(".whole")
        done = self._run(
            "goto-cc",
            [*map(str, objects), "--function", function, "-o", str(whole)],
        )
        if done.returncode == 0:
            name = pathlib.Path(source).name.replace(".", "\\.")
            kept = "|".join(constant)
            done = self._run(
                "goto-instrument",
                [
                    "--nondet-static-matching",
                    f"(.*/)?{name}:(?!({kept})$).*",
                    str(whole),
                    str(output),
                ],
            )
        if done.returncode != 0:
            raise Problem(
                f"{source} cannot be linked: "
                + (done.stderr or done.stdout).strip().splitlines()[-1]
            )

    def prove(
        self,
        program: pathlib.Path,
        bound: int,
        flags: Sequence[str] = (),
        limit: float | None = None,
    ) -> tuple[list[dict[str, Any]], float]:
        """Checks all assertions of the program.

        Returns CBMC's messages and the time in seconds. Raises NoAnswer after
        `limit` seconds of processor time."""
        loops = ",".join(f"{loop}:{times}" for loop, times in _LOOPS.items())
        start = time.monotonic()
        done = self._run(
            "cbmc",
            [
                str(program),
                "--unwind",
                str(bound),
                "--unwindset",
                loops,
                "--no-malloc-may-fail",
                "--drop-unused-functions",
                # Without the flag, CBMC leaves out the states that end in `for (;;);`.
                "--no-self-loops-to-assumptions",
                "--json-ui",
                *flags,
            ],
            limit,
        )
        if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            raise NoAnswer
        try:
            messages = json.loads(done.stdout)
        except ValueError as error:
            raise Problem(
                f"cbmc failed: {(done.stderr or done.stdout).strip()[-200:]}"
            ) from error
        return messages, time.monotonic() - start
