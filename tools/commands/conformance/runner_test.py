"""Tests of tools/commands/conformance/runner.py with a fake worker that passes,
fails, crashes or hangs."""

import pathlib
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable
from typing import NoReturn

import pytest

from tools.commands.conformance import runner
from tools.commands.conformance.runner import (
    CRASHED,
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Worker,
)
from tools.commands.conformance.server import Process
from tools.lib.problem import Problem


# A fake worker. The name of a case says what the worker does for that case. As a
# server it forks a process for each line of its input, as worker.c does.
WORKER = """\
#!/usr/bin/python3
import ctypes, os, signal, sys, time

def say(*parts):
    with open(os.environ["CAPSULE_RESULTS"], "a") as out:
        print(*parts, sep="\\t", file=out)

def serve():
    for line in sys.stdin:
        folder, *arguments = line.rstrip("\\n").split("\\t")
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # when the server ends
            os.chdir(folder)
            output = os.open("output", os.O_WRONLY | os.O_CREAT)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.environ["CAPSULE_RESULTS"] = folder + "/results"
            run(*arguments)
            sys.stdout.flush()
            os._exit(0)
        try:  # the group exists before the reader gets the id
            os.setpgid(child, child)
        except ProcessLookupError:
            pass
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

def run(command, names):
    print("Warning: cannot find the size of the cache", flush=True)
    if command != "dies":
        print("worker: begins", flush=True)
    cases = open(names).read().split()
    for case in cases:
        say("begin", case)
        word = case.split("-")[0]
        if word == "signal":
            print("said before the end", flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        elif word == "compare":
            say("failure", case, "a.cc:1: one\\\\nline")
            say("failure", case, "a.cc:2: two")
            say("end", case, "failed", "")
        elif word == "exit":
            os._exit(3)
        elif word == "hang":
            time.sleep(60)
        elif word == "waits":
            time.sleep(2)
            say("end", case, "passed", "")
        elif word == "slow":
            for _ in range(12):
                time.sleep(0.25)
                until = time.process_time() + 0.01
                while time.process_time() < until:
                    pass
            say("end", case, "passed", "")
        elif word == "loops":
            while True:
                pass
        elif word == "stubborn":
            signal.signal(signal.SIGABRT, lambda *_: print("was here", flush=True))
            while True:
                time.sleep(60)
        elif word == "spoiled" and len(cases) > 1:
            say("end", case, "failed", "in company")
        elif word == "counted":
            with open(MARK, "a") as mark:
                print(case, file=mark)
            os._exit(3)
        elif word == "known":
            with open(MARK + ".new", "w") as mark:
                print(os.getpid(), end="", file=mark)
            os.rename(MARK + ".new", MARK)
            while True:
                pass
        elif word == "fail":
            say("end", case, "failed", "one\\\\ntwo\\\\\\\\three")
        elif word == "skip":
            say("end", case, "skipped", "not here")
        else:
            say("end", case, "passed", "")
            say("rule", "GETP-3", "7")

MARK = os.path.abspath(sys.argv[0]) + ".mark"
serve() if sys.argv[1] == "serve" else run(*sys.argv[1:])
"""


# For tests of both ways to start a process. They are slow where a process hangs.
BOTH_WAYS = pytest.mark.parametrize("worker", ["starts", "forks"], indirect=True)


