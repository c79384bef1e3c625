"""A pytest plugin: says in which test the checker found something.

This file needs no other one. Run pytest under the checker, with the plugin:

  tools/check -- pytest -p capsule_check_plugin --capsule-errors-fail tests/

with the folder of this file in PYTHONPATH, or a copy of it beside conftest.py.
Without the checker the plugin does nothing.
"""

import json
import os
import struct
from typing import Any, Dict, Iterator, List, Optional

import pytest

# The layout of the file that a checked process writes: check/channel.h.
HEADER = struct.Struct("=8s6I2Q")
TIMES_AT = HEADER.size + 506 * 8
LOG = 1 << 16


class Channel:
    """Reads what the checker writes about this process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.seen: Dict[int, int] = {}  # number of a finding: how often it was seen
        self.known: Dict[int, Dict[str, Any]] = {}  # number of a finding: its record

    def _data(self) -> Optional[bytes]:
        """Returns the bytes of the newest file of this process, or None."""
        for number in range(9, -1, -1):
            path = os.path.join(self.folder, "%d.%d" % (os.getpid(), number))
            try:
                with open(path, "rb") as file:
                    return file.read(LOG + 8 * 1024 * 1024)
            except OSError:
                continue
        return None

    def news(self) -> List[Dict[str, Any]]:
        """Returns the findings that occurred since the last call."""
        data = self._data()
        if data is None:
            return []
        header = HEADER.unpack_from(data)
        count, length = header[4], header[7]
        log = data[LOG : LOG + length].decode("utf-8", "backslashreplace")
        for line in log.split("\n")[:-1]:
            record = json.loads(line)
            if record["kind"] == "finding":
                self.known[record["number"]] = record
        times = struct.unpack_from("=%dI" % count, data, TIMES_AT)
        new = [
            self.known[number]
            for number, seen in enumerate(times)
            if seen != self.seen.get(number, 0) and number in self.known
        ]
        self.seen = dict(enumerate(times))
        return new


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("capsule check")
    group.addoption(
        "--capsule-errors-fail",
        action="store_true",
        help="a test fails if the checker finds an error while it runs",
    )


def pytest_configure(config: Any) -> None:
    folder = os.environ.get("CAPSULE_CHECK_DIR")
    config.capsule_channel = Channel(folder) if folder else None
    config.capsule_findings = []


def describe(finding: Dict[str, Any]) -> str:
    """Returns one line about a finding."""
    return "%s %s: %s" % (
        finding["level"].upper(),
        finding["rule"],
        finding["sentence"],
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Iterator[None]:
    outcome: Any = yield
    channel = item.config.capsule_channel
    if channel is None:
        return
    findings = channel.news()
    report = outcome.get_result()
    if not findings:
        return
    lines = [describe(finding) for finding in findings]
    report.sections.append(("capsule check (%s)" % call.when, "\n".join(lines)))
    item.config.capsule_findings += [(item.nodeid, line) for line in lines]
    errors = [f for f in findings if f["level"] == "error"]
    if errors and report.passed and item.config.getoption("--capsule-errors-fail"):
        report.outcome = "failed"
        report.longrepr = "\n".join(describe(finding) for finding in errors)


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    if not config.capsule_findings:
        return
    terminalreporter.section("capsule check")
    for test, line in config.capsule_findings:
        terminalreporter.write_line("%s: %s" % (test, line))
