"""Headers of planted bugs."""

import pathlib

import pytest

from tools.commands.detect import detectors
from tools.lib import bug

PATH = pathlib.Path("tests/bugs/capsule/some_bug.patch")
PATCH = "\n--- a/capsule.c\n+++ b/capsule.c\n@@ -1 +1 @@\n-a\n+b\n"


def test_a_header_is_read() -> None:
    header = "Forgets\nthe name.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\n"
    planted = bug.Bug(PATH, header + PATCH)
    assert planted.about == "Forgets the name."
    assert planted.breaks == planted.reports == ["NEW-5"]
    assert planted.budgets == {"name_fuzz": 20}
    assert planted.corpora == ["name"]


def test_what_no_target_finds_says_why() -> None:
    header = "Forgets.\n\nBreaks: NEW-5\nFuzz: none, nobody asks\n"
    planted = bug.Bug(PATH, header + PATCH)
    assert planted.budgets == {} and planted.corpora == []


def test_what_only_a_sanitizer_sees_says_so() -> None:
    header = "Forgets.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\n"
    assert not bug.Bug(PATH, header + PATCH).sanitizer_only
    assert bug.Bug(PATH, header + "Sanitizer: only\n" + PATCH).sanitizer_only


def test_what_a_program_gets_for_itself_is_no_call() -> None:
    text = """# GETP-1: a title
p0 = payload(16)
n0 = name("demo._C_API")

c0 = PyCapsule_New(p0, n0, NULL)
PyCapsule_GetPointer(c0, n0)  # -> p0
"""
    assert detectors.calls(text) == [
        "c0 = PyCapsule_New(p0, n0, NULL)",
        "PyCapsule_GetPointer(c0, n0)",
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Forgets.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\nSanitizer: yes\n",
        "Forgets.\n\nFuzz: name_fuzz 20\n",
        "Forgets.\n\nBreaks: NEW-5\n",
        "Forgets.\n\nBreaks: NEW-5\nFuzz: none\n",
        "Forgets.\n\nBreaks: NEW-5\nFuzz: name_fuzz\n",
        "Forgets.\n\nBreaks: NEW-5\nFuzz: name_fuzz 20\nFuzzy: yes\n",
    ],
)
def test_a_malformed_header_names_its_file(header: str) -> None:
    with pytest.raises(bug.Malformed, match="some_bug.patch"):
        bug.Bug(PATH, header + PATCH)
