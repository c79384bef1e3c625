"""Tests of tools/planted --check, --replant and --record: bugs that no longer
apply are listed and updated, and a change of the code becomes a bug."""

import pathlib
import subprocess

import pytest

from tools.commands.planted import record_bug, replant
from tools.lib import bug
from tools.lib.problem import Problem

CODE = """\
int twice(int value)
{
    if (value < 0) {
        return 0;
    }
    return value + value;
}
"""

BUG = """\
twice() returns 0 for large numbers.

Breaks: NEW-1
Fuzz: sequence_fuzz 10

@ code.c twice
- value < 0
+ value < 0 || value > 9
"""


@pytest.fixture(name="root")
def fixture_root(tmp_path: pathlib.Path) -> pathlib.Path:
    """A repository with code and a planted bug."""
    (tmp_path / "code.c").write_text(CODE)
    folder = tmp_path / "tests/bugs/code"
    folder.mkdir(parents=True)
    (folder / "large_refused.bug").write_text(BUG)
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", ".")
    _git(tmp_path, *("-c", "user.name=n", "-c", "user.email=e"), "commit", "-qm", "c")
    return tmp_path


def _git(root: pathlib.Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


def _change(root: pathlib.Path, old: str, new: str) -> None:
    path = root / "code.c"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def _bugs(root: pathlib.Path) -> list[bug.Bug]:
    return [bug.read(path) for path in bug.all_paths(root)]


@pytest.mark.parametrize(
    "old, new",
    [
        ("value + value", "2 * value"),
        ("    if", "    /* none */ if"),
        ("int twice", "int once;\n\nint twice"),
    ],
)
def test_other_edits_break_nothing(
    root: pathlib.Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    _change(root, old, new)
    assert replant.check(root, _bugs(root)) == 0
    assert capsys.readouterr().out == "1 bugs, 0 do not apply\n"


def test_a_bug_that_does_not_apply_is_listed_with_the_current_text(
    root: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(root, "value < 0", "value <= 0")
    assert replant.check(root, _bugs(root)) == 1
    assert capsys.readouterr().out == (
        "tests/bugs/code/large_refused.bug: code.c, twice: `value < 0` is gone\n"
        "    old  value < 0\n"
        "    now  value <= 0\n"
        "    tools/planted --replant large_refused\n"
        "1 bugs, 1 do not apply\n"
    )


@pytest.mark.parametrize(
    "old, new, edit",
    [
        # The edit and the change of the code concern the same expression.
        ("value < 0", "value <= 0", "twice\n- value <= 0\n+ value <= 0 || value > 9\n"),
        # The function and its argument are renamed.
        ("twice", "doubled", "doubled\n- value < 0\n+ value < 0 || value > 9\n"),
        # The old text now occurs twice; the edit means the first occurrence.
        (
            "return value + value;",
            "return value < 0 ? 0 : value + value;",
            "twice\n- (value < 0\n+ (value < 0 || value > 9\n",
        ),
    ],
)
def test_a_bug_that_does_not_apply_is_updated(
    root: pathlib.Path, old: str, new: str, edit: str
) -> None:
    _change(root, old, new)
    assert replant.check(root, _bugs(root)) == 1
    assert replant.replant_all(root, _bugs(root))
    assert replant.check(root, _bugs(root)) == 0
    text = (root / "tests/bugs/code/large_refused.bug").read_text()
    assert text == BUG.partition("@")[0] + "@ code.c " + edit


def test_a_bug_whose_place_is_gone_must_be_updated_by_hand(
    root: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "code.c").write_text("int nothing;\n")
    assert not replant.replant_all(root, _bugs(root))
    assert "there is no twice in the file, and no text is in its place; " in (
        capsys.readouterr().out
    )
    assert (root / "tests/bugs/code/large_refused.bug").read_text() == BUG


def test_a_change_becomes_a_bug(root: pathlib.Path) -> None:
    _change(root, "        return 0;\n", "")
    record_bug.record_bug(root, "code/returns_nothing")
    text = (root / "tests/bugs/code/returns_nothing.bug").read_text()
    assert text.endswith("\n@ code.c twice\n- return 0;\n")
    assert bug.Bug(root / "b.bug", text).files() == ["code.c"]


@pytest.mark.parametrize(
    "name, why",
    [
        ("returns_nothing", "is not FOLDER/NAME"),
        ("code/large_refused", "exists"),
        ("code/returns_nothing", "no file of code differs"),
    ],
)
def test_a_change_that_cannot_become_a_bug(root: pathlib.Path, name: str, why: str) -> None:
    with pytest.raises(Problem, match=why):
        record_bug.record_bug(root, name)
