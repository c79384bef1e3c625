"""Tests of tools/commands/fuzz/corpus.py: damaged, empty and renamed files, and
folders that cannot be written."""

import errno
import os
import pathlib

import pytest

from tools.commands.fuzz import corpus
from tools.lib.problem import Problem, exit_status


def put(
    folder: pathlib.Path, data: bytes, name: str | None = None
) -> pathlib.Path:
    folder.mkdir(exist_ok=True)
    path = folder / (name or corpus.digest(data))
    path.write_bytes(data)
    return path


def test_a_unit_is_intact_when_its_name_is_its_digest(
    tmp_path: pathlib.Path
) -> None:
    assert corpus.is_intact(put(tmp_path, b"abc"))
    assert corpus.is_intact(put(tmp_path, b"", None))
    assert corpus.is_intact(
        put(tmp_path, b"abc", "crash-" + corpus.digest(b"abc"))
    )


@pytest.mark.parametrize("data", [b"", b"ab", b"abcd"])
def test_a_cut_empty_or_overwritten_unit_is_damaged(
    tmp_path: pathlib.Path, data: bytes
) -> None:
    path = put(tmp_path, data, corpus.digest(b"abc"))
    assert corpus.units(tmp_path) == ([], [path])
    assert corpus.inputs(tmp_path) == ([], [path])


def test_a_file_with_another_name_is_an_input_but_not_a_unit(
    tmp_path: pathlib.Path
) -> None:
    path = put(tmp_path, b"abc", "a_seed")
    assert corpus.units(tmp_path) == ([], [path])
    assert corpus.inputs(tmp_path) == ([path], [])


def test_publish_says_whether_it_is_new_and_leaves_nothing_else(
    tmp_path: pathlib.Path
) -> None:
    path = put(tmp_path / "from", b"abc")
    to = corpus.make_folder(tmp_path / "to")
    assert corpus.publish(path, to)
    assert not corpus.publish(path, to)
    assert [p.name for p in to.iterdir()] == [path.name]


def test_publish_replaces_a_damaged_unit(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path / "from", b"abc")
    put(tmp_path / "to", b"a", path.name)
    assert corpus.publish(path, tmp_path / "to")
    assert (tmp_path / "to" / path.name).read_bytes() == b"abc"


def test_publish_copies_if_a_hard_link_is_impossible(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*unused: str) -> None:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "link", refuse)
    path = put(tmp_path / "from", b"abc")
    to = corpus.make_folder(tmp_path / "to")
    assert corpus.publish(path, to)
    assert (to / path.name).read_bytes() == b"abc"


def test_publish_all_leaves_damaged_files_where_they_are(
    tmp_path: pathlib.Path
) -> None:
    put(tmp_path / "from", b"one")
    bad = put(tmp_path / "from", b"", corpus.digest(b"two"))
    to = corpus.make_folder(tmp_path / "to")
    assert corpus.publish_all(tmp_path / "from", to) == (1, [bad])
    assert len(list(to.iterdir())) == 1


def test_a_full_disk_is_reported_and_leaves_no_half_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*unused: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    with pytest.raises(Problem, match="is full; make room"):
        corpus.keep(b"abc", tmp_path)
    assert not list(tmp_path.iterdir())


def test_set_aside_overwrites_nothing(tmp_path: pathlib.Path) -> None:
    for _ in range(3):
        path = put(tmp_path / "from", b"x", "name")
        corpus.set_aside([path], tmp_path / "aside")
    names = sorted(p.name for p in (tmp_path / "aside").iterdir())
    assert names == ["name", "name.2", "name.3"]


def test_an_unreadable_folder_gives_one_line(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> int:
        corpus.readable_folder(tmp_path / "none")
        return 0

    assert exit_status("tool", main) == 2
    error = capsys.readouterr().err
    assert error.startswith("tool: cannot read ") and error.count("\n") == 1
