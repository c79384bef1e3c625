"""Tests of the benchmark's parts; none of them looks at how long a thing took."""

import json
import pathlib

import pytest

from tools.commands.bench import __main__ as main
from tools.commands.bench import cpython, functions, measure, replay, targets
from tools.lib.problem import Problem

HERE = pathlib.Path(__file__).parent

def test_every_function_does_what_it_is_timed_for():
    program = HERE / "reference_functions"
    names = set(functions.times(program, 0.0001))
    assert names >= {
        "New", "GetPointer", "GetName", "GetContext", "GetDestructor",
        "IsValid", "CheckExact", "SetPointer", "SetName", "SetContext",
        "SetDestructor", "Import", "stream", "stream_fails",
    }  # fmt: skip


def test_a_benchmark_that_is_wrong_is_no_figure(tmp_path):
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


def test_a_program_that_fails_is_no_figure():
    with pytest.raises(measure.Failed, match="status 3: broken"):
        measure.cpu_seconds(["sh", "-c", "echo broken; exit 3"])


def test_all_take_their_turns_and_ratios_stay_within_a_round():
    order = []
    results = measure.by_turns(
        2, {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    )
    assert order == ["a", "b", "a", "b"]
    assert list(results) == ["a", "b"]
    # The second round had a slower machine.
    assert measure.ratio([10, 100, 12], [5, 50, 6]) == 2


class Options:
    rounds = 1
    runs = 10


class FakePlaces:
    def __init__(self, folder):
        self.fuzz = folder
        self.targets = ["a_fuzz"]


def test_targets_get_the_flags_of_the_empty_one(tmp_path, monkeypatch):
    monkeypatch.setattr(targets, "cpu_seconds", fake_seconds(tmp_path))
    rows = targets.measure(FakePlaces(tmp_path), Options)
    assert [row["max_len"] for row in rows] == list(targets.MAX_LENGTHS)
    assert [row["ratio"] for row in rows] == [0.5] * 3


def test_a_target_on_cpython_is_compared_by_programs_and_by_calls(
    tmp_path, monkeypatch
):
    class FakeRun:
        def __init__(self, program, runs, max_length):
            assert (program.parent, runs) == (tmp_path, Options.runs)
            assert max_length in targets.MAX_LENGTHS
            self.microseconds, self.calls = {
                "a_fuzz_bin": (2, 10),
                "a_fuzz_bin_on_cpython": (4, 5),
            }[program.name]

    monkeypatch.setattr(cpython, "Run", FakeRun)
    rows = cpython.measure(FakePlaces(tmp_path), Options)
    assert [row["max_len"] for row in rows] == list(targets.MAX_LENGTHS)
    for row in rows:
        assert (row["reference_us"], row["cpython_us"]) == (2, 4)
        assert (row["ratio"], row["call_ratio"]) == (0.5, 0.25)


def fake_seconds(folder):
    def seconds(command, environment):
        assert "-seed=1" in command and "-len_control=0" in command
        runs = int(command[1].split("=")[1])
        each = {"a_fuzz_bin": 2e-6, "empty_fuzz": 1e-6}[command[0].name]
        assert folder in command[0].parents
        return runs * each

    return seconds


def test_copies_go_round(tmp_path):
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
def test_bad_arguments_are_named(argv, words):
    with pytest.raises(Problem, match=words):
        main.parse(argv)


def test_figures_are_published_whole(tmp_path):
    path = tmp_path / "new" / "bench.json"
    main.write({"a": [{"ratio": 1.0}]}, path)
    assert json.loads(path.read_text()) == {"a": [{"ratio": 1.0}]}
    assert [p.name for p in path.parent.iterdir()] == ["bench.json"]
