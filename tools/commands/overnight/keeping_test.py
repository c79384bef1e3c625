"""Tests of merging: the merged corpus exercises the same rules and reaches the same
code, and merging it again changes nothing."""

import os
import pathlib
import subprocess

from tools.commands.fuzz import corpus
from tools.commands.fuzz.log import Log
from tools.commands.overnight import keeping
from tools.lib.status import Status

BINARY = pathlib.Path("fuzz/name_fuzz_bin").absolute()
SEEDS = pathlib.Path("fuzz/name_fuzz_corpus").absolute()


def filled(folder: pathlib.Path) -> pathlib.Path:
    """Returns a folder with the committed inputs and some that a run adds."""
    corpus.make_folder(folder)
    for path in SEEDS.iterdir():
        corpus.keep(path.read_bytes(), folder)
    subprocess.run(
        [BINARY, "-seed=3", "-runs=3000", "-artifact_prefix=/dev/null", folder],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return folder


def merged(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    corpus.make_folder(target)
    keeping.merged(BINARY, source, target)
    return target


def reached(folder: pathlib.Path) -> tuple[set[str], int]:
    """Returns the rules that the inputs exercise, and the coverage."""
    status = Status(folder.parent / f"{folder.name}.status")
    done = subprocess.run(
        [BINARY, "-runs=0", folder],
        env={**os.environ, "CAPSULE_STATUS_FILE": str(status.path)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = Log()
    for line in done.stderr.splitlines():
        log.feed(line)
    status.read()
    return {rule for rule, (_, n) in status.rules.items() if n}, log.coverage


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_merging_twice_is_merging_once(tmp_path: pathlib.Path) -> None:
    all_inputs = filled(tmp_path / "all")
    once = merged(all_inputs, tmp_path / "once")
    twice = merged(once, tmp_path / "twice")
    assert 10 < len(names(once)) < len(names(all_inputs))
    assert names(twice) == names(once)
    assert reached(once) == reached(all_inputs)


def test_kept_inputs_are_added_to_those_of_earlier_runs(
    tmp_path: pathlib.Path
) -> None:
    all_inputs = filled(tmp_path / "all")
    kept = corpus.make_folder(tmp_path / "kept")
    corpus.keep(b"of an earlier run", kept)
    numbers = keeping.keep(BINARY, all_inputs, kept)
    assert numbers["problem"] == ""
    assert numbers["added"] == numbers["after"] == len(names(kept)) - 1
    again = keeping.keep(BINARY, all_inputs, kept)
    assert again["added"] == 0
