"""Tests of the command line of tools/fuzz: arguments, libFuzzer's flags, and the choice
of an implementation."""

import json
import pathlib
from typing import Any

import pytest

from tools.commands.fuzz import __main__ as main
from tools.commands.fuzz import build
from tools.commands.fuzz.engine import check_flags
from tools.lib.problem import Problem, exit_status


@pytest.mark.parametrize(
    "flag, words",
    [
        ("--runs=1", "two dashes; write '-runs=1'"),
        ("runs=1", "not a flag of libFuzzer"),
        ("-runs", "write -name=value"),
        ("-jobs=2", "use --jobs"),
        ("-merge=1", "_merge"),
    ],
)
def test_flags_that_libfuzzer_would_misunderstand(
    flag: str, words: str
) -> None:
    with pytest.raises(Problem, match=words):
        check_flags([flag])


TARGETS = ["name_fuzz", "sequence_fuzz"]
IMPLEMENTATIONS = ["cpython", "reference"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nosuch"], "there are name_fuzz, sequence_fuzz"),
        (["--seconds", "0"], "not a whole number from 1"),
        (["--seconds", "1.5"], "not a whole number from 1"),
        (["--jobs", "many"], "not a whole number from 1"),
        (["--seed", "-1"], "--seed"),
        (["--sec", "3"], "--sec"),
        (["name", "sequence"], "sequence"),
        (["--implementation", "x"], "there is no 'x'; there are cpython, reference"),
        (["--implementation", "./x"], "./x is not a program; give the path of a"),
        (["--", "--runs=1"], "two dashes"),
        (["name", "--rules"], "--rules does not fuzz"),
    ],
)
def test_bad_arguments_give_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def parse() -> Any:
        return main.parse(arguments, TARGETS, IMPLEMENTATIONS)

    status = exit_status("fuzz", parse)
    error = capsys.readouterr().err
    assert status == 2
    assert error.startswith("fuzz: ") and error.count("\n") == 1
    with pytest.raises(Problem, match=words):
        parse()


@pytest.mark.parametrize("name", ["name", "name_fuzz"])
def test_a_target_with_and_without_its_suffix(name: str) -> None:
    arguments, flags = main.parse(
        [name, "--", "-runs=5"], TARGETS, IMPLEMENTATIONS
    )
    assert arguments.target == "name_fuzz" and flags == ["-runs=5"]


def test_another_implementation_is_built_beside_the_reference() -> None:
    assert main.flags_of("reference") == []
    assert main.flags_of("cpython") == [
        "--//capsule:implementation=//capsule/cpython",
        "--platform_suffix=-cpython",
    ]


def test_a_cpython_is_given_by_its_path() -> None:
    given, _ = main.parse(
        ["--implementation", "/usr/bin/python3"], TARGETS, IMPLEMENTATIONS
    )
    flags = build.flags_of(given.implementation)
    assert flags[0] == "--//capsule:implementation=//capsule/cpython"
    assert flags[1] == "--repo_env=CAPSULE_PYTHON=/usr/bin/python3"
    other = build.flags_of("/opt/python3")
    assert flags[2] != other[2] and flags[2].startswith("--platform_suffix=-cpython-")


def test_a_cpython_without_coverage_is_told(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = str(tmp_path / "bin/python3")
    record = tmp_path / "build.json"

    def told(sanitizer: str, coverage: bool) -> str:
        record.write_text(
            json.dumps(
                {
                    "sanitizer": sanitizer,
                    "coverage": coverage,
                    "free_threaded": False,
                }
            )
        )
        build.check_instruments(python)
        return capsys.readouterr().err

    build.check_instruments("reference")
    assert capsys.readouterr().err == ""
    assert told("address", True) == ""
    assert "reports no coverage of its capsules" in told("address", False)
    with pytest.raises(Problem, match="has the sanitizer 'thread'"):
        told("thread", True)


@pytest.mark.parametrize("implementation", ["cpython", "/usr/bin/python3"])
def test_a_profile_of_python_2_is_refused_before_the_build(
    implementation: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("CAPSULE_PROFILE", raising=False)
    arguments = ["cobject", "--implementation", implementation]
    assert exit_status("fuzz", lambda: main.main(arguments)) == 2
    assert capsys.readouterr().err == (
        "fuzz: cobject_fuzz follows the profile cpython-2.7, which no CPython 3 "
        "follows; leave out --implementation to fuzz the reference\n"
    )


def test_other_targets_and_the_reference_keep_their_profile(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fuzz").mkdir()
    (tmp_path / "fuzz/old_fuzz.c").write_text('.profile = "cpython-2.7",\n')
    (tmp_path / "fuzz/new_fuzz.c").write_text("const struct target TARGET\n")
    monkeypatch.delenv("CAPSULE_PROFILE", raising=False)
    build.check_profile("old_fuzz", "reference", tmp_path)
    build.check_profile("new_fuzz", "cpython", tmp_path)
    with pytest.raises(Problem, match="no CPython 3 follows"):
        build.check_profile("old_fuzz", "cpython", tmp_path)
    monkeypatch.setenv("CAPSULE_PROFILE", "cpython-3.11")
    build.check_profile("old_fuzz", "cpython", tmp_path)
