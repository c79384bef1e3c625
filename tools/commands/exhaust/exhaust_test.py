"""tools/exhaust on the reference, with and without a planted bug."""

import json
import os
import pathlib
import signal
import subprocess
import time
from typing import Any

import pytest

from tools.commands.exhaust import __main__ as main
from tools.commands.exhaust import joining, progress
from tools.lib.problem import Problem, exit_status

GOOD = main.Files(
    pathlib.Path("fuzz/driver/exhaust").resolve(),
    pathlib.Path("fuzz/sequence_fuzz_minimize").resolve(),
    pathlib.Path("fuzz/sequence_fuzz_repro").resolve(),
)
# These are linked with the reference as a shared library.
BUGS = pathlib.Path("tests/bugs").resolve()
PLANTED = main.Files(BUGS / "exhaust", BUGS / "minimize", BUGS / "repro")
IMPLEMENTATIONS = ["cpython", "reference"]


@pytest.fixture(autouse=True)
def _no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "build", lambda *unused: GOOD)
    monkeypatch.setattr(
        main, "known_implementations", lambda unused: IMPLEMENTATIONS
    )


def run(folder: pathlib.Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Runs the command; returns its exit status and its JSON file."""
    file = folder / "result.json"
    status = main.main(
        ["--output", str(folder), "--json", str(file), *arguments]
    )
    return status, json.loads(file.read_text())


def test_all_small_programs_agree(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, result = run(tmp_path, "--calls", "2")
    assert status == 0
    assert result["verdict"] == "agree" and result["complete"] == 2
    assert result["total"] == sum(result["programs"].values()) > 20_000
    sentence = f"all {result['total']:,} programs of up to 2 calls agree"
    assert result["sentence"] == sentence
    assert sentence in capsys.readouterr().out


def run_parts(folder: pathlib.Path) -> list[str]:
    """Runs three parts; returns the paths of their JSON files."""
    files = []
    for number in (1, 2, 3):
        _, part = run(folder, "--calls", "2", "--part", f"{number}/3")
        assert f"in part {number}/3 agree" in part["sentence"]
        assert part["total"] > 0
        path = folder / f"{number}.json"
        (folder / "result.json").rename(path)
        files.append(str(path))
    return files


def test_the_parts_add_up(tmp_path: pathlib.Path) -> None:
    _, whole = run(tmp_path, "--calls", "2")
    status, together = run(tmp_path, "--join", *run_parts(tmp_path))
    assert status == 0
    for field in ("verdict", "sentence", "programs", "total", "complete", "part"):
        assert together[field] == whole[field]


def join_problem(*paths: object) -> str:
    with pytest.raises(Problem) as caught:
        joining.join([pathlib.Path(str(path)) for path in paths])
    return str(caught.value)


def test_only_the_parts_of_one_run_are_joined(tmp_path: pathlib.Path) -> None:
    first, second, third = run_parts(tmp_path)
    assert "part 2/3 is missing" in join_problem(first, third)
    assert "are both part 1/3" in join_problem(first, second, first)
    run(tmp_path, "--calls", "1", "--part", "2/3")
    other = tmp_path / "result.json"
    assert "asked is 1, and 2 in" in join_problem(first, other, third)
    result = json.loads(pathlib.Path(second).read_text())
    other.write_text(json.dumps({**result, "build": "of other code"}))
    assert "build is of other code, and " in join_problem(first, other, third)
    assert "there is no" in join_problem(tmp_path / "none")
    other.write_text("{}")
    assert "is damaged" in join_problem(other)


def test_the_finding_of_a_part_is_that_of_the_whole(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "build", lambda *unused: PLANTED)
    files = run_parts(tmp_path)
    plant(monkeypatch, "set_pointer_accepts_null")
    # Another folder: the digest of the build, which names the state file, does not
    # contain the library with the bug.
    status, found = run(tmp_path / "broken", "--calls", "2", "--part", "2/3")
    assert status == 1
    files[1] = str(tmp_path / "broken/result.json")
    status, together = run(tmp_path, "--calls", "2", "--join", *files)
    assert status == 1 and together["verdict"] == "differs"
    assert together["finding"] == found["finding"]
    assert "a program of 2 calls differs: SETP-2; all 145 " in together["sentence"]


def test_a_longer_run_continues_a_shorter_one(tmp_path: pathlib.Path) -> None:
    run(tmp_path, "--calls", "1")
    _, first = run(tmp_path, "--calls", "2", "--output", str(tmp_path / "other"))
    _, second = run(tmp_path, "--calls", "2")
    assert first["programs"] == second["programs"]


def test_a_run_that_stops_says_what_is_complete(tmp_path: pathlib.Path) -> None:
    status, result = run(tmp_path, "--calls", "8", "--seconds", "1")
    assert status == 0 and result["verdict"] == "stopped"
    assert "agree; stopped after" in result["sentence"]
    assert result["complete"] < 8


def start(state: pathlib.Path, calls: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [GOOD.exhaust, f"--calls={calls}", "--part=2/16", f"--state={state}"]
    )


def programs_in(state: pathlib.Path) -> int:
    found = progress.read(state)
    return sum(found.programs) if found else 0


def test_kill_9_loses_no_program_and_counts_none_twice(
    tmp_path: pathlib.Path,
) -> None:
    """A sixteenth of the programs of three calls, in processes that are killed
    some time after they have saved something."""
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for delay in (0, 0.05, 0.2):
        before = programs_in(killed)
        with start(killed, 4) as process:
            deadline = time.monotonic() + 60
            while programs_in(killed) <= before and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(delay)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert programs_in(killed) > before
    assert start(killed, 3).wait() == 0
    assert start(whole, 3).wait() == 0
    ended, expected = progress.read(killed), progress.read(whole)
    assert ended and expected and ended.complete >= expected.complete == 3
    assert ended.programs[:3] == expected.programs[:3]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--implementation", "pypy9"], "there is no 'pypy9'"),
        (["--implementation", "/dev/null"], "is not a program"),
        (["--part", "0/3"], "not a part such as 3/16"),
        (["--part", "4/3"], "not a part such as 3/16"),
        (["--calls", "9"], "from 1 to 8"),
        (["--seconds", "0"], "from 1"),
        (["--state"], "argument"),
    ],
)
def test_bad_arguments_give_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status("exhaust", lambda: main.main(arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("exhaust: ") and error.count("\n") == 1
    assert words in error


def problem(folder: pathlib.Path, *arguments: str) -> str:
    """Runs the command, which must refuse its input; returns the reason."""
    with pytest.raises(Problem) as caught:
        run(folder, "--calls", "1", *arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_wrong_state_is_refused(tmp_path: pathlib.Path) -> None:
    state = tmp_path / "state"
    chosen = ["--state", str(state)]
    run(tmp_path, "--calls", "1", *chosen)
    text = state.read_text()
    assert "has part 1/1" in problem(tmp_path, *chosen, "--part", "1/2")
    state.write_text(text.replace("programs 1", "programs 2"))
    assert "is damaged; remove it" in problem(tmp_path, *chosen)
    state.write_text(text[:-20])
    assert "is damaged; remove it" in problem(tmp_path, *chosen)
    state.unlink()
    state.mkdir()
    assert "is damaged; remove it" in problem(tmp_path, *chosen)


def test_a_state_of_other_code_is_refused(tmp_path: pathlib.Path) -> None:
    state = tmp_path / "state"
    subprocess.run(
        [GOOD.exhaust, "--calls=1", f"--state={state}", "--build=old"], check=True
    )
    assert "another build" in problem(tmp_path, "--state", str(state))


def test_two_processes_do_not_share_a_state(tmp_path: pathlib.Path) -> None:
    state = tmp_path / "state"
    with start(state, 4) as process:
        while not state.exists():
            time.sleep(0.01)
        assert "another process uses" in problem(tmp_path, "--state", str(state))
        process.kill()


def plant(monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    libraries = BUGS / f"{bug}_library" / bug
    assert libraries.is_dir()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(libraries))
    monkeypatch.setattr(main, "build", lambda *unused: PLANTED)


@pytest.mark.parametrize(
    "bug, rule, length",
    [
        ("get_pointer_ignores_name", "GETP-3", 1),
        ("is_valid_returns_2", "VAL-2", 2),
        ("set_pointer_accepts_null", "SETP-2", 2),
    ],
)
def test_a_planted_bug_is_found_with_its_rule(
    bug: str,
    rule: str,
    length: int,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(monkeypatch, bug)
    status, result = run(tmp_path)
    assert status == 1 and result["verdict"] == "differs"
    calls = progress.calls(length)
    assert f"a program of {calls} differs: {rule}; " in result["sentence"]
    assert result["complete"] == length - 1
    finding = result["finding"]
    assert finding["rule"] == finding["name"] == rule
    assert f"contract violation: {rule}" in capsys.readouterr().out
    assert os.path.exists(finding["c"])
    lines = pathlib.Path(finding["program"]).read_text().splitlines()
    own = [line for line in lines if " = payload(" in line or " = name(" in line]
    assert len(lines) - len(own) <= length


def test_a_crash_is_found_with_its_program(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, "is_valid_crashes_on_null")
    status, result = run(tmp_path)
    assert status == 1 and result["complete"] == 0
    program = pathlib.Path(result["finding"]["program"]).read_text()
    assert program.startswith("PyCapsule_IsValid(NULL,")
