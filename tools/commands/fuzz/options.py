"""What a run is made of: the built target, the user's wishes, the engines."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tools.commands.fuzz.log import Log
from tools.lib.status import Status


class Tools(NamedTuple):
    """What Bazel has built for a target.

    `afl` is the target for AFL++, and `mutator` is what AFL++ loads to change
    programs; both only if AFL++ runs. A target for bytes has no `mutator`."""

    binary: pathlib.Path
    seeds: pathlib.Path
    dictionary: pathlib.Path
    repro: pathlib.Path
    minimize: pathlib.Path
    afl: pathlib.Path | None = None
    mutator: pathlib.Path | None = None


@dataclasses.dataclass(frozen=True)
class Options:
    """What the user asks for. `flags` are the engine's, `build_flags` those of
    Bazel that built the target."""

    jobs: int = 1
    seed: int | None = None
    seconds: int | None = None
    fresh: bool = False
    flags: Sequence[str] = ()
    build_flags: Sequence[str] = ()
    engine: str = "libfuzzer"


class Job(Protocol):
    """One process of an engine that fuzzes: engine.Engine or afl.Instance."""

    units: pathlib.Path
    artifacts: pathlib.Path
    status: Status
    log: Log

    def start(self) -> None:
        """Starts the process."""

    def look(self) -> None:
        """Reads the numbers as they are now."""

    def is_running(self) -> bool:
        """True from start() until the process has ended."""

    def interrupt(self) -> None:
        """Asks the process to end."""

    def has_failed(self) -> bool:
        """True if the process has ended with a finding or an error."""

    def wait(self) -> int:
        """Waits for the end; returns the exit status, as libFuzzer has it."""

    def executions(self) -> int:
        """Returns how many inputs were run."""
