"""Tests of tools/lib/plant.py: which inputs a planting depends on. A stale planting
is a bug that is missing, or one that fails although it applies again."""

import json
import pathlib

import pytest

from tools.lib import plant

BUG = """\
Forgets.

Breaks: NEW-5
Fuzz: name_fuzz 20
Proof: NEW-5

@ capsule.c f
- {old}
+ b();
"""
COMPILE = ["/bin/sh", "-c", 'touch "$0"', "@OUTPUT@"]
LINK = ["/usr/bin/touch", "@OUTPUT@", "@OBJECTS@"]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pathlib.Path("capsule.c").write_text("void f(void)\n{\n    a();\n}\n")
    pathlib.Path("commands").write_text(
        json.dumps(
            {
                "compile": {"capsule.c": COMPILE, "other.c": COMPILE},
                "objects": {"capsule.c": "capsule.o", "other.c": "other.o"},
                "library": {"capsule.c": "lib.so", "other.c": "other.so"},
                "link": {"lib.so": LINK, "other.so": LINK},
                "parts": {"lib.so": ["capsule.o"], "other.so": ["other.o"]},
                "sanitizer_only": False,
            }
        )
    )
    pathlib.Path("other.c").write_text("int other;\n")
    pathlib.Path("bugs/capsule.c").mkdir(parents=True)


def unused(*olds: str) -> list[str]:
    """Plants bugs that replace these lines; returns the inputs that none needs."""
    paths = []
    for index, old in enumerate(olds):
        path = pathlib.Path(f"bugs/capsule.c/bug{index}.bug")
        path.write_text(BUG.format(old=old))
        paths.append(str(path))
    plant.main(["commands", "out", "unused", *paths])
    return pathlib.Path("unused").read_text().split()


def test_a_planting_depends_on_what_its_bugs_change() -> None:
    assert unused("a();") == ["other.c", "other.o"]
    assert pathlib.Path("out/bug0/lib.so").exists()


def test_a_bug_that_does_not_apply_depends_on_every_input() -> None:
    assert unused("a();", "gone();") == []
    assert "`gone();` is gone" in pathlib.Path("out/bug1", plant.TROUBLE).read_text()
    assert pathlib.Path("out/bug0/lib.so").exists()
