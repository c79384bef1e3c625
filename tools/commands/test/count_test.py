"""Tests of count.py with each kind of result that Bazel writes, and with damaged
results."""

import json
import pathlib
import subprocess
import sys
from typing import Any

import pytest

COUNT = pathlib.Path(__file__).parent / "count.py"

PASSED = '<testcase name="a" status="run"/>'
FAILED = '<testcase name="b" status="run"><failure message="m"/></testcase>'
ERROR = '<testcase name="c"><error message="exited with error code 1"/></testcase>'
SKIPPED = '<testcase name="d" status="run"><skipped message="m"/></testcase>'
DISABLED = '<testcase name="e" status="notrun" result="suppressed"/>'


def suites(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


class Run:
    """A Bazel run: its events, and its files below a folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.events: list[dict[str, Any]] = []

    def test(
        self,
        label: str,
        xml: str | None,
        status: str = "PASSED",
        shard: int = 1,
        attempt: int = 1,
    ) -> None:
        """Adds the result of a test. `xml` is the text of its test.xml, or None
        for a test without that file."""
        outputs = [{"name": "test.log", "uri": "file:///nowhere/test.log"}]
        if xml is not None:
            path = self.folder / f"{len(self.events)} test.xml"
            path.write_text(xml)
            outputs.append({"name": "test.xml", "uri": path.as_uri()})
        ident = {
            "label": label,
            "run": 1,
            "shard": shard,
            "attempt": attempt,
            "configuration": {"id": "0123"},
        }
        self.events.append(
            {
                "id": {"testResult": ident},
                "testResult": {"testActionOutput": outputs, "status": status},
            }
        )
        self.target(label, completed={"success": True})

    def target(self, label: str, **payload: Any) -> None:
        ident = {"label": label, "configuration": {"id": "0123"}}
        self.events.append({"id": {"targetCompleted": ident}, **payload})

    def write(self) -> pathlib.Path:
        path = self.folder / "events.json"
        path.write_text("".join(json.dumps(e) + "\n" for e in self.events))
        return path

    def count(self, status: int, *flags: str) -> tuple[list[str], int]:
        """Returns (the lines that count.py prints, its exit status)."""
        done = subprocess.run(
            [sys.executable, COUNT, *flags, self.write(), str(status)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        return done.stdout.splitlines(), done.returncode


@pytest.fixture(name="run")
def fixture_run(tmp_path: pathlib.Path) -> Run:
    return Run(tmp_path)


def test_cases_are_counted_not_targets(run: Run) -> None:
    run.test("//a:a", suites(PASSED, PASSED))
    run.test("//b:b", suites(PASSED))
    assert run.count(0) == (["3 passed, 0 failed"], 0)


def test_failed_cases(run: Run) -> None:
    run.test("//a:a", suites(PASSED, FAILED, ERROR), status="FAILED")
    assert run.count(3) == (["1 passed, 2 failed"], 1)


def test_every_shard_counts(run: Run) -> None:
    run.test("//a:a", suites(PASSED, PASSED), shard=1)
    run.test("//a:a", suites(PASSED, FAILED), status="FAILED", shard=2)
    assert run.count(3) == (["3 passed, 1 failed"], 1)


def test_the_last_attempt_counts(run: Run) -> None:
    run.test("//a:a", suites(PASSED), attempt=2)
    run.test("//a:a", suites(FAILED), status="FAILED", attempt=1)
    assert run.count(0) == (["1 passed, 0 failed"], 0)


@pytest.mark.parametrize("case", [SKIPPED, DISABLED])
def test_skipped_cases_are_counted_separately(run: Run, case: str) -> None:
    run.test("//a:a", suites(PASSED, case))
    assert run.count(0) == (["1 passed, 0 failed, 1 skipped"], 0)


def test_a_run_with_only_skipped_cases_fails(run: Run) -> None:
    run.test("//a:a", suites(SKIPPED))
    assert run.count(0) == (["0 passed, 0 failed, 1 skipped"], 1)


@pytest.mark.parametrize("status", ["PASSED", "FAILED", "TIMEOUT"])
@pytest.mark.parametrize(
    "xml", [None, "", "<testsuites><testsuite>", "\0\1", "<html></html>"]
)
def test_a_target_without_readable_xml_failed(
    run: Run, status: str, xml: str | None
) -> None:
    run.test("//a:a", suites(PASSED))
    run.test("//b:b", xml, status=status)
    lines, exit_status = run.count(0 if status == "PASSED" else 3)
    assert lines == [
        "test: //b:b left no readable test.xml; counted as one failed case",
        "1 passed, 1 failed",
    ]
    assert exit_status == 1


@pytest.mark.parametrize("status", ["FAILED", "TIMEOUT"])
def test_a_target_that_failed_without_a_failed_case(
    run: Run, status: str
) -> None:
    run.test("//a:a", suites(PASSED, PASSED), status=status)
    lines, exit_status = run.count(3)
    assert lines[0].startswith(f"test: //a:a: {status}, though no case")
    assert lines[1:] == ["2 passed, 1 failed"]
    assert exit_status == 1


def test_failed_cases_of_a_target_that_passed(run: Run) -> None:
    run.test("//a:a", suites(PASSED, FAILED))
    assert run.count(0) == (["1 passed, 1 failed"], 1)


@pytest.mark.parametrize(
    "payload", [{"completed": {}}, {"aborted": {"reason": "ANALYSIS_FAILURE"}}]
)
def test_a_target_that_was_not_built_failed(
    run: Run, payload: dict[str, Any]
) -> None:
    run.test("//a:a", suites(PASSED))
    run.target("//b:b", **payload)
    assert run.count(1) == (
        [
            "test: //b:b was not built; counted as one failed case",
            "1 passed, 1 failed",
        ],
        1,
    )


def test_a_target_that_this_platform_skips_did_not_fail(run: Run) -> None:
    run.test("//a:a", suites(PASSED))
    run.target("//b:b", aborted={"reason": "SKIPPED"})
    assert run.count(0) == (["1 passed, 0 failed"], 0)


def test_a_build_setting_on_the_command_line_did_not_fail(run: Run) -> None:
    run.test("//a:a", suites(PASSED))
    run.target("//tools/build_defs:configuration", aborted={})
    assert run.count(0) == (["1 passed, 0 failed"], 0)


def test_a_failure_that_no_event_explains(run: Run) -> None:
    run.test("//a:a", suites(PASSED))
    assert run.count(1) == (
        [
            "test: Bazel ended with status 1, see above; "
            "counted as one failed case",
            "1 passed, 1 failed",
        ],
        1,
    )


@pytest.mark.parametrize("status", [0, 4])
def test_nothing_ran(run: Run, status: int) -> None:
    assert run.count(status) == (
        [
            f"test: nothing ran; Bazel ended with status {status}, see above",
            "0 passed, 0 failed",
        ],
        1,
    )


def test_a_command_line_that_bazel_refuses(run: Run) -> None:
    assert run.count(2) == (
        [
            "test: nothing ran; Bazel ended with status 2, see above",
            "0 passed, 1 failed",
        ],
        1,
    )


def test_the_run_fails_if_bazel_fails(run: Run) -> None:
    run.test("//a:a", suites(PASSED))
    assert run.count(4) == (["1 passed, 0 failed"], 1)


@pytest.mark.parametrize("status, flags", [(8, []), (8, ["--interrupted"])])
def test_interrupted(run: Run, status: int, flags: list[str]) -> None:
    run.test("//a:a", suites(PASSED))
    run.target("//b:b", aborted={"reason": "USER_INTERRUPTED"})
    assert run.count(status, *flags) == (
        ["1 passed, 0 failed, interrupted"],
        130,
    )


def test_a_truncated_file_of_events(run: Run) -> None:
    run.test("//a:a", suites(PASSED))
    path = run.write()
    path.write_text(path.read_text()[:-20])
    done = subprocess.run(
        [sys.executable, COUNT, path, "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "test: Bazel's record of the run is unreadable",
        "test: nothing ran; Bazel ended with status 0, see above",
        "0 passed, 0 failed",
    ]
    assert done.returncode == 1
