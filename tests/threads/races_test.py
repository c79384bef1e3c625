"""THR-1 and THR-2 under ThreadSanitizer: which uses are a data race, and which are not."""

import os
import re
import subprocess

import pytest

RACE = re.compile(r"^WARNING: ThreadSanitizer: data race ", re.MULTILINE)


def run(mode: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, TSAN_OPTIONS="halt_on_error=1")
    return subprocess.run(
        [os.environ["RACES"], mode],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("mode", ["create", "distinct", "share"])
def test_threads_with_capsules_of_their_own_do_not_race(mode: str) -> None:
    result = run(mode)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize(
    "mode, culprit",
    [("same", "PyCapsule_SetPointer"), ("count", "_Py_INCREF")],
)
def test_threads_that_share_a_capsule_are_reported(
    mode: str, culprit: str
) -> None:
    result = run(mode)
    assert result.returncode != 0
    assert RACE.search(result.stderr), result.stderr
    assert culprit in result.stderr


def test_an_unknown_mode_is_one_line_and_status_2() -> None:
    result = run("nonsense")
    assert result.returncode == 2
    assert result.stderr == (
        "races: unknown mode; say create, distinct, share, same or count\n"
    )
