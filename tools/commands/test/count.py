"""Counts the test cases of a Bazel run.

usage: count.py [--interrupted] EVENTS STATUS

EVENTS is the file that --build_event_json_file wrote, STATUS is Bazel's exit
status. Prints a line for each problem that Bazel's own output does not show, then
the line `N passed, N failed`. Exit status 0 if Bazel succeeded and every case
passed.
"""

import collections
import json
import sys
import urllib.parse
import xml.etree.ElementTree
from collections.abc import Callable
from typing import Any, NamedTuple


class Cases(NamedTuple):
    passed: int
    failed: int
    skipped: int


# One of Bazel's build events, or the result of a test in such an event.
Event = dict[str, Any]

# bazel.build/run/scripts
BAZEL_NO_TESTS_FOUND = 4
BAZEL_INTERRUPTED = 8

# Bazel's reasons for not building a target that do not count as a failure.
HARMLESS = ("SKIPPED", "USER_INTERRUPTED")


def read_events(path: str) -> list[Event]:
    """Returns the events of a file with one JSON object per line."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def local_path(uri: str) -> str | None:
    """Returns the path in a file:// URI; None for any other URI."""
    parts = urllib.parse.urlsplit(uri)
    return urllib.parse.unquote(parts.path) if parts.scheme == "file" else None


def count_xml(path: str) -> Cases | None:
    """Returns the Cases of a JUnit file; None if it cannot be read."""
    try:
        tree = xml.etree.ElementTree.parse(path)
    except (OSError, xml.etree.ElementTree.ParseError):
        return None
    if tree.getroot().tag not in ("testsuites", "testsuite"):
        return None
    count = collections.Counter(map(outcome, tree.iter("testcase")))
    return Cases(count["passed"], count["failed"], count["skipped"])


def outcome(case: xml.etree.ElementTree.Element) -> str:
    """Returns "passed", "failed" or "skipped" for a <testcase>."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    # GoogleTest: a disabled test is "notrun".
    if case.find("skipped") is not None or case.get("status") == "notrun":
        return "skipped"
    return "passed"


def xml_of(result: Event) -> str | None:
    """Returns the path of a test result's test.xml, or None."""
    for output in result.get("testActionOutput", ()):
        if output["name"] == "test.xml":
            return local_path(output.get("uri", ""))
    return None


def last_attempts(events: list[Event]) -> list[tuple[str, Event]]:
    """Returns (label, testResult) for the last attempt of each run and shard of
    each test."""
    last: dict[tuple[str | int | None, ...], tuple[int, str, Event]] = {}
    for event in events:
        ident = event["id"].get("testResult")
        if not ident or "testResult" not in event:
            continue
        key = (
            ident["label"],
            ident.get("configuration", {}).get("id"),
            ident.get("run"),
            ident.get("shard"),
        )
        attempt = ident.get("attempt", 1)
        if key not in last or attempt > last[key][0]:
            last[key] = (attempt, ident["label"], event["testResult"])
    return [(label, result) for _, label, result in last.values()]


def broken_targets(events: list[Event]) -> set[str]:
    """Returns the labels of the targets that Bazel failed to build."""
    broken = set()
    for event in events:
        for ident in event["id"].values():
            label = ident.get("label")
            if not label:
                continue
            if "aborted" in event:
                # Bazel gives no reason for a build setting on the command line,
                # such as that of --config. Its exit status tells of a failure.
                reason = event["aborted"].get("reason")
                if reason and reason not in HARMLESS:
                    broken.add(label)
            elif "completed" in event:
                if not event["completed"].get("success"):
                    broken.add(label)
    return broken


def count(
    events: list[Event], status: int, note: Callable[[str], None]
) -> Cases:
    """Returns the Cases of a run with these events and this exit status.

    Calls note() with each line to print before the total.
    """
    passed = failed = skipped = 0
    results = last_attempts(events)
    for label, result in results:
        path = xml_of(result)
        cases = count_xml(path) if path else None
        target_passed = result.get("status") == "PASSED"
        if cases is None:
            note(
                f"test: {label} left no readable test.xml; "
                "counted as one failed case"
            )
            cases = Cases(0, 1, 0)
        elif not target_passed and cases.failed == 0:
            note(
                f"test: {label}: {result.get('status', 'no status')}, though "
                "no case in its test.xml failed; counted as one failed case"
            )
            cases = cases._replace(failed=1)
        passed += cases.passed
        failed += cases.failed
        skipped += cases.skipped
    for label in sorted(broken_targets(events) - {l for l, _ in results}):
        note(f"test: {label} was not built; counted as one failed case")
        failed += 1
    ran = passed + failed + skipped
    if not ran:
        note(f"test: nothing ran; Bazel ended with status {status}, see above")
    if not failed and status not in (
        0,
        BAZEL_NO_TESTS_FOUND,
        BAZEL_INTERRUPTED,
    ):
        if ran:
            note(
                f"test: Bazel ended with status {status}, see above; "
                "counted as one failed case"
            )
        failed = 1
    return Cases(passed, failed, skipped)


def main(argv: list[str]) -> int:
    interrupted = "--interrupted" in argv
    path, word = (a for a in argv[1:] if a != "--interrupted")
    try:
        events = read_events(path)
    except (OSError, ValueError):
        if not interrupted:
            print("test: Bazel's record of the run is unreadable")
        events = []
    status = int(word)
    interrupted = interrupted or status == BAZEL_INTERRUPTED
    if interrupted:
        cases = count(events, BAZEL_INTERRUPTED, lambda line: None)
    else:
        cases = count(events, status, print)
    line = f"{cases.passed} passed, {cases.failed} failed"
    if cases.skipped:
        line += f", {cases.skipped} skipped"
    if interrupted:
        print(line + ", interrupted")
        return 130
    print(line)
    return 0 if status == 0 and cases.passed and not cases.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
