"""Tests of kept.py: a result counts only while what it was made from is unchanged."""

from __future__ import annotations

import pathlib

import pytest

from tools.commands.planted.kept import Kept, Shown
from tools.lib import bug
from tools.lib.places import workspace_folder

SHOWN = Shown(["NEW-1"], ["GETP-1"], [], 3)
TEXT = """\
Is wrong.

Breaks: NEW-1
Fuzz: none, nobody runs it

@ capsule/reference/capsule.c PyCapsule_New
- capsule->name = name;
"""


class World:
    """A bug, and a library with a worker, as files."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.path = folder / "wrong.bug"
        self.path.write_text(TEXT)
        (folder / "library.so").write_text("library")
        (folder / "worker").write_text("worker")

    def kept(self, programs: int = 5) -> Kept:
        built = [self.folder / "library.so", self.folder / "worker"]
        return Kept(workspace_folder(), self.folder, built, programs)

    def bug(self) -> bug.Bug:
        return bug.read(self.path)

    def result(self) -> pathlib.Path:
        (path,) = self.folder.glob("bugs/**/shown.json")
        return path


@pytest.fixture(name="world")
def _world(tmp_path: pathlib.Path) -> World:
    world = World(tmp_path)
    assert world.kept().find(world.bug()) is None
    (tmp_path / "bugs" / world.bug().name).mkdir(parents=True)
    world.kept().keep(world.bug(), SHOWN)
    return world


def test_a_later_run_finds_the_result(world: World) -> None:
    assert world.kept().find(world.bug()) == SHOWN


def test_a_result_of_another_bug_worker_or_number_does_not_count(
    world: World,
) -> None:
    assert world.kept(programs=6).find(world.bug()) is None
    world.path.write_text(TEXT + "+ capsule->name = NULL;\n")
    assert world.kept().find(world.bug()) is None
    world.path.write_text(TEXT)
    (world.folder / "worker").write_text("another worker")
    assert world.kept().find(world.bug()) is None


@pytest.mark.parametrize("text", ["", '{"made from": "x', "[]", "{}", "7"])
def test_a_damaged_file_counts_as_none(world: World, text: str) -> None:
    world.result().write_text(text)
    assert world.kept().find(world.bug()) is None
