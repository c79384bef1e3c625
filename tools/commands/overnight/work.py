"""Work that a job slot does besides slices: a function in a thread. The function
waits for processes most of the time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Work(Generic[T]):
    """Runs function() in a thread. `label` is what the screen shows; finish()
    calls done(result) in the thread of the caller."""

    def __init__(
        self, label: str, function: Callable[[], T], done: Callable[[T], None]
    ) -> None:
        self.label = label
        self._function = function
        self._done = done
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result.append(self._function())
        except BaseException as error:  # raised again in finish()
            self._error = error

    def is_running(self) -> bool:
        return self._thread.is_alive()

    def finish(self) -> None:
        """Passes the result on, or raises what the function raised."""
        self._thread.join()
        if self._error:
            raise self._error
        self._done(self._result[0])
