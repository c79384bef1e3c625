"""Starts processes of a worker by fork() instead of exec(): a process then costs a
tenth of what it costs to load and link the worker again."""

from __future__ import annotations

import os
import pathlib
import select
import subprocess
import weakref
from collections.abc import Mapping, Sequence
from typing import Protocol

from tools.lib.child import end_with_parent
from tools.lib.problem import Problem


class Process(Protocol):
    """The part of subprocess.Popen that the runner needs of a process.

    pid         the process; it is the leader of its process group
    returncode  as that of subprocess.Popen; None before wait() has returned
    """

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the end. Raises subprocess.TimeoutExpired."""


class Server:
    """A worker that has loaded everything and started nothing. It forks a process
    for each command; see the command `serve` of worker/worker.c."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._name = command[0]
        self._process = subprocess.Popen(
            [*command, "serve"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        self._read = b""
        weakref.finalize(self, _end, self._process)

    def start(self, folder: pathlib.Path, arguments: Sequence[object]) -> Process:
        """Starts a process that runs one command in the folder. The process writes
        its results and its output to files of these names in the folder."""
        parts = [str(folder), *map(str, arguments)]
        assert self._process.stdin
        try:
            self._process.stdin.write(("\t".join(parts) + "\n").encode())
        except BrokenPipeError:
            self._refuse()
        return _Forked(self, int(self.line(None) or 0))

    def line(self, timeout: float | None) -> str | None:
        """Returns the server's next line; None if none comes in time."""
        assert self._process.stdout
        while b"\n" not in self._read:
            output = self._process.stdout.fileno()
            if not select.select([output], [], [], timeout)[0]:
                return None
            part = os.read(output, 4096)
            if not part:
                self._refuse()
            self._read += part
        line, _, self._read = self._read.partition(b"\n")
        return line.decode()

    def _refuse(self) -> None:
        raise Problem(
            f"{self._name} serve ended with status {self._process.wait()}; "
            "it must end only with this program"
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the server, which reads to the end of its input."""
    assert process.stdin and process.stdout
    process.stdin.close()
    process.stdout.close()
    process.wait()


class _Forked:
    """A process that a server has forked."""

    def __init__(self, server: Server, pid: int) -> None:
        self._server = server
        self.pid = pid
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            status = self._server.line(timeout)
            if status is None:
                raise subprocess.TimeoutExpired("worker", timeout or 0)
            self.returncode = int(status)
        return self.returncode
