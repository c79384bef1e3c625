"""Tests of the folder of a campaign: locks, damaged plans, slices of a killed
campaign, a full disk."""

import errno
import json
import os
import pathlib
from typing import Any

import pytest

from tools.commands.fuzz import corpus
from tools.commands.overnight import storage
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.journal import Journal
from tools.commands.overnight.plan import VERSION
from tools.commands.overnight.settings import Lane, Setting
from tools.commands.overnight.storage import DiskFull
from tools.lib.problem import Problem

LANE = Lane("name_fuzz", Setting())


def made(path: pathlib.Path) -> Folder:
    folder = Folder(path)
    folder.lock()
    folder.make()
    return folder


def add_slice(folder: Folder, units: list[bytes], crash: bytes | None) -> None:
    path = folder.slices / "01-000001"
    new = corpus.make_folder(path / "new")
    artifacts = corpus.make_folder(path / "artifacts")
    for data in units:
        corpus.keep(data, new)
    if crash is not None:
        corpus.keep(crash, artifacts, f"crash-{corpus.digest(crash)}")
    storage.write_json(path / "slice.json", {"lane": LANE.as_json()})


def test_the_inputs_of_a_killed_slice_are_kept(tmp_path: pathlib.Path) -> None:
    folder = made(tmp_path)
    add_slice(folder, [b"a", b"b"], None)
    assert folder.recover() == (2, 0, 0)
    assert {p.read_bytes() for p in folder.corpus("name_fuzz").iterdir()} == {
        b"a",
        b"b",
    }
    assert not list(folder.slices.iterdir())


def test_the_finding_of_a_killed_slice_waits_for_its_examination(
    tmp_path: pathlib.Path
) -> None:
    folder = made(tmp_path)
    add_slice(folder, [], b"crash")
    assert folder.recover() == (0, 1, 0)
    (path,) = folder.crashes.iterdir()
    (file,) = (path / "artifacts").iterdir()
    assert file.read_bytes() == b"crash"


def test_a_truncated_input_is_dropped_and_counted(tmp_path: pathlib.Path) -> None:
    folder = made(tmp_path)
    add_slice(folder, [b"whole"], None)
    (folder.slices / "01-000001/new" / corpus.digest(b"more")).write_bytes(b"mo")
    assert folder.recover() == (1, 0, 1)


def test_a_slice_that_was_killed_before_it_started_leaves_nothing(
    tmp_path: pathlib.Path
) -> None:
    folder = made(tmp_path)
    corpus.make_folder(folder.slices / "01-000001" / "new")
    assert folder.recover() == (0, 0, 0)
    assert not list(folder.slices.iterdir())


def test_two_campaigns_cannot_share_a_folder(tmp_path: pathlib.Path) -> None:
    first = made(tmp_path)
    with pytest.raises(Problem, match="a campaign is running in"):
        Folder(tmp_path).lock()
    del first  # gives the lock back
    Folder(tmp_path).lock()


def test_a_full_disk_before_the_campaign_starts_says_to_start_again() -> None:
    path = pathlib.Path("night")
    for error in (DiskFull(path), OSError(errno.ENOSPC, "No space")):
        with pytest.raises(Problem, match="^the disk of night is full; .* again$"):
            with storage.to_start_again(path):
                raise error
    with pytest.raises(OSError, match="denied"):
        with storage.to_start_again(path):
            raise OSError(errno.EACCES, "denied")


def test_an_earlier_campaign_is_moved_away(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "night"
    made(path)
    (path / "plan.json").write_text("{}")
    assert Folder(path).move_away() == tmp_path / "night.1"
    assert Folder(path).move_away() is None


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "it is damaged"),
        ("[]", "has version None"),
        ('{"version": 99}', "has version 99"),
        (f'{{"version": {VERSION}}}', "is damaged"),
        (f'{{"version": {VERSION}, "lanes": 7}}', "is damaged"),
    ],
)
def test_a_damaged_plan_is_one_line(
    tmp_path: pathlib.Path, text: str, words: str
) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(Problem, match=words):
        Folder(tmp_path).read_plan()


def test_a_folder_without_a_campaign_cannot_be_resumed(
    tmp_path: pathlib.Path
) -> None:
    with pytest.raises(Problem, match="there is no campaign in"):
        Folder(tmp_path).read_plan()


def test_a_full_disk_leaves_the_old_file_and_the_journal_whole(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.json"
    storage.write_json(path, {"old": 1})
    book = Journal(tmp_path / "journal")
    book.append({"kind": "one"})
    before = (tmp_path / "journal").read_bytes()

    def full(*unused: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        storage.write_json(path, {"new": 2})
    with pytest.raises(DiskFull):
        book.append({"kind": "two"})
    assert json.loads(path.read_text()) == {"old": 1}
    assert (tmp_path / "journal").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.json", "journal"]


def test_a_folder_whose_removal_was_killed_is_removed(tmp_path: pathlib.Path) -> None:
    folder = made(tmp_path)
    add_slice(folder, [], b"crash")
    folder.recover()
    (crash,) = folder.crashes.iterdir()
    storage.remove(crash)
    assert not list(folder.crashes.iterdir())
    half = folder.crashes / ".01-000001.part"
    (half / "new").mkdir(parents=True)
    folder.recover()
    assert not half.exists()
