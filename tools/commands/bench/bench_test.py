"""Tests of the benchmark's parts. No test depends on a measured time."""

import argparse
import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from tools.commands.bench import __main__ as main
from tools.commands.bench import check, cpython, functions, measure, replay
from tools.commands.bench import targets
from tools.lib.problem import Problem

HERE = pathlib.Path(__file__).parent

def test_every_benchmark_makes_the_call_that_it_measures() -> None:
    program = HERE / "reference_functions"
    names = set(functions.times(program, 0.0001))
    assert names >= {
        "New", "GetPointer", "GetName", "GetContext", "GetDestructor",
        "IsValid", "CheckExact", "SetPointer", "SetName", "SetContext",
        "SetDestructor", "Import", "stream", "stream_fails",
    }  # fmt: skip


def test_a_wrong_benchmark_raises_an_error(tmp_path: pathlib.Path) -> None:
    wrong = {
        "benchmarks": [
            {"name": "New", "error_occurred": True, "error_message": "no"}
        ]
    }
    program = tmp_path / "functions"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(wrong)}'\n")
    program.chmod(0o755)
    with pytest.raises(measure.Failed, match="functions New: no"):
        functions.times(program, 1)


def test_a_failing_program_raises_an_error() -> None:
    with pytest.raises(measure.Failed, match="status 3: broken"):
        measure.cpu_seconds(["sh", "-c", "echo broken; exit 3"])


def test_functions_alternate_and_ratios_stay_within_a_round() -> None:
    order = []
    results = measure.by_turns(
        2, {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    )
    assert order == ["a", "b", "a", "b"]
    assert list(results) == ["a", "b"]
    # In the second round the machine is slower; the ratio stays the same.
    assert measure.ratio([10, 100, 12], [5, 50, 6]) == 2


OPTIONS = argparse.Namespace(rounds=1, runs=10)


def places_in(folder: pathlib.Path) -> measure.Places:
    return measure.Places(folder, folder, folder, ["a_fuzz"])


def test_targets_get_the_flags_of_the_empty_target(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "cpu_seconds", fake_seconds(tmp_path))
    rows = targets.measure(places_in(tmp_path), OPTIONS)
    assert [row["max_len"] for row in rows] == list(targets.MAX_LENGTHS)
    assert [row["ratio"] for row in rows] == [0.5] * 3


def test_a_target_on_cpython_is_compared_by_programs_and_by_calls(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FakeRun:
        def __init__(
            self, program: pathlib.Path, runs: int, max_length: int
        ) -> None:
            assert (program.parent, runs) == (tmp_path, OPTIONS.runs)
            assert max_length in targets.MAX_LENGTHS
            on_cpython = program.name == "a_fuzz_bin_on_cpython"
            self.microseconds = 4 if on_cpython else 2
            self.calls = 5 if on_cpython else 10

    monkeypatch.setattr(cpython, "Run", FakeRun)
    rows = cpython.measure(places_in(tmp_path), OPTIONS)
    assert [row["max_len"] for row in rows] == list(targets.MAX_LENGTHS)
    for row in rows:
        assert (row["reference_us"], row["cpython_us"]) == (2, 4)
        assert (row["ratio"], row["call_ratio"]) == (0.5, 0.25)


def fake_seconds(
    folder: pathlib.Path
) -> Callable[[list[Any], dict[str, str]], float]:
    def seconds(command: list[Any], environment: dict[str, str]) -> float:
        assert "-seed=1" in command and "-len_control=0" in command
        runs = int(command[1].split("=")[1])
        each = {"a_fuzz_bin": 2e-6, "empty_fuzz": 1e-6}[command[0].name]
        assert folder in command[0].parents
        return runs * each

    return seconds


def test_a_larger_folder_repeats_the_committed_programs(tmp_path: pathlib.Path) -> None:
    sources = []
    for name in "ab":
        path = tmp_path / name
        path.write_text(name)
        sources.append(path)
    folder = replay.copy(sources, 5, tmp_path / "copies")
    assert [p.read_text() for p in sorted(folder.iterdir())] == list("ababa")


@pytest.mark.parametrize(
    "argv, words",
    [
        (["t", "--only", "nothing"], "there is no 'nothing'; there are functions"),
        (["t", "--rounds", "0"], "'0' is not a whole number"),
        (["t", "--seconds", "x"], "'x' is not a number above 0"),
        (["t", "--unknown"], "--unknown"),
    ],
)
def test_bad_arguments_are_named(argv: list[str], words: str) -> None:
    with pytest.raises(Problem, match=words):
        main.parse(argv)


def test_figures_are_written_whole(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "new" / "bench.json"
    main.write({"a": [{"ratio": 1.0}]}, path)
    assert json.loads(path.read_text()) == {"a": [{"ratio": 1.0}]}
    assert [p.name for p in path.parent.iterdir()] == ["bench.json"]


def test_a_checked_program_is_compared_with_a_plain_one(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code prints 1, and 2 where something is preloaded."""
    code = "import os; print(1 + ('LD_PRELOAD' in os.environ))"
    case: tuple[str, str, list[str], str] = ("a program", "ms", [], code)
    lacking: tuple[str, str, list[str], str] = ("another", "ms", ["there_is_no_such_module"], code)
    monkeypatch.setattr(check, "CASES", [case, lacking])
    monkeypatch.setenv("CAPSULE_CHECK_LIBRARY", str(tmp_path / "none.so"))
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    (row,) = check.measure(places_in(HERE), argparse.Namespace(rounds=1))
    assert (row["plain"], row["checked"], row["more"], row["ratio"]) == (1, 2, 1, 2)
