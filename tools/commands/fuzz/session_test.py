"""Tests of tools/fuzz: whole runs with a fake engine, and merging."""

import pathlib
import re
import signal
import textwrap
from typing import Any

import pytest

from tools.commands.fuzz import corpus, merge
from tools.commands.fuzz.options import Options, Tools
from tools.commands.fuzz.session import Session
from tools.commands.fuzz.workspace import Workspace
from tools.lib.problem import Problem


# A fake libFuzzer with the files, output lines and flags that tools/fuzz uses. A
# test puts code in place of BEHAVIOUR.
ENGINE = """\
#!/usr/bin/python3
import hashlib, pathlib, signal, sys, time

flags = dict(a[1:].split("=", 1) for a in sys.argv[1:] if a.startswith("-"))
folders = [pathlib.Path(a) for a in sys.argv[1:] if not a.startswith("-")]

def say(line):
    print(line, file=sys.stderr, flush=True)

def write(folder, prefix, data, keep=None):
    name = prefix + hashlib.sha1(data).hexdigest()
    pathlib.Path(str(folder) + name).write_bytes(data if keep is None else keep)

if "help" in flags:
    say("Flags: (strictly in form -flag=value)")
    for name in ("runs", "seed"):
        say(f" {name:30}\\t0\\tAbout it.")
    sys.exit(0)
if "merge" in flags:
    for path in folders[1].iterdir():
        if path.read_bytes() == b"crasher":
            write(flags["artifact_prefix"], "crash-", b"crasher")
        else:
            (folders[0] / path.name).write_bytes(path.read_bytes())
    sys.exit(0)
say("#2\\tINITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb")
units = str(folders[0]) + "/"
BEHAVIOUR
say("stat::number_of_executed_units: 100")
sys.exit(0)
"""

MINIMIZE = """\
#!/bin/bash
echo small >"${!#}.min.prog"
echo "${!#}.min.prog: FOUND, 31 calls before, 4 after, 120 candidates"
"""

# Finds something only after earlier inputs.
MINIMIZE_AFTER = """\
#!/bin/bash
[[ "$*" == *--before=* ]] || exit 1
echo early >"${!#}.before-1.prog"
echo small >"${!#}.min.prog"
echo "after ${!#}.before-1.prog"
echo "${!#}.min.prog: GETP-3, 31 calls before, 4 after, 120 candidates"
"""

# Finds something only after many runs of the same input.
MINIMIZE_REPEATED = """\
#!/bin/bash
[[ "$*" == *--repeat=* ]] || exit 1
echo small >"${!#}.min.prog"
echo "repeat 75"
echo "${!#}.min.prog: NEW-10, 31 calls before, 1 after, 120 candidates"
"""

REPRO = """\
#!/bin/bash
printf 'contract violation: GETP-3  x\\n  program\\n    one\\n' >&2
exit 134
"""


def script(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture(name="world")
def _world(tmp_path: pathlib.Path) -> "World":
    return World(tmp_path)


class World:
    def __init__(self, folder: pathlib.Path) -> None:
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "seeds").mkdir()
        (self.bin / "dict").write_text("")
        self.out = self.root / "out" / "x_fuzz"

    def run(
        self,
        behaviour: str,
        found: str = "GETP-3",
        minimize: str = MINIMIZE,
        **options: Any,
    ) -> int:
        before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
        text = ENGINE.replace("BEHAVIOUR", textwrap.dedent(behaviour))
        tools = Tools(
            script(self.bin / "engine", text),
            self.bin / "seeds",
            self.bin / "dict",
            script(self.bin / "repro", REPRO),
            script(self.bin / "minimize", minimize.replace("FOUND", found)),
        )
        workspace = Workspace(self.root, "x_fuzz", self.root)
        session = Session("x_fuzz", tools, workspace, Options(**options))
        try:
            return session.run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def corpus(self) -> list[bytes]:
        return sorted(p.read_bytes() for p in (self.out / "corpus").iterdir())

    def leftovers(self) -> list[pathlib.Path]:
        return list(self.out.glob("run-*"))


