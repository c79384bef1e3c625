"""THR-1 and THR-2: random programs that run freely, each in a thread of its own, do
not notice each other. ThreadSanitizer watches; each planted bug is seen."""

import os
import pathlib
import subprocess

import pytest

BUGS = sorted(pathlib.Path("tests/threads/bugs").glob("*.bug"))

# The report of each bug: the functions in which ThreadSanitizer sees a race, or that a
# program prints something else.
RACE = "WARNING: ThreadSanitizer: data race "
REPORTS = {
    "context_remembered_for_all_threads": (
        "prints something else when other threads run",
    ),
    "destructor_is_called_through_a_static": (RACE, "capsule_dealloc"),
    "is_valid_keeps_the_name_in_a_static": (RACE, "PyCapsule_IsValid"),
    "living_capsules_are_counted": (RACE, "PyCapsule_New"),
    "one_spare_capsule_for_all_threads": (RACE, "PyCapsule_New"),
}


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [os.environ["TOGETHER"]],
        env={**os.environ, "TSAN_OPTIONS": "halt_on_error=1", **environment},
        capture_output=True,
        text=True,
        errors="backslashreplace",  # names have any bytes
    )


def test_programs_do_not_notice_each_other() -> None:
    result = run()
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_each_bug_has_a_report() -> None:
    assert [bug.stem for bug in BUGS] == sorted(REPORTS)


@pytest.mark.parametrize("bug", [bug.stem for bug in BUGS])
def test_a_planted_bug_is_reported(bug: str) -> None:
    library = pathlib.Path(os.environ["PLANTED"], bug)
    trouble = library / "trouble.txt"
    assert not trouble.exists(), trouble.read_text()
    result = run(LD_LIBRARY_PATH=str(library))
    assert result.returncode != 0
    for words in REPORTS[bug]:
        assert words in result.stderr
