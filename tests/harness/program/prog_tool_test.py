"""tools/prog: its conversions, and its messages for bad input."""

import os
import pathlib
import subprocess

import pytest

TOOL = pathlib.Path("fuzz/program/prog_tool").resolve()
TEXT = """# NEW-2: a NULL pointer is refused
c0 = PyCapsule_New(NULL, "a.b", NULL)  # -> NULL, ValueError
"""
PLAIN = 'c0 = PyCapsule_New(NULL, "a.b", NULL)\n'


def run(
    *args: object, data: bytes = b"", cwd: pathlib.Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([TOOL, *map(str, args)], input=data,
                          capture_output=True, cwd=cwd, timeout=60)


def refused(result: subprocess.CompletedProcess[bytes], message: str) -> None:
    assert result.stderr.decode() == message + "\n"
    assert result.returncode == 2
    assert result.stdout == b""


@pytest.fixture
def text(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "null-pointer.prog"
    path.write_text(TEXT)
    return path


def test_text_to_binary_and_back(
    text: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    binary = tmp_path / "binary"
    assert run(text, "-o", binary).returncode == 0
    result = run(binary)
    assert (result.returncode, result.stdout.decode()) == (0, PLAIN)
    assert run("--text", text).stdout.decode() == PLAIN
    assert run("--binary", binary).stdout == binary.read_bytes()
    assert sorted(tmp_path.iterdir()) == [binary, text]


def test_standard_input() -> None:
    result = run("-", data=PLAIN.encode())
    assert run("--text", "-", data=result.stdout).stdout.decode() == PLAIN


def test_from_says_what_the_input_is() -> None:
    assert run("--from", "binary", "--text", "-", data=b"").stdout == b""
    refused(run("--from", "text", "-", data=b"\x00"),
            "-:1:1: expected text, got the byte 0x00")


def test_c_and_gtest(text: pathlib.Path) -> None:
    c = run("--c", text).stdout.decode()
    assert "int main(void)" in c and "NEW-2: a NULL pointer is refused" in c
    unnamed = run("--gtest", text).stdout.decode()
    assert "TEST_F(Program, NullPointer)" in unnamed
    named = run("--gtest", "--name", "New.Refuses", text).stdout.decode()
    assert "TEST_F(New, Refuses)" in named


def test_check(text: pathlib.Path, tmp_path: pathlib.Path) -> None:
    result = run("--check", text, "-o", tmp_path / "out")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert not (tmp_path / "out").exists()
    broken = tmp_path / "broken.prog"
    broken.write_text("PyCapsule_GetNme(c0)\n")
    refused(run("--check", broken),
            f"{broken}:1:1: expected the name of a call, got PyCapsule_GetNme; "
            "did you mean PyCapsule_GetName?")


def test_garbage_under_the_name_of_text(tmp_path: pathlib.Path) -> None:
    garbage = tmp_path / "garbage.prog"
    garbage.write_bytes(bytes(range(256)) * 20)
    refused(run(garbage),
            f"{garbage}:1:1: expected text, got the byte 0x00")


def test_a_cut_file_of_any_length(text: pathlib.Path) -> None:
    whole = text.read_bytes()
    for size in range(len(whole)):
        text.write_bytes(whole[:size])
        result = run("--check", text)
        lines = result.stderr.decode().splitlines()
        assert (result.returncode, len(lines)) in ((0, 0), (2, 1))
        assert all(line.startswith(f"{text}:") for line in lines)


@pytest.mark.parametrize("args, message", [
    ([], "no file is given; name one, - for standard input, or --help"),
    (["--foo"], "unknown option '--foo'; see --help"),
    (["--c", "--text", "x"], "--c and --text exclude each other; give one"),
    (["a", "b"], "'b' is a second file; convert one at a time"),
    (["-o"], "-o needs a value; see --help"),
    (["--from", "xml", "x"], "there is no form 'xml'; give --from text or "
                             "binary"),
    (["--gtest", "--name", "1.a", "x"], "'1.a' is no suite and test; give "
                                        "--name Suite.Test"),
    (["nowhere.prog"], "cannot read 'nowhere.prog': No such file or directory; "
                       "name a file that exists"),
    (["."], "cannot read '.': Is a directory; name a file of a program"),
    (["/dev/zero"], "'/dev/zero' has more than 1048576 bytes; no program is "
                    "that long"),
    (["/dev/null", "-o", "no/such"], "cannot write no/such: No such file or "
                                     "directory; nothing was written there"),
])
def test_bad_input_gets_one_line(
    args: list[str], message: str, tmp_path: pathlib.Path
) -> None:
    refused(run(*args, cwd=tmp_path), "prog: " + message)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error(text: pathlib.Path) -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run([TOOL, "--c", text], stdout=full,
                                stderr=subprocess.PIPE, timeout=60)
    assert result.returncode == 2
    assert result.stderr == (b"prog: cannot write the whole output: No space "
                             b"left on device; what came out is incomplete\n")


def test_an_old_output_stays_when_the_input_is_bad(
    tmp_path: pathlib.Path
) -> None:
    output = tmp_path / "out"
    output.write_text("old")
    (tmp_path / "bad.prog").write_text("?")
    assert run("--c", tmp_path / "bad.prog", "-o", output).returncode == 2
    assert output.read_text() == "old"


def test_help() -> None:
    result = run("--help")
    assert result.returncode == 0
    assert result.stdout.startswith(b"usage: prog ")
