"""Compiles the C text of a program for an implementation, and runs it again."""

import dataclasses
import pathlib
import subprocess
from collections.abc import Callable, Mapping, Sequence

from tools.commands.conformance import build
from tools.commands.conformance.programs import RUNS, how_often
from tools.commands.conformance.runner import describe_status
from tools.lib.problem import Problem

_SECONDS = 10
_LINES = 40  # of the output that is kept


class CannotBeBuilt(Exception):
    """The C file cannot be compiled or linked; the text says why."""


@dataclasses.dataclass(frozen=True)
class Command:
    """The command that starts the compiled program."""

    arguments: Sequence[str]
    environment: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Seen:
    """The runs of the C program: how they ended and how often so, and the output."""

    shows: str
    output: str


def run_again(
    path: pathlib.Path, compile_c: Callable[[pathlib.Path], Command]
) -> Seen:
    """Compiles the C file and runs it RUNS times, each time in a fresh process."""
    try:
        command = compile_c(path)
    except CannotBeBuilt as error:
        return Seen(f"not run: {error}", "")
    runs = [_run(command) for _ in range(RUNS)]
    how, output = runs[0]
    return Seen(f"{how}: {how_often(runs.count(runs[0]), RUNS)}", output)


def _run(command: Command) -> tuple[str, str]:
    """Returns how the program ended, and its output."""
    try:
        done = build.run(command.arguments, _SECONDS, dict(command.environment))
    except subprocess.TimeoutExpired:
        return f"no end within {_SECONDS} seconds", ""
    except OSError as error:
        raise Problem(f"{command.arguments[0]}: {error.strerror}") from None
    how = describe_status(done.returncode) if done.returncode else "ends by itself"
    return how, "\n".join(done.stdout.splitlines()[:_LINES])
