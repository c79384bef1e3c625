"""The parameters of a run: the built target, the user's options, and the
interface of the engines."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tools.commands.fuzz.log import Log
from tools.lib.status import Status


class Tools(NamedTuple):
    """The files that Bazel has built for a target.

    `afl` is the target for AFL++, and `mutator` is the library with which AFL++
    changes programs. Both are None unless AFL++ is the engine. A target whose
    inputs are bytes has no `mutator`."""

    binary: pathlib.Path
    seeds: pathlib.Path
    dictionary: pathlib.Path
    repro: pathlib.Path
    minimize: pathlib.Path
    afl: pathlib.Path | None = None
    mutator: pathlib.Path | None = None


@dataclasses.dataclass(frozen=True)
class Options:
    """The user's options. `flags` go to the engine. `build_flags` are the flags
    with which Bazel has built the target. `seeds` is a folder of inputs. `profiles`
    are those that the jobs follow, one after the other; an empty name leaves the
    choice to the target."""

    jobs: int = 1
    seed: int | None = None
    seconds: int | None = None
    fresh: bool = False
    flags: Sequence[str] = ()
    build_flags: Sequence[str] = ()
    engine: str = "libfuzzer"
    seeds: pathlib.Path | None = None
    profiles: Sequence[str] = ("",)


class Job(Protocol):
    """One fuzzing process: engine.Engine or afl.Instance."""

    units: pathlib.Path
    artifacts: pathlib.Path
    status: Status
    log: Log
    profile: str

    def start(self) -> None:
        """Starts the process."""

    def look(self) -> None:
        """Reads the current numbers."""

    def is_running(self) -> bool:
        """True from start() until the process has ended."""

    def interrupt(self) -> None:
        """Asks the process to end."""

    def has_failed(self) -> bool:
        """True if the process has ended with a finding or an error."""

    def wait(self) -> int:
        """Waits for the end; returns an exit status with libFuzzer's meaning."""

    def executions(self) -> int:
        """Returns how many inputs were run."""
