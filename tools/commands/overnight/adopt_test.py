"""Tests of --adopt: a finding becomes a regression test that fails as long as the
defect is there."""

import pathlib
import subprocess

import pytest

from tools.commands.overnight import adopt, records, storage
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.settings import Lane, Setting
from tools.lib.problem import Problem

HERE = pathlib.Path.cwd()
REPLAY = HERE / "fuzz/name_fuzz"
BROKEN = HERE / (
    "tests/bugs/get_pointer_ignores_name_library/get_pointer_ignores_name"
)
PROGRAM = 'c0 = PyCapsule_New(0x1, "", NULL)\nPyCapsule_GetPointer(c0, "a")\n'
SIGNATURE = "GETP-3 PyCapsule_GetPointer: NULL, ValueError; #, no exception"


@pytest.fixture(autouse=True)
def _no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adopt, "build", lambda *unused: REPLAY.parent)


def replay(path: pathlib.Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [REPLAY, path], check=False, capture_output=True, text=True
    )


def plant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the reference with the planted bug in place of the reference."""
    assert BROKEN.is_dir()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(BROKEN))


def adopted(
    path: pathlib.Path, report: str, program: str = PROGRAM
) -> pathlib.Path:
    """Adopts a finding with this report and program in the checkout `path`;
    returns the path of the new program."""
    if not (path / "capsule").exists():
        (path / "capsule").symlink_to(HERE / "capsule")
    folder = Folder(path / "night")
    identity = records.identity(SIGNATURE)
    finding = folder.findings / identity
    storage.write_json(
        finding / "finding.json",
        {
            "name": "GETP-3",
            "signature": SIGNATURE,
            "lane": Lane("name_fuzz", Setting()).as_json(),
        },
    )
    storage.write(finding / "report.txt", report)
    if program:
        storage.write(finding / "program.prog", program)
    before = set(path.glob("corpus/name/regression/*"))
    assert adopt.adopt(identity[:4], folder, path) == 0
    (new,) = set(path.glob("corpus/name/regression/*")) - before
    return new


def real_report(path: pathlib.Path) -> str:
    """Returns the report of the planted bug, which plant() has planted."""
    storage.write(path / "found.prog", PROGRAM)
    done = replay(path / "found.prog")
    assert "contract violation: GETP-3" in done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_finding_becomes_a_test_that_fails_while_the_defect_is_there(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(monkeypatch)
    new = adopted(tmp_path, real_report(tmp_path))
    assert new.name == "GETP-3_names_are_compared_byte_by_byte.prog"
    assert new.read_text() == (
        "# GETP-3: names are compared byte by byte\n"
        'c0 = PyCapsule_New(0x1, "", NULL)\n'
        'PyCapsule_GetPointer(c0, "a")  # -> NULL, ValueError: PyCapsule_GetPointer '
        "called with incorrect name\n"
    )
    output = capsys.readouterr().out
    assert f"adopted     corpus/name/regression/{new.name}\n" in output
    assert "The replay fails as long as the defect is there." in output
    assert replay(new).returncode == 1
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert replay(new).returncode == 0


def test_a_defect_that_is_gone_keeps_its_expectation(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(monkeypatch)
    report = real_report(tmp_path)
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert "# -> NULL, ValueError" in adopted(tmp_path, report).read_text()
    assert "The replay passes" in capsys.readouterr().out


def test_an_expectation_that_a_program_cannot_state_is_left_out(
    tmp_path: pathlib.Path
) -> None:
    report = '  call 2          PyCapsule_GetPointer(c0, "a")\n  expected  no leak\n'
    new = adopted(tmp_path, report)
    assert "# ->" not in new.read_text()
    assert replay(new).returncode == 0


def test_a_second_program_of_the_same_rule_gets_a_name_of_its_own(
    tmp_path: pathlib.Path
) -> None:
    first, second = adopted(tmp_path, ""), adopted(tmp_path, "")
    assert second.name == f"{first.stem}_2.prog"


def test_a_finding_without_a_program_is_one_line(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Problem, match="has no program: the finding does not"):
        adopted(tmp_path, "", program="")
    with pytest.raises(Problem, match="there is no finding 'x' in"):
        adopt.adopt("x", Folder(tmp_path / "night"), tmp_path)
