"""Replay, misuse, repro and minimize, called as a user calls them."""

import os
import pathlib
import subprocess
import xml.etree.ElementTree
from typing import Any

import pytest

FUZZ = pathlib.Path("fuzz").resolve()
GOOD = 'c0 = PyCapsule_New(0x1, "a", NULL)\nPy_DECREF(c0)  # -> destroyed\n'
WRONG = 'c0 = PyCapsule_New(0x1, "a", NULL)\nPyCapsule_IsValid(c0, "a")  # -> 0\n'
MALFORMED = "c0 = PyCapsule_New(0x1 NULL, NULL)\n"


def run(
    tool: str, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TEST_", "XML_", "BUILD_"))
    }
    return subprocess.run(
        [FUZZ / tool, *map(str, arguments)],
        env=dict(variables, **environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith("\n")


@pytest.fixture(name="folder")
def _folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Returns a corpus of three programs, the second of which is wrong."""
    folder = tmp_path / "corpus"
    (folder / "seed").mkdir(parents=True)
    (folder / "seed" / "a.prog").write_text(GOOD)
    (folder / "seed" / "b.prog").write_text(WRONG)
    (folder / "seed" / "c.prog").write_text(GOOD)
    return folder


def replay(
    folder: pathlib.Path, xml_file: pathlib.Path
) -> tuple[subprocess.CompletedProcess[str], dict[str | None, Any]]:
    done = run("sequence_fuzz", folder, XML_OUTPUT_FILE=str(xml_file))
    cases: dict[str | None, Any] = {}
    if xml_file.exists():
        for case in xml.etree.ElementTree.parse(xml_file).iter("testcase"):
            failure = case.find("failure")
            cases[case.get("name")] = failure if failure is None else failure.text
    return done, cases


# --- replay ---------------------------------------------------------------


def test_each_file_is_a_case_and_those_behind_a_failure_still_run(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    done, cases = replay(folder, tmp_path / "xml")
    assert done.returncode == 1
    assert list(cases) == [
        "seed/a.prog",
        "seed/b.prog",
        "seed/c.prog",
        "empty input",
    ]
    failed = [name for name, failure in cases.items() if failure]
    assert failed == ["seed/b.prog"]
    assert 'PyCapsule_IsValid(c0, "a")' in cases["seed/b.prog"]
    assert "4 inputs replayed, 1 failed" in done.stdout


def test_a_good_corpus_passes(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    (folder / "seed" / "b.prog").unlink()
    done, cases = replay(folder, tmp_path / "xml")
    assert done.returncode == 0
    assert not any(cases.values())


def test_a_syntax_error_is_a_failure_with_its_place(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    bad = folder / "seed" / "b.prog"
    bad.write_text(MALFORMED)
    done, cases = replay(folder, tmp_path / "xml")
    assert done.returncode == 1
    assert f"{bad}:1:24: expected" in cases["seed/b.prog"]


def test_any_other_file_is_taken_as_binary(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    (folder / "seed" / "b.prog").unlink()
    (folder / "seed" / "crash").write_bytes(os.urandom(300))
    done, cases = replay(folder, tmp_path / "xml")
    assert done.returncode in (0, 1)
    assert "seed/crash" in cases


@pytest.mark.parametrize("make", [True, False])
def test_an_empty_or_missing_folder_is_an_error(
    tmp_path: pathlib.Path, make: bool
) -> None:
    folder = tmp_path / "none"
    if make:
        folder.mkdir()
    done = run("sequence_fuzz", folder)
    assert done.returncode == 2
    assert one_line(done.stderr) and str(folder) in done.stderr


def test_a_missing_folder_behind_a_good_one_is_one_line(
    folder: pathlib.Path
) -> None:
    done = run("sequence_fuzz", folder, "missing")
    assert done.returncode == 2
    assert one_line(done.stderr) and "cannot read missing" in done.stderr


def test_an_unknown_allocator_is_refused(folder: pathlib.Path) -> None:
    done = run("sequence_fuzz", folder, CAPSULE_CHECKS="none")
    assert (done.returncode, done.stderr) == (
        2,
        "CAPSULE_CHECKS=none: there are no such checks; set it to all or "
        "sanitizers\n",
    )
    done = run("sequence_fuzz", folder, CAPSULE_ALLOCATOR="heap")
    assert done.returncode == 2
    assert one_line(done.stderr) and "arena or malloc" in done.stderr


# --- command lines ---------------------------------------------------------

TOOLS = ["sequence_fuzz", "sequence_fuzz_sweep", "driver/misuse_test",
         "sequence_fuzz_repro", "sequence_fuzz_minimize"]


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_has_help(tool: str) -> None:
    done = run(tool, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")
    assert "\nExit status: 0 " in done.stdout
    assert "  --help " in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 80


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "given"),
        (["--nonsense"], "unknown flag '--nonsense'; try --help"),
        (["-v", "a"], "unknown flag '-v'; try --help"),
        (["/nonexistent"], "cannot read /nonexistent: No such file or directory"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    tool: str, arguments: list[str], words: str
) -> None:
    done = run(tool, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr) and words in done.stderr


@pytest.mark.parametrize(
    "flag, words",
    [
        ("--seconds", "--seconds needs a value; try --help"),
        ("--misuse=1", "--misuse takes no value; try --help"),
        ("--seconds=0", "--seconds=0 is not a number from 1 to 1000000; correct it"),
        ("--seconds=-1", "--seconds=-1 is not a number from 1 to 1000000; correct it"),
        ("--seconds=2x", "--seconds=2x is not a number from 1 to 1000000; correct it"),
    ],
)
def test_a_wrong_value_is_one_line(flag: str, words: str) -> None:
    done = run("sequence_fuzz_minimize", flag, "a")
    assert (done.returncode, done.stderr) == (2, f"minimize: {words}\n")


# --- reports ---------------------------------------------------------------


def test_a_report_shows_control_bytes_as_numbers(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.prog"
    path.write_text(
        'c0 = PyCapsule_New(0x1, "\\x1b[31m", NULL)\n'
        'PyCapsule_GetName(c0)  # -> "b"\n'
    )
    done = run("sequence_fuzz_repro", path)
    assert done.returncode not in (0, 2)
    assert '\n  got             "\\x1b[31m", no exception\n' in done.stderr
    assert "\x1b" not in done.stderr + done.stdout


def test_under_bazel_a_report_names_the_file_that_bazel_keeps(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    done = run(
        "sequence_fuzz",
        folder,
        TEST_UNDECLARED_OUTPUTS_DIR=str(outputs),
        TEST_TARGET="//fuzz:sequence_fuzz",
    )
    (kept,) = outputs.iterdir()
    place = "bazel-testlogs/fuzz/sequence_fuzz/test.outputs/outputs.zip"
    assert f"\n  as C            {place}: {kept.name}\n" in done.stdout


# --- misuse ---------------------------------------------------------------

TWICE = 'c0 = PyCapsule_New(0x1, "a", NULL)\nPy_DECREF(c0)\nPy_DECREF(c0)\n'


def misuse(
    tmp_path: pathlib.Path, text: str
) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "a.prog"
    path.write_text(text)
    return run("driver/misuse_test", path)


def test_the_report_that_must_come_passes(tmp_path: pathlib.Path) -> None:
    done = misuse(
        tmp_path,
        "# report arena: AddressSanitizer: use-after-poison\n"
        "# report malloc: AddressSanitizer: heap-use-after-free\n" + TWICE,
    )
    assert done.returncode == 0, done.stdout


def test_another_report_fails(tmp_path: pathlib.Path) -> None:
    done = misuse(
        tmp_path,
        "# report arena: AddressSanitizer: heap-use-after-free\n"
        "# report malloc: AddressSanitizer: heap-use-after-free\n" + TWICE,
    )
    assert done.returncode == 1
    assert "FAILED a.prog (arena)" in done.stdout
    assert "it must be AddressSanitizer: heap-use-after-free" in done.stdout
    assert "FAILED a.prog (malloc)" not in done.stdout


def test_a_survivor_fails(tmp_path: pathlib.Path) -> None:
    done = misuse(
        tmp_path,
        "# report arena: DTOR-6\n# report malloc: DTOR-6\n"
        'c0 = PyCapsule_New(0x1, "a", NULL)\nPy_DECREF(c0)\n',
    )
    assert done.returncode == 1
    assert done.stdout.count("the program survived") == 2


def test_a_program_that_says_nothing_fails(tmp_path: pathlib.Path) -> None:
    done = misuse(tmp_path, TWICE)
    assert done.returncode == 1
    assert "there is no line '# report arena: ...'" in done.stdout


# --- repro and minimize ---------------------------------------------------


def test_repro_prints_and_runs(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.prog"
    path.write_text(GOOD)
    done = run("sequence_fuzz_repro", path)
    assert done.returncode == 0
    assert done.stdout.endswith("Py_DECREF(c0)\nno violation\n")


def test_repro_reports(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.prog"
    path.write_text(TWICE)
    done = run("sequence_fuzz_repro", "--misuse", path)
    assert done.returncode not in (0, 2)
    assert "ERROR: AddressSanitizer: use-after-poison" in done.stderr
    assert "\n  finding         AddressSanitizer: use-after-poison\n" in done.stderr


@pytest.mark.parametrize("tool", ["repro", "minimize"])
@pytest.mark.parametrize(
    "arguments",
    [[], ["/nonexistent"], ["--nonsense"], ["a", "b"], ["/"], ["MALFORMED"]],
)
def test_bad_input_is_one_line_and_status_2(
    tmp_path: pathlib.Path, tool: str, arguments: list[str]
) -> None:
    if arguments == ["MALFORMED"]:
        path = tmp_path / "bad.prog"
        path.write_text(MALFORMED)
        arguments = [str(path)]
    done = run(f"sequence_fuzz_{tool}", *arguments)
    assert done.returncode == 2
    assert one_line(done.stderr), done.stderr


def test_minimize_keeps_what_is_reported_and_nothing_else(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "a.prog"
    path.write_text(
        'p1 = payload(9)\nc3 = PyCapsule_New(p1, "longer", log)\n'
        'PyCapsule_SetContext(c3, 0x2)\nPyErr_Clear()\nPyCapsule_GetName(c3)\n'
        "Py_DECREF(c3)\nPyCapsule_GetName(c3)\nPyErr_Clear()\n"
    )
    done = run("sequence_fuzz_minimize", "--misuse", path)
    assert done.returncode == 0, done.stderr
    assert "use-after-poison, 8 calls before, 3 after" in done.stdout
    assert (tmp_path / "a.prog.min.prog").read_text().splitlines()[1:] == [
        "Py_DECREF(c0)",
        "PyCapsule_GetName(c0)",
    ]
    assert len(list(tmp_path.iterdir())) == 2


def test_minimize_leaves_out_earlier_inputs_that_the_finding_does_not_need(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "a.prog"
    path.write_text(TWICE)
    before = tmp_path / "before"
    before.mkdir()
    for name in ("000", "001", "002"):
        (before / name).write_bytes(b"")
    done = run(
        "sequence_fuzz_minimize", "--misuse", f"--before={before}", path
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("*.before-*"))


def test_repro_runs_several_files_in_one_process(tmp_path: pathlib.Path) -> None:
    first, second = tmp_path / "a.prog", tmp_path / "b.prog"
    first.write_text(GOOD)
    second.write_text(TWICE)
    done = run("sequence_fuzz_repro", "--misuse", first, second)
    assert done.stdout.startswith(GOOD.partition("  #")[0])
    assert "use-after-poison" in done.stderr


def test_minimize_without_a_finding_writes_nothing(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "a.prog"
    path.write_text(GOOD)
    done = run("sequence_fuzz_minimize", path)
    assert done.returncode == 1
    assert "shows no finding" in done.stderr
    assert list(tmp_path.iterdir()) == [path]


def test_repro_repeats_the_last_file(tmp_path: pathlib.Path) -> None:
    first, last = tmp_path / "a.prog", tmp_path / "b.prog"
    first.write_text(GOOD)
    last.write_text(GOOD)
    done = run("sequence_fuzz_repro", "--repeat=3", first, last)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("no violation\n")


def test_minimize_prints_how_often_an_input_must_run(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "a.prog"
    path.write_text(TWICE)
    done = run("sequence_fuzz_minimize", "--misuse", "--repeat=50", path)
    assert done.returncode == 0, done.stderr
    assert "repeat" not in done.stdout  # once is enough