@pytest.fixture(name="worker")
def fixture_worker(tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> Worker:
    path = tmp_path / "worker"
    path.write_text(textwrap.dedent(WORKER))
    path.chmod(0o755)
    return Worker(
        [str(path)],
        {},
        tmp_path / "runs",
        seconds=1,
        forks=getattr(request, "param", "starts") == "forks",
    )


def outcomes(results: Iterable[Result]) -> dict[str, str]:
    return {result.case: result.outcome for result in results}


def test_the_results_of_cases_are_read(worker: Worker) -> None:
    results, rules = worker.run_list("tests", ["pass", "fail", "skip"])
    assert outcomes(results) == {"pass": PASSED, "fail": FAILED, "skip": SKIPPED}
    assert results[1].text == "one\ntwo\\three"
    assert results[2].text == "not here"
    assert rules == {"GETP-3": 7}


def test_what_passed_before_a_crash_has_exercised_its_rules(worker: Worker) -> None:
    _, rules = worker.run_list("programs", ["pass-1", "pass-2", "signal", "pass-3"])
    assert rules == {"GETP-3": 21}


@BOTH_WAYS
def test_the_run_continues_after_a_crash(worker: Worker) -> None:
    cases = ["pass-1", "signal", "pass-2", "exit", "hang", "pass-3"]
    results, _ = worker.run_list("tests", cases)
    assert [result.case for result in results] == cases
    assert outcomes(results) == {
        "pass-1": PASSED,
        "signal": CRASHED,
        "pass-2": PASSED,
        "exit": CRASHED,
        "hang": CRASHED,
        "pass-3": PASSED,
    }
    texts = {result.case: result.text for result in results}
    assert texts["signal"] == "signal SIGSEGV"
    assert texts["exit"] == "exit status 3"
    assert texts["hang"].startswith("no end within")
    assert "said before the end" in results[1].output


@BOTH_WAYS
def test_what_the_interpreter_prints_before_the_worker_is_no_output(
    worker: Worker,
) -> None:
    assert worker.run_alone("tests", "signal").output == "said before the end\n"


@BOTH_WAYS
def test_the_output_of_a_worker_that_dies_before_it_begins_is_kept(
    worker: Worker,
) -> None:
    result = worker.run_alone("dies", "signal")
    assert result.output.startswith("Warning: cannot find the size of the cache\n")


def test_a_case_that_hangs_reports_its_call(worker: Worker) -> None:
    results, _ = worker.run_list("tests", ["stubborn", "pass"])
    assert outcomes(results) == {"stubborn": CRASHED, "pass": PASSED}
    assert results[0].text == "no end within 1 seconds"
    assert "was here" in results[0].output


def test_the_time_limit_is_one_of_processor_time(worker: Worker) -> None:
    # The limit is one second.
    results, _ = worker.run_list("tests", ["waits", "loops"])
    assert outcomes(results) == {"waits": PASSED, "loops": CRASHED}


def test_a_worker_that_works_slowly_is_not_waiting(worker: Worker) -> None:
    # Three seconds without a line, and some processor time all along.
    worker._longest = 2
    assert worker.run_alone("tests", "slow").outcome == PASSED
    assert worker.run_alone("tests", "hang").outcome == CRASHED


def test_the_time_limit_is_halved_after_each_hang(tmp_path: pathlib.Path) -> None:
    worker = Worker(["/bin/sleep", "60"], {}, tmp_path, seconds=0.2)
    runner.FEWEST_SECONDS, fewest = 0.1, runner.FEWEST_SECONDS
    try:
        waited = [worker.start().waited for _ in range(3)]
    finally:
        runner.FEWEST_SECONDS = fewest
    assert waited == [0.2, 0.1, 0.1]


@BOTH_WAYS
def test_an_interrupted_run_leaves_no_process(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Process] = []

    def interrupt(process: Process, _: object) -> NoReturn:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(worker, "_wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        worker.run_list("tests", ["hang"])
    assert started[0].returncode is not None


# Runs a case that writes the id of its process, and never ends.
KILLED = """\
import pathlib, sys
from tools.commands.conformance.runner import Worker
command, folder, forks = sys.argv[1:]
worker = Worker([command], {}, pathlib.Path(folder), forks=bool(forks))
worker.run_list("tests", ["known"])
"""


@pytest.mark.parametrize("forks", ["", "forks"])
def test_a_case_ends_with_a_tool_that_is_killed(
    worker: Worker, tmp_path: pathlib.Path, forks: str
) -> None:
    del worker  # only its program is needed
    mark = tmp_path / "worker.mark"
    with subprocess.Popen(
        [sys.executable, "-B", "-c", KILLED, tmp_path / "worker", tmp_path, forks]
    ) as tool:
        assert _comes_true(mark.exists)
        tool.kill()
    assert _comes_true(lambda: not _runs(mark.read_text()))


def _runs(process: str) -> bool:
    """Returns False for a process that has ended, also before it is waited for."""
    try:
        text = pathlib.Path("/proc", process, "stat").read_text()
    except FileNotFoundError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def _comes_true(what: Callable[[], bool]) -> bool:
    """Waits until `what` is true, for at most 60 seconds. Returns what it is."""
    end = time.monotonic() + 60
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    return what()


def test_the_comparisons_of_a_test_belong_to_it(worker: Worker) -> None:
    results, _ = worker.run_list("tests", ["compare", "fail", "pass"])
    assert results[0].failures == ("a.cc:1: one\nline", "a.cc:2: two")
    assert results[0].text == "a.cc:1: one\nline\na.cc:2: two"
    assert [result.failures for result in results[1:]] == [(), ()]


def test_a_case_that_passes_alone_has_passed(worker: Worker) -> None:
    results, _ = worker.run_list("tests", ["signal", "spoiled"])
    assert outcomes(results) == {"signal": CRASHED, "spoiled": PASSED}


def test_a_worker_that_never_begins_crashes_each_case(tmp_path: pathlib.Path) -> None:
    worker = Worker(["/bin/false"], {}, tmp_path)
    results, _ = worker.run_list("tests", ["a", "b"])
    assert outcomes(results) == {"a": CRASHED, "b": CRASHED}
    assert results[0].text == "exit status 1"


@BOTH_WAYS
def test_only_a_case_that_had_company_runs_again(
    worker: Worker, tmp_path: pathlib.Path
) -> None:
    results, _ = worker.run_list("tests", ["counted-1", "counted-2", "pass", "counted-3"])
    assert [result.outcome for result in results] == [CRASHED, CRASHED, PASSED, CRASHED]
    ran = (tmp_path / "worker.mark").read_text().split()
    assert ran == ["counted-1", "counted-2", "counted-3", "counted-3"]


def test_a_server_that_ends_is_a_problem(tmp_path: pathlib.Path) -> None:
    worker = Worker(["/bin/false"], {}, tmp_path, forks=True)
    with pytest.raises(Problem, match="serve ended with status 1"):
        worker.start("info")
