"""The line that shows the progress of a run."""

import collections
import time
from typing import TextIO

import rich.console
import rich.live
import rich.text

# Seconds between two lines if the output is not a terminal.
_PLAIN_INTERVAL = 10


def elapsed(seconds: float, total: int | None) -> str:
    return f"{seconds:.0f}/{total} s" if total else f"{seconds:.0f} s"


class Display:
    """Redraws one line on a terminal. Prints a line every 10 s if the output is
    not a terminal."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._console = rich.console.Console(file=file, highlight=False)
        self._live: rich.live.Live | None = None
        self._last = time.monotonic()

    def __enter__(self) -> "Display":
        if self._console.is_terminal:
            self._live = rich.live.Live(
                console=self._console, auto_refresh=False, transient=True
            )
            self._live.start()
        return self

    def __exit__(self, *unused: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, line: str) -> None:
        if self._live:
            text = rich.text.Text(line, overflow="ellipsis", no_wrap=True)
            self._live.update(text, refresh=True)
        elif time.monotonic() - self._last >= _PLAIN_INTERVAL:
            self._last = time.monotonic()
            print(line, flush=True)


class Rate:
    """Executions per second, over the last five seconds."""

    _WINDOW = 5

    def __init__(self) -> None:
        self._samples: collections.deque[tuple[float, int]]
        self._samples = collections.deque([(0, 0)])

    def at(self, seconds: float, executions: int) -> float:
        samples = self._samples
        samples.append((seconds, executions))
        while len(samples) > 2 and seconds - samples[1][0] > self._WINDOW:
            samples.popleft()
        begin, count = samples[0]
        return (executions - count) / max(seconds - begin, 0.001)
