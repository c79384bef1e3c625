"""Tests of tools/test with a fake Bazel."""

import os
import pathlib
import signal
import subprocess

import pytest

TEST = pathlib.Path(__file__).parent / "test"

# A fake Bazel. It writes the events of one test with two cases, then runs the
# shell commands that a test puts in place of {behaviour}.
BAZEL = """#!/bin/bash
echo "$@" >{folder}/called
for argument; do
    [[ $argument == --build_event_json_file=* ]] && events=${{argument#*=}}
done
echo '<testsuite><testcase/><testcase/></testsuite>' >{folder}/test.xml
echo '{{"id": {{"testResult": {{"label": "//a:a"}}}}, "testResult": {{
    "status": "PASSED", "testActionOutput": [
    {{"name": "test.xml", "uri": "file://{folder}/test.xml"}}]}}}}' |
    tr -d '\\n' >"$events"
echo what Bazel shows
{behaviour}
"""


class Bazel:
    """Runs tools/test with the fake Bazel in PATH."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def start(
        self, *arguments: str, behaviour: str = "exit 0"
    ) -> subprocess.Popen[str]:
        program = self.folder / "bazel"
        program.write_text(BAZEL.format(folder=self.folder, behaviour=behaviour))
        program.chmod(0o755)
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        return subprocess.Popen(
            [TEST, *arguments],
            env={
                **os.environ,
                "PATH": f"{self.folder}:/usr/bin:/bin",
                "TMPDIR": str(temporary),
                "CAPSULE_SETUP_BAZELRC": str(self.folder / "system.bazelrc"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A signal that was ignored at the start cannot be trapped.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(
        self, *arguments: str, behaviour: str = "exit 0"
    ) -> tuple[list[str], int]:
        """Returns (the lines that tools/test prints, its exit status)."""
        process = self.start(*arguments, behaviour=behaviour)
        output, _ = process.communicate(timeout=60)
        assert not list((self.folder / "temporary").iterdir())
        return output.splitlines(), process.returncode

    def arguments(self) -> list[str]:
        """Returns Bazel's arguments, without --build_event_json_file."""
        words = (self.folder / "called").read_text().split()
        return [w for w in words if "--build_event_json_file" not in w]


@pytest.fixture(name="bazel")
def fixture_bazel(tmp_path: pathlib.Path) -> Bazel:
    return Bazel(tmp_path)


def test_shows_the_command_then_bazel_then_the_count(bazel: Bazel) -> None:
    assert bazel.run() == (
        [
            "bazel test --keep_going //...",
            "what Bazel shows",
            "2 passed, 0 failed",
        ],
        0,
    )


def test_bazel_fails(bazel: Bazel) -> None:
    lines, status = bazel.run(behaviour="exit 3")
    assert lines[-1] == "2 passed, 1 failed"
    assert status == 1


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ([], ["//..."]),
        (["--config=tsan"], ["//...", "--config=tsan"]),
        (["//a:all"], ["//a:all"]),
        (["--config=tsan", "//a:all"], ["--config=tsan", "//a:all"]),
        (["--", "-//a:all"], ["//...", "--", "-//a:all"]),
        (["--", "//a:all"], ["--", "//a:all"]),
    ],
)
def test_all_targets_unless_one_is_given(
    bazel: Bazel, arguments: list[str], expected: list[str]
) -> None:
    bazel.run(*arguments)
    assert bazel.arguments() == ["test", "--keep_going", *expected]


def test_an_argument_with_blanks_stays_one_argument(bazel: Bazel) -> None:
    lines, _ = bazel.run("--test_filter=a b*", behaviour='echo "last: ${@: -1}"')
    assert "last: --test_filter=a b*" in lines


@pytest.mark.parametrize("action", ["exit 8", "trap - INT; kill -INT $$"])
def test_interrupted(bazel: Bazel, action: str) -> None:
    process = bazel.start(
        behaviour=f"trap '{action}' INT; echo go; while sleep 0.05; do :; done"
    )
    shown: list[str] = []
    assert process.stdout
    while shown[-1:] != ["go\n"]:
        shown.append(process.stdout.readline())
        assert shown[-1], "tools/test ended too early"
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert output == "2 passed, 0 failed, interrupted\n"
    assert process.returncode == 130


def test_help(bazel: Bazel) -> None:
    lines, status = bazel.run("--help")
    assert lines[0].startswith("usage: tools/test")
    assert status == 0
    assert not (bazel.folder / "called").exists()
