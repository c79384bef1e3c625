"""The sweep of allocation failures, run as a Bazel test runs it."""

import os
import pathlib
import subprocess
import xml.etree.ElementTree
from collections.abc import Callable
from typing import Any

import pytest

Swept = tuple[
    subprocess.CompletedProcess[str], dict[str | None, Any]
]
Sweep = Callable[..., Swept]

SWEEP = "fuzz/sequence_fuzz_sweep"
FORGETFUL = "tests/harness/driver/forgetful_sweep"
GROWING = "tests/harness/driver/growing_sweep"
UNSTEADY = "tests/harness/driver/unsteady_sweep"
NEW = 'c0 = PyCapsule_New(0x1, "a", NULL)\n'


@pytest.fixture(name="sweep")
def _sweep(tmp_path: pathlib.Path) -> Sweep:
    """Sweeps a folder with these programs.

        Returns the run, and the failures by name of the program.
        """

    def sweep(binary: str, **programs: str) -> Swept:
        folder = tmp_path / "corpus"
        folder.mkdir()
        for name, text in programs.items():
            (folder / f"{name}.prog").write_text(text)
        report = tmp_path / "xml"
        done = subprocess.run(
            [pathlib.Path(binary).resolve(), folder],
            env=dict(os.environ, XML_OUTPUT_FILE=str(report)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        cases: dict[str | None, Any] = {}
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            failure = case.find("failure")
            cases[case.get("name")] = failure if failure is None else failure.text
        return done, cases

    return sweep


def test_each_allocation_fails_alone_and_with_all_behind_it(
    sweep: Sweep
) -> None:
    done, cases = sweep(SWEEP, one=NEW, three=NEW + "PyErr_Clear()\n" + 2 * NEW)
    assert done.returncode == 0
    assert cases == {"one.prog": None, "three.prog": None}
    # The last two calls are skipped, because their slots are taken.
    assert "2 programs, 2 allocations, 4 runs in which they fail" in done.stdout


def test_what_a_program_says_of_allocations_is_left_out(sweep: Sweep) -> None:
    done, _ = sweep(SWEEP, a="fail_allocations_from(1)\n" + NEW)
    assert done.returncode == 0
    assert "1 programs, 1 allocations, 2 runs" in done.stdout


def test_a_failure_names_program_allocation_mode_and_rule(sweep: Sweep) -> None:
    second = 'c1 = PyCapsule_New(0x1, "b", NULL)\n'
    done, cases = sweep(FORGETFUL, a="PyErr_Clear()\n", b=NEW + second, c=NEW)
    assert done.returncode == 1
    assert "FAILED b.prog: allocation 1 fails, alone: NEW-3" in done.stdout
    assert "FAILED c.prog: allocation 1 fails, alone: NEW-3" in done.stdout
    assert [name for name, failure in cases.items() if failure] == [
        "b.prog",
        "c.prog",
    ]
    # The program in the report fails when it is run alone.
    assert f"    fail_allocation(1)\n    {NEW}" in cases["b.prog"]
    assert "; 2 programs failed" in done.stdout


def test_an_allocation_made_once_and_for_all_is_no_failure(sweep: Sweep) -> None:
    done, _ = sweep(GROWING, a=NEW)
    assert done.returncode == 0
    assert "1 programs, 1 allocations, 2 runs in which they fail" in done.stdout


def test_an_allocation_that_does_not_happen_again_is_a_failure(sweep: Sweep) -> None:
    done, cases = sweep(UNSTEADY, a=NEW)
    assert done.returncode == 1
    assert "an allocation did not happen again" in cases["a.prog"]


def test_nothing_to_fail_is_a_failure(sweep: Sweep) -> None:
    done, _ = sweep(SWEEP, a="PyErr_Clear()\n")
    assert done.returncode == 1
    assert "not one allocation failed" in done.stdout


@pytest.mark.parametrize(
    "text, words",
    [
        (64 * "PyErr_Clear()\n", "no room for a call in front"),
        ("c0 = PyCapsule_New(\n", ":1:20: expected"),
    ],
)
def test_a_program_that_cannot_be_swept_fails(
    sweep: Sweep, text: str, words: str
) -> None:
    done, cases = sweep(SWEEP, a=text, b=NEW)
    assert done.returncode == 1
    assert words in cases["a.prog"] and cases["b.prog"] is None
