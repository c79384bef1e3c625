"""Tests of tools/commands/fuzz/log.py, which reads libFuzzer's output, and of
tools/lib/status.py, which reads the counters of a run."""

import pathlib
import struct
from collections.abc import Sequence

from tools.commands.fuzz.log import Log
from tools.lib.status import Status, rules_of


def fed(*lines: str) -> Log:
    log = Log()
    for line in lines:
        log.feed(line + "\n")
    return log


def test_progress() -> None:
    log = fed(
        "INFO: Seed: 1",
        "#2\tINITED ft: 1 corp: 1/1b exec/s: 0 rss: 32Mb",
        "#4096\tpulse  cov: 12 ft: 30 corp: 5/20b lim: 43 exec/s: 99 rss: 31Mb",
        "#5000\tREDUCE cov: 13 ft: 31 corp: 6/21b lim: 43 exec/s: 99 rss: 31Mb",
    )
    assert (log.executions, log.coverage, log.corpus) == (5000, 13, 6)


def test_the_final_number_wins() -> None:
    log = fed(
        "#4096\tpulse  cov: 12 ft: 30 corp: 5/20b exec/s: 99 rss: 31Mb",
        "stat::number_of_executed_units: 4999",
    )
    assert log.executions == 4999


def test_the_log_notes_that_leak_detection_was_given_up() -> None:
    line = "INFO: libFuzzer disabled leak detection after every mutation."
    assert fed(line).leaks_ignored
    assert not fed("INFO: leak detection").leaks_ignored


def test_a_report_starts_with_the_line_of_the_finding() -> None:
    log = fed("#1 NEW", "contract violation: GETP-3  x", "  expected  y")
    assert log.report() == "contract violation: GETP-3  x\n  expected  y"


def test_a_report_of_ubsan_starts_with_the_program() -> None:
    lines = "while running a program", "  after  GETP-3", "a.c:1:2: runtime error: x"
    assert fed("INFO", *lines).report() == "\n".join(lines)


def test_without_a_finding_the_report_is_the_end() -> None:
    assert fed("one", "two").report() == "one\ntwo"


def write_status(
    path: pathlib.Path,
    rules: Sequence[tuple[str, int, int]],
    magic: bytes = b"capsule-status1",
) -> Status:
    data = struct.pack("<16sQQQQ", magic, len(rules), 7, 30, 2)
    for ident, reachable, count in rules:
        data += struct.pack("<16sQQ", ident.encode(), reachable, count)
    path.write_bytes(data)
    status = Status(path)
    status.read()
    return status


def test_status(tmp_path: pathlib.Path) -> None:
    status = write_status(
        tmp_path / "s", [("A-1", 1, 5), ("A-2", 1, 0), ("A-3", 0, 0)]
    )
    assert (status.programs, status.calls, status.skipped) == (7, 30, 2)
    assert rules_of([status]) == (["A-1"], ["A-2"])


def test_a_rule_counts_as_exercised_if_one_run_exercised_it(
    tmp_path: pathlib.Path
) -> None:
    one = write_status(tmp_path / "1", [("A-1", 1, 5), ("A-2", 1, 0)])
    two = write_status(tmp_path / "2", [("A-1", 1, 0), ("A-2", 1, 3)])
    assert rules_of([one, two]) == (["A-1", "A-2"], [])


def test_a_missing_truncated_or_foreign_status_file_is_ignored(
    tmp_path: pathlib.Path
) -> None:
    missing = Status(tmp_path / "none")
    missing.read()
    assert missing.rules == {}
    path = tmp_path / "s"
    assert write_status(path, [("A-1", 1, 5)], b"something else").rules == {}
    write_status(path, [("A-1", 1, 5)])
    path.write_bytes(path.read_bytes()[:60])
    status = Status(path)
    status.read()
    assert status.programs == 0 and status.rules == {}
