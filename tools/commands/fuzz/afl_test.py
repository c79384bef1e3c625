"""Tests of tools/commands/fuzz/afl.py, with a fake afl-fuzz."""

import pathlib
import time
from typing import Any

import pytest

from tools.commands.fuzz import afl, corpus, engine
from tools.commands.fuzz.session import Options, Tools
from tools.commands.fuzz.workspace import Workspace
from tools.lib.problem import Problem


# A fake afl-fuzz. It writes the files that afl-fuzz writes, then runs the code
# that a test puts in place of BEHAVIOUR. `own` is the instance's folder.
AFL_FUZZ = """\
#!/usr/bin/python3
import os, pathlib, sys, time

words = sys.argv[1:]
flags = dict(zip(words[::2], words[1::2]))
own = pathlib.Path(flags["-o"]) / flags.get("-M", flags.get("-S", ""))
for name in ("queue", "crashes", "hangs"):
    (own / name).mkdir(parents=True)
for number, path in enumerate(sorted(pathlib.Path(flags["-i"]).iterdir())):
    (own / "queue" / f"id:{number:06},orig:{path.name}").write_bytes(
        path.read_bytes())
(own / "fuzzer_stats").write_text(
    "execs_done        : 1234\\nedges_found       : 56\\n"
    "corpus_count      : 7\\nafl_version       : ++4.04c\\n")
BEHAVIOUR
"""

NOTHING = pathlib.Path("/nothing")
NO_TOOLS = Tools(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)


def script(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)
    return path


def started(
    folder: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
    jobs: int = 1,
    libfuzzer: str = "exit 0",
    **options: Any,
) -> list[afl.Instance]:
    """Makes the instances of a run that has one input in its corpus. Starts them,
    as a session does, unless that input is a finding."""
    program = folder / "bin/afl-fuzz"
    program.parent.mkdir()
    program.write_text(AFL_FUZZ.replace("BEHAVIOUR", behaviour))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    inputs = corpus.make_folder(folder / "corpus")
    corpus.keep(b"known", inputs)
    corpus.keep(b"", inputs)  # AFL++ cannot run it
    (folder / "dict").write_text("")
    tools = NO_TOOLS._replace(
        binary=script(folder / "libfuzzer", libfuzzer),
        dictionary=folder / "dict",
        afl=pathlib.Path("target"),
        mutator=pathlib.Path("mutator"),
    )
    made = afl.instances(
        tools, folder, [inputs], 7, Options(jobs=jobs, **options)
    )
    if not any(instance.has_failed() for instance in made):
        for instance in made:
            instance.start()
    return made


def test_nothing_found(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = started(
        tmp_path, monkeypatch, '(own / "queue/id:000009").write_bytes(b"new")'
    )
    assert job.wait() == 0
    assert not job.has_failed()
    assert (job.executions(), job.log.coverage, job.log.corpus) == (1234, 56, 7)
    # The input that the instance started from is not copied.
    assert [path.read_bytes() for path in job.units.iterdir()] == [b"new"]
    assert not list(job.artifacts.iterdir())


def test_the_results_of_a_killed_run_are_kept(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    workspace = Workspace(tmp_path, "name_fuzz", tmp_path)
    folder = corpus.make_folder(workspace.folder / "run-killed")
    jobs = started(
        folder,
        monkeypatch,
        '(own / "queue/id:000009").write_bytes(own.name.encode())\n'
        '(own / "crashes/id:000000,sig:06").write_bytes(b"bad")',
        jobs=2,
    )
    while any(job.is_running() for job in jobs):
        time.sleep(0.01)
    workspace.prepare(fresh=False)
    assert "kept 2 of its new inputs, dropped 0" in capsys.readouterr().out
    kept = {path.read_bytes() for path in workspace.corpus.iterdir()}
    assert kept == {b"main", b"secondary1"}
    (finding,) = workspace.findings.iterdir()
    assert finding.name == f"crash-{corpus.digest(b'bad')}"
    assert not folder.exists()


@pytest.mark.parametrize(
    "folder, status, name",
    [("crashes", 77, "crash"), ("hangs", 70, "timeout")],
)
def test_a_finding_has_the_name_and_status_of_libfuzzer(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    status: int,
    name: str,
) -> None:
    (job,) = started(
        tmp_path,
        monkeypatch,
        f'(own / "{folder}/id:000000,sig:06").write_bytes(b"bad")',
    )
    assert job.wait() == status
    assert job.has_failed()
    (finding,) = job.artifacts.iterdir()
    assert finding.name == f"{name}-{corpus.digest(b'bad')}"


def test_an_input_of_the_corpus_that_fails_is_a_finding(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # afl-fuzz would leave the input out and end with 0.
    (job, other) = started(
        tmp_path,
        monkeypatch,
        "",
        jobs=2,
        libfuzzer='echo bad >"${2#*=}crash-1"; echo "report of $1" >&2; exit 77',
    )
    assert job.has_failed() and not job.is_running()
    assert job.wait() == 77
    assert [path.name for path in job.artifacts.iterdir()] == ["crash-1"]
    assert "report of -runs=0" in job.log.report()
    assert not other.is_running() and other.wait() == 0


def test_a_process_that_fails_by_itself(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = started(tmp_path, monkeypatch, 'print("no forks"); sys.exit(1)')
    assert job.wait() not in {0, *engine.FINDINGS}
    assert job.has_failed()
    assert "no forks" in job.log.report()


def test_one_main_instance_and_a_shared_folder(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = started(tmp_path, monkeypatch, "", jobs=3, seconds=60)
    roles = [job.command[1:3] for job in jobs]
    assert roles == [["-M", "main"], ["-S", "secondary1"], ["-S", "secondary2"]]
    for number, job in enumerate(jobs):
        text = str(job)
        assert f"-s {7 + number} -V 60" in text
        assert f"-o {tmp_path}/shared" in text
        assert "AFL_CUSTOM_MUTATOR_LIBRARY=mutator" in text
        assert "AFL_CUSTOM_MUTATOR_ONLY=1" in text
        assert job.wait() == 0


@pytest.mark.parametrize("status", [0, 1])  # 1: it was still starting its target
def test_interrupted(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    (job,) = started(
        tmp_path,
        monkeypatch,
        "import signal\n"
        f"signal.signal(signal.SIGINT, lambda *_: sys.exit({status}))\n"
        'print("ready", flush=True)\nwhile True: time.sleep(0.01)',
    )
    while "ready" not in job.log.tail:
        time.sleep(0.01)
    job.interrupt()
    assert job.wait() == engine.INTERRUPTED


def test_without_inputs_there_is_one(tmp_path: pathlib.Path) -> None:
    folder = afl.seeds([], tmp_path / "inputs")
    assert [path.read_bytes() for path in folder.iterdir()] == [b"\n"]


def test_flags() -> None:
    afl.check_flags(["-E", "100", "-p", "explore"])
    with pytest.raises(Problem, match="'-runs=1' cannot be passed to afl-fuzz"):
        afl.check_flags(["-runs=1"])
    with pytest.raises(Problem, match="'-E' needs a value"):
        afl.check_flags(["-E"])


def test_afl_that_is_not_installed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="no afl-fuzz here; run tools/setup"):
        afl.check_known([], NO_TOOLS)
