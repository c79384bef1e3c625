"""Tests of tools/detect with a fake Bazel. Bazel has already built the programs
and libraries, as data of this test."""

import json
import os
import pathlib
import signal
import subprocess
import time
from typing import Any

import pytest

from tools.commands.detect.methods import BY_NAME

ROOT = pathlib.Path.cwd()
BUGS = r"^capsule/(get_name_frees_name|get_pointer_ignores_name)$"

BAZEL = """#!/bin/sh
[ "$1" = info ] && echo {root}
exit {status}
"""


class Detect:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.output = folder / "out"
        self.record = self.output / "runs.jsonl"

    def start(
        self,
        *arguments: str,
        build_status: int = 0,
        path: str = "/usr/bin:/bin",
    ) -> subprocess.Popen[str]:
        bazel = self.folder / "bazel"
        bazel.write_text(BAZEL.format(root=ROOT, status=build_status))
        bazel.chmod(0o755)
        return subprocess.Popen(
            [
                *("/usr/bin/python3", "-B", "-m", "tools.commands.detect"),
                f"--output={self.output}",
                *arguments,
            ],
            env={**os.environ, "PATH": f"{self.folder}:{path}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A child cannot catch a signal that its parent ignores, so reset it.
            preexec_fn=lambda: signal.signal(
                signal.SIGINT, signal.default_int_handler
            ),
        )

    def run(self, *arguments: str, **options: Any) -> tuple[int, str, str]:
        """Returns (exit status, stdout, stderr)."""
        process = self.start(*arguments, **options)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def stop_early(self, number: int, *arguments: str) -> tuple[int, str]:
        """Sends the signal as soon as the first measurement is recorded."""
        process = self.start(*arguments)
        deadline = time.monotonic() + 60
        while not (self.record.exists() and self.record.stat().st_size):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
        return process.returncode, errors

    def result(self) -> Any:
        return json.loads((self.output / "detect.json").read_text())


@pytest.fixture(name="detect")
def detect_fixture(tmp_path: pathlib.Path) -> Detect:
    return Detect(tmp_path)


SLOW = (
    f"--bugs={BUGS}",
    "--seeds=2",
    "--executions=300",
    "--methods=targets,random,sanitizers",
    "--jobs=1",
)


@pytest.fixture(name="measured", scope="module")
def measured_fixture(
    tmp_path_factory: pytest.TempPathFactory
) -> tuple[Detect, str]:
    """Returns (a Detect after a complete run, the output of that run)."""
    detect = Detect(tmp_path_factory.mktemp("measured"))
    status, output, errors = detect.run(*SLOW)
    assert (status, errors) == (0, "")
    return detect, output


def test_the_results_are_written(
    measured: tuple[Detect, str]
) -> None:
    detect, output = measured
    result = detect.result()
    runs = {
        (run["bug"], run["method"], run["seed"]): run
        for run in result["runs"]
    }
    assert len(runs) == len(result["runs"]) == 2 * 3 * 2
    for seed in (1, 2):
        # Only the model detects a wrong result of a name comparison.
        run = runs["get_pointer_ignores_name", "sanitizers", seed]
        assert run["executions"] is None and run["limit"] == 300
        run = runs["get_pointer_ignores_name", "targets", seed]
        assert 0 < run["executions"] <= 100
        assert run["finding"] in ("GETP-3", "GETP-4", "VAL-5")
        run = runs["get_name_frees_name", "sanitizers", seed]
        assert run["finding"].startswith("AddressSanitizer: ")
    assert "1 of 2 (50%) were never found without the model" in result["about"]
    assert not {"GETP-3", "GETP-4", "VAL-5"} <= set(result["uncaught"])
    assert "DTOR-11" in result["uncaught"]
    *lines, written = output.splitlines()
    assert written == f"{detect.output}/detect.json written"
    assert max(map(len, lines)) <= 80


def test_a_killed_command_continues(detect: Detect) -> None:
    status, _ = detect.stop_early(signal.SIGKILL, *SLOW)
    assert status == -signal.SIGKILL
    assert not (detect.output / "detect.json").exists()
    content = detect.record.read_bytes()
    before = content[: content.rfind(b"\n") + 1]
    assert 0 < before.count(b"\n") < 12
    # The earlier command was killed while it wrote a line.
    detect.record.write_bytes(before + before[:20])
    assert detect.run(*SLOW)[0] == 0
    after = detect.record.read_bytes()
    assert after.startswith(before) and after.count(b"\n") == 12
    assert len(detect.result()["runs"]) == 12


def test_only_changed_code_is_measured_again(detect: Detect) -> None:
    one = (f"--bugs={BUGS}", "--seeds=1", "--methods=targets")
    detect.run(*one)
    detect.run(*one)
    assert detect.record.read_text().count("\n") == 2
    detect.run(*one, "--executions=1000")
    assert detect.record.read_text().count("\n") == 4


def test_ctrl_c(detect: Detect) -> None:
    status, errors = detect.stop_early(signal.SIGINT, *SLOW)
    assert (status, errors) == (
        130,
        "detect: interrupted; run the same command again to continue\n",
    )


def test_a_bug_that_is_not_found_gives_status_1(detect: Detect) -> None:
    status, output, _ = detect.run(
        "--bugs=/get_pointer_ignores_name$",
        "--seeds=1",
        "--executions=100",
        "--methods=sanitizers",
    )
    assert status == 1
    assert "not in 100" in output


def test_a_leak_is_found_without_the_model(detect: Detect) -> None:
    status, _, _ = detect.run(
        "--bugs=/get_pointer_leaks_capsule$",
        "--seeds=1",
        "--executions=100",
        "--methods=sanitizers",
    )
    assert status == 0
    (run,) = detect.result()["runs"]
    assert run["finding"] == "LeakSanitizer: detected memory leaks"


def test_without_a_bug_the_sanitizers_are_silent() -> None:
    method = BY_NAME["sanitizers"]
    done = subprocess.run(
        ["tests/bugs/sequence_fuzz", "-seed=1", "-runs=3000", *method.flags],
        env={**os.environ, **method.environment},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Done 3000 runs" in done.stdout
    # libFuzzer gives up leak detection after too many checks without a leak.
    assert "disabled leak detection" not in done.stdout


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--methods=luck"], "there is no method 'luck'; there are targets"),
        (["--bugs=("], "'(': missing ), unterminated subpattern"),
        (["--bugs=nowhere"], "'nowhere' matches no bug"),
        (["--seeds=0"], "argument --seeds: '0' is not a whole number"),
        (["--colour"], "--colour"),
        (["--output=/dev/null/out"], "--output=/dev/null/out: Not a directory"),
    ],
)
def test_bad_input_gives_one_line(
    detect: Detect, arguments: list[str], words: str
) -> None:
    status, output, errors = detect.run(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith("detect: ") and errors.count("\n") == 1
    assert words in errors
    assert ";" in errors


@pytest.mark.parametrize("content", ["nonsense\n", "[1]\n", '{"bug": 1}\n'])
def test_a_damaged_record_is_named(detect: Detect, content: str) -> None:
    detect.output.mkdir()
    detect.record.write_text(content)
    status, _, errors = detect.run(*SLOW)
    assert status == 2
    assert errors == (
        f"detect: {detect.record}:1 is damaged; remove the file to measure "
        "anew\n"
    )
    assert detect.record.read_text() == content


def test_a_build_that_fails(detect: Detect) -> None:
    status, _, errors = detect.run(*SLOW, build_status=1)
    assert (status, errors) == (
        2,
        "detect: the build failed; see Bazel's output above\n",
    )


