"""Each engine that //fuzz:cc_engine can choose finds a bug, and AFL++ runs
programs of the project's mutator."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

from tools.commands.fuzz import afl

HERE = pathlib.Path(__file__).parent
SECONDS = 100


def run(
    *command: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        timeout=SECONDS,
        check=False,
    )


def run_afl(
    folder: pathlib.Path, binary: str, *flags: str, **environment: str
) -> pathlib.Path:
    """Runs afl-fuzz on one small input. Returns its output folder."""
    inputs = folder / "inputs"
    inputs.mkdir()
    (inputs / "seed").write_bytes(b"A")
    done = run(
        *("afl-fuzz", "-i", inputs, "-o", folder / "out", "-m", "none"),
        *("-s", "1", *flags, "--", binary),
        **afl.ENVIRONMENT,
        **environment,
    )
    assert (folder / "out/default/fuzzer_stats").exists(), done.stdout
    return folder / "out/default"


def number(folder: pathlib.Path, name: str) -> int:
    text = (folder / "fuzzer_stats").read_text()
    return int(re.search(rf"^{name} +: (\d+)", text, re.M)[1])  # type: ignore


def test_libfuzzer_finds_the_bug(tmp_path: pathlib.Path) -> None:
    done = run(
        HERE / "finds_b_libfuzzer",
        *("-seed=1", "-runs=100000", f"-artifact_prefix={tmp_path}/"),
    )
    assert done.returncode == 77, done.stdout
    (crash,) = tmp_path.glob("crash-*")
    assert crash.read_bytes()[:1] == b"B"


def test_afl_finds_the_bug(tmp_path: pathlib.Path) -> None:
    out = run_afl(tmp_path, str(HERE / "finds_b_afl"), "-E", "100000")
    (crash,) = out.glob("crashes/id:*")
    assert crash.read_bytes()[:1] == b"B"


def test_replay_shows_the_bug_without_an_engine(tmp_path: pathlib.Path) -> None:
    (tmp_path / "good").write_bytes(b"A")
    (tmp_path / "bad").write_bytes(b"B")
    replay = HERE / "finds_b_replay"
    assert run(replay, tmp_path / "good").returncode == 0
    done = run(replay, tmp_path)
    assert done.returncode == 1
    assert done.stdout.endswith("3 inputs replayed, 1 failed\n")


def test_the_target_under_afl_started_by_hand_reads_stdin(
    tmp_path: pathlib.Path,
) -> None:
    for data, failed in ((b"A", False), (b"B", True)):
        done = subprocess.run(
            [HERE / "finds_b_afl"], input=data, capture_output=True, check=False
        )
        assert (done.returncode != 0) == failed


def test_afl_runs_programs_of_our_mutator(tmp_path: pathlib.Path) -> None:
    fuzz = HERE.parents[2] / "fuzz"
    status = tmp_path / "status"
    out = run_afl(
        tmp_path,
        str(fuzz / "sequence_fuzz_afl"),
        *("-E", "400"),
        AFL_CUSTOM_MUTATOR_LIBRARY=str(fuzz / "sequence_fuzz_afl_mutator"),
        AFL_CUSTOM_MUTATOR_ONLY="1",
        CAPSULE_STATUS_FILE=str(status),
    )
    assert number(out, "execs_done") >= 400
    assert number(out, "saved_crashes") == 0
    # AFL++ itself changes bytes; whole programs come only from the project's
    # mutator.
    assert number(out, "corpus_count") > 20
    counters = afl.Status(status)
    counters.read()
    assert counters.calls > 10 * counters.programs > 0
    assert sum(1 for _, count in counters.rules.values() if count) > 40