def test_a_run_keeps_its_new_inputs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run("write(units, '', b'one'); write(units, '', b'two')") == 0
    output = capsys.readouterr().out
    assert world.corpus() == [b"one", b"two"]
    assert "x_fuzz: 100 executions in" in output
    assert "2 inputs in out/x_fuzz/corpus, 2 of them new" in output
    assert output.endswith("findings    none\n")
    assert not world.leftovers()


def test_a_run_starts_from_the_seeds_of_the_user(world: World) -> None:
    mine = world.bin / "mine"
    mine.mkdir()
    code = f"sys.exit({str(mine)!r} not in map(str, folders))"
    assert world.run(code, seeds=mine) == 0
    assert world.run(code) == 1


def test_several_jobs_have_seeds_of_their_own_and_one_corpus(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run("write(units, '', flags['seed'].encode())", jobs=3, seed=5) == 0
    assert world.corpus() == [b"5", b"6", b"7"]
    assert "300 executions" in capsys.readouterr().out


def test_truncated_files_are_not_kept_and_fail_the_run(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    status = world.run(
        "write(units, '', b'one'); write(units, '', b'two', b'')"
    )
    assert status == 1
    assert world.corpus() == [b"one"]
    assert "1 files of this run were not written whole" in capsys.readouterr().out


# Ignores SIGINT: the finding of one engine interrupts the other engine, which then
# still reports its own finding.
FINDING = """\
signal.signal(signal.SIGINT, signal.SIG_IGN)
say("contract violation: GETP-3  x")
write(flags["artifact_prefix"], "crash-", flags["seed"].encode())
sys.exit(77)
"""


def test_a_finding_is_reported_once_with_the_command_that_reproduces_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run(FINDING, jobs=2, seed=5) == 1
    output = capsys.readouterr().out
    assert output.count("contract violation: GETP-3") == 1
    assert "(31 calls, minimised to 4)" in output
    command = re.search(
        r"bazel run //fuzz:x_fuzz_repro -- "
        r"out/x_fuzz/findings/(crash-\w+)\.min\.prog\n",
        output,
    )
    assert command
    # Either engine may be first; its finding ends the other engine.
    found = (world.out / "findings" / command[1]).read_bytes()
    assert found in (b"5", b"6")


def test_a_finding_that_depends_on_earlier_inputs_is_shown_with_them(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = (
        "import os; name = hashlib.sha1(b'x').hexdigest()\n"
        "folder = flags['artifact_prefix'] + 'crash-' + name + '.before'\n"
        "os.mkdir(folder); open(folder + '/000', 'wb').write(b'earlier')\n"
        "write(flags['artifact_prefix'], 'crash-', b'x'); sys.exit(77)"
    )
    assert world.run(behaviour, minimize=MINIMIZE_AFTER) == 1
    output = capsys.readouterr().out
    assert "finding     GETP-3, depends on earlier programs\n" in output
    assert re.search(r"repro -- \S+\.before-1\.prog \S+\.min\.prog\n", output)


def test_a_finding_of_a_counter_is_shown_with_the_number_of_runs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run(FINDING, minimize=MINIMIZE_REPEATED, seed=5) == 1
    output = capsys.readouterr().out
    assert "finding     NEW-10, depends on earlier programs\n" in output
    assert "\n  after     74 runs of the same program\n" in output
    assert re.search(r"repro -- --repeat=75 \S+\.min\.prog\n", output)


def test_each_job_follows_the_next_profile_and_the_report_says_which(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = (
        "import os; profile = os.environ.get('CAPSULE_PROFILE', 'none')\n"
        "write(units, '', profile.encode())\n"
        "if profile == 'old':\n"
        "    write(flags['artifact_prefix'], 'crash-', b'x'); sys.exit(77)"
    )
    assert world.run(behaviour, jobs=2, profiles=("", "old")) == 1
    output = capsys.readouterr().out
    assert re.search(r"^CAPSULE_PROFILE=old \S+engine ", output, re.MULTILINE)
    assert "reproduce CAPSULE_PROFILE=old bazel run" in output


def test_a_finding_of_a_sanitizer_is_named_by_its_class(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run(FINDING, found="AddressSanitizer: SEGV", seed=5) == 1
    output = capsys.readouterr().out
    assert "finding     AddressSanitizer: SEGV\n" in output
    assert output.endswith(".min.prog\n")


def test_a_finding_without_a_file_still_shows_its_report(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = "say('==1==ERROR: AddressSanitizer: SEGV x'); sys.exit(1)"
    assert world.run(behaviour) == 1
    output = capsys.readouterr().out
    assert "but the engine wrote no input for it" in output
    assert "==1==ERROR: AddressSanitizer: SEGV x" in output


def test_a_target_that_does_not_start_is_a_failure(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run("say('executor: no'); sys.exit(2)") == 1
    assert "ended with status 2:\n" in capsys.readouterr().out


def test_a_run_fails_if_libfuzzer_gives_up_leak_detection(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "INFO: libFuzzer disabled leak detection after every mutation."
    assert world.run(f"say('{line}')") == 1
    assert "gave up leak detection" in capsys.readouterr().out


def test_an_engine_that_runs_no_input_is_a_failure(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = "say('stat::number_of_executed_units: 0'); sys.exit(0)"
    assert world.run(behaviour) == 1
    assert "failure     the engine ran no input\n" in capsys.readouterr().out


def test_an_engine_that_another_one_stops_early_is_no_failure(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = (
        "say('stat::number_of_executed_units: 0')\n"
        "if flags['seed'] == '6':\n"
        "    write(flags['artifact_prefix'], 'crash-', b'x'); sys.exit(77)\n"
        "signal.signal(signal.SIGINT, lambda *unused: sys.exit(72))\n"
        "time.sleep(60)"
    )
    assert world.run(behaviour, jobs=2, seed=5) == 1
    output = capsys.readouterr().out
    assert "failure" not in output and "finding     GETP-3\n" in output


def test_interrupting_gives_the_summary(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour = """
    write(units, '', b'one')
    signal.signal(signal.SIGINT, lambda *unused: sys.exit(72))
    import os
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)
    """
    assert world.run(behaviour) == 0
    output = capsys.readouterr().out
    assert ", interrupted\n" in output
    assert world.corpus() == [b"one"]


def test_the_inputs_of_a_killed_run_are_kept(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    units = world.out / "run-abc" / "job-0" / "corpus"
    units.mkdir(parents=True)
    corpus.keep(b"left", units)
    corpus.keep(b"", units, corpus.digest(b"cut"))
    assert world.run("write(units, '', b'one')") == 0
    assert world.corpus() == [b"left", b"one"]
    assert (
        "an earlier run was killed; kept 1 of its new inputs, dropped 1 "
        "truncated files" in capsys.readouterr().out
    )
    assert not world.leftovers()


def test_a_damaged_corpus_file_is_set_aside(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = world.out / "corpus"
    folder.mkdir(parents=True)
    corpus.keep(b"", folder, corpus.digest(b"cut"))
    assert world.run("") == 0
    assert world.corpus() == []
    assert "1 damaged inputs in out/x_fuzz/corpus" in capsys.readouterr().out
    assert len(list((world.out / "damaged").iterdir())) == 1


def test_fresh_moves_the_corpus_away(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.run("write(units, '', b'one')")
    world.run("write(units, '', b'two'); assert len(folders) == 2", fresh=True)
    assert world.corpus() == [b"two"]
    assert "is now out/x_fuzz/corpus.1" in capsys.readouterr().out


def test_an_unknown_flag_starts_nothing(world: World) -> None:
    with pytest.raises(Problem, match="no flag '-nosuch'"):
        world.run("", flags=["-nosuch=1"])
    assert not world.out.exists()


def test_merge_keeps_inputs_with_findings_apart(
    world: World, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.run("")
    out, source = tmp_path / "to", tmp_path / "from"
    source.mkdir()
    (source / "crashes").write_bytes(b"crasher")
    (source / "good").write_bytes(b"good")
    corpus.keep(b"", source, corpus.digest(b"cut"))
    status = merge.main([str(world.bin / "engine"), str(out), str(source)])
    output = capsys.readouterr().out
    assert status == 1
    assert [p.read_bytes() for p in out.iterdir()] == [b"good"]
    assert [p.read_bytes() for p in (tmp_path / "to.findings").iterdir()] == [
        b"crasher"
    ]
    assert "1 inputs added" in output and "damaged, left out" in output
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "bin", "from", "root", "to", "to.findings",
    ]
