"""Tests of tools/fuzz --seeds."""

import pathlib

import pytest

from tools.commands.fuzz import seeds
from tools.lib.problem import Problem

PACK = pathlib.Path("fuzz/driver/pack")
WILD = pathlib.Path("corpus/wild")


def test_programs_become_inputs(tmp_path: pathlib.Path) -> None:
    files = seeds.files_of(WILD)
    packed = seeds.pack(files, WILD, tmp_path / "packed", PACK, as_bytes=False)
    names = sorted(path.name for path in packed.iterdir())
    assert len(names) == len(files)
    assert "datetime-interpreter_new_end.prog" in names
    assert not any(path.read_bytes().startswith(b"#") for path in packed.iterdir())


def test_inputs_of_a_target_without_programs_stay(tmp_path: pathlib.Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "a.prog").write_bytes(b"any bytes")
    packed = seeds.pack([mine / "a.prog"], mine, tmp_path / "packed", PACK, True)
    assert (packed / "a.prog").read_bytes() == b"any bytes"


def test_seeds_of_an_earlier_run_are_gone(tmp_path: pathlib.Path) -> None:
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "old").write_text("")
    seeds.pack(seeds.files_of(WILD), WILD, packed, PACK, as_bytes=False)
    assert not (packed / "old").exists()


def test_a_bad_program_is_one_line(tmp_path: pathlib.Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "bad.prog").write_text("c0 = what()\n")
    with pytest.raises(Problem, match=r"bad.prog:1:6: .*; mend or remove the file"):
        seeds.pack([mine / "bad.prog"], mine, tmp_path / "packed", PACK, False)


@pytest.mark.parametrize("name, words", [("", "has no file"), ("no", "cannot read")])
def test_a_folder_without_files(tmp_path: pathlib.Path, name: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        seeds.files_of(tmp_path / name)
