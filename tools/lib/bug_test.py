"""Tests of tools/lib/bug.py: which headers of planted bugs are valid."""

import pathlib

import pytest

from tools.lib import bug, overlay

PATH = pathlib.Path("tests/bugs/capsule/some_bug.bug")
EDIT = "\n@ capsule.c f\n- a\n+ b\n"


def test_a_header_is_read() -> None:
    header = "Forgets\nthe name.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\n"
    planted = bug.Bug(PATH, header + EDIT)
    assert planted.about == "Forgets the name."
    assert planted.breaks == planted.reports == ["NEW-5"]
    assert planted.budgets == {"name_fuzz": 20}
    assert planted.corpora == ["name"]
    assert planted.files() == ["capsule.c"]


def test_a_bug_that_no_target_finds_gives_a_reason() -> None:
    header = "Forgets.\n\nBreaks: NEW-5\nFuzz: none, no program calls it\n"
    planted = bug.Bug(PATH, header + EDIT)
    assert planted.budgets == {} and planted.corpora == []


def test_a_bug_may_need_flags_of_the_compiler(tmp_path: pathlib.Path) -> None:
    (tmp_path / "capsule.c").write_text("void f(void)\n{\n    a\n}\n")
    header = "Forgets.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\nFlags: -O3 -DNDEBUG\n"
    broken = bug.Bug(PATH, header + EDIT).broken(tmp_path)
    source = tmp_path / "capsule.c"
    flags = overlay.Overlay(broken, tmp_path, tmp_path).flags(source)
    assert flags[-2:] == ["-O3", "-DNDEBUG"]


def test_a_header_can_say_that_only_sanitizers_find_the_bug() -> None:
    header = "Forgets.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\n"
    assert not bug.Bug(PATH, header + EDIT).sanitizer_only
    assert bug.Bug(PATH, header + "Sanitizer: only\n" + EDIT).sanitizer_only


@pytest.mark.parametrize(
    "header, edit, why",
    [
        ("Breaks: NEW-5\nFuzz: name_fuzz 20\nSanitizer: yes\n", EDIT, "`only`"),
        ("Fuzz: name_fuzz 20\n", EDIT, "lacks"),
        ("Breaks: NEW-5\n", EDIT, "lacks `Fuzz:`"),
        ("Breaks: NEW-5\nFuzz: none\n", EDIT, "`Fuzz: none`"),
        ("Breaks: NEW-5\nFuzz: name_fuzz\n", EDIT, "`Fuzz: name_fuzz`"),
        ("Breaks: N-5\nFuzz: a_fuzz 20\nFuzzy: yes\n", EDIT, "unknown field 'Fuzzy'"),
        ("Breaks: NEW-5\nFuzz: a_fuzz 20\n", "", "lacks"),
        ("Breaks: NEW-5\nFuzz: a_fuzz 20\n", "\n@ capsule.c f\n", "no edit"),
    ],
)
def test_a_malformed_file_is_named(header: str, edit: str, why: str) -> None:
    with pytest.raises(bug.Malformed, match=f"some_bug.bug: .*{why}"):
        bug.Bug(PATH, f"Forgets.\n\n{header}{edit}")


def test_a_source_changes_if_it_uses_a_changed_name_of_a_header() -> None:
    broken = bug.Broken({"a.h": "", "b.c": ""}, frozenset({"outer"}), None)
    assert broken.changes("b.c", "")
    assert broken.changes("c.c", "x = outer(1);")
    assert not broken.changes("c.c", "x = outermost(1);")
    only = bug.Broken(broken.files, broken.names, ["c.c"])
    assert only.changes("c.c", "") and not only.changes("d.c", "outer")
