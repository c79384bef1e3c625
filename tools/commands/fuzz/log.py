"""Reads the output of libFuzzer while it runs."""

import collections
import re

# "#4096 pulse  cov: 12 ft: 30 corp: 5/20b lim: 43 exec/s: 2048 rss: 31Mb"
_PROGRESS = re.compile(r"#(?P<executions>\d+)\s+\S+.*?corp: (?P<corpus>\d+)/")
_COVERAGE = re.compile(r"\bcov: (\d+)")
_UNITS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")

# libFuzzer gives up leak detection with this line and no error.
_NO_LEAKS = "INFO: libFuzzer disabled leak detection"

# The first line of a finding's report.
_REPORT = re.compile(
    r"contract violation: |==\d+==\s?ERROR: |\S+: runtime error: |ALARM: "
    r"|==\d+==WARNING: MemorySanitizer: |(while running|outside of) a program$"
)

_LINES_KEPT = 4000


class Log:
    """The numbers and events in the lines that were fed so far."""

    def __init__(self) -> None:
        self.executions = 0
        self.coverage = 0
        self.corpus = 0
        self.leaks_ignored = False
        self.tail: collections.deque[str] = collections.deque(
            maxlen=_LINES_KEPT
        )

    def feed(self, line: str) -> None:
        line = line.rstrip("\n")
        self.tail.append(line)
        if line.startswith("#"):
            self._feed_progress(line)
        elif match := _UNITS.match(line):
            self.executions = int(match[1])
        elif line.startswith(_NO_LEAKS):
            self.leaks_ignored = True

    def _feed_progress(self, line: str) -> None:
        if match := _PROGRESS.match(line):
            self.executions = int(match["executions"])
            self.corpus = int(match["corpus"])
        if match := _COVERAGE.search(line):
            self.coverage = int(match[1])

    def has_report(self) -> bool:
        """True if the output contains the report of a finding."""
        return any(_REPORT.match(line) for line in self.tail)

    def report(self) -> str:
        """Returns the report of a finding. Returns the last 20 lines of the
        output if there is no finding."""
        lines = list(self.tail)
        for number, line in enumerate(lines):
            if _REPORT.match(line):
                return "\n".join(lines[number:])
        return "\n".join(lines[-20:])
