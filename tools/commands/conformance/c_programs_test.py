"""Tests of tools/commands/conformance/c_programs.py: what a C program does when it
runs again."""

import pathlib

import pytest

from tools.commands.conformance import c_programs
from tools.commands.conformance.c_programs import CannotBeBuilt, Command, run_again


def shell(text: str) -> Command:
    return Command(["/bin/sh", "-c", text], {"WORD": "there"})


@pytest.mark.parametrize(
    "text, shows, output",
    [
        ("echo is $WORD", "ends by itself: always", "is there"),
        ("echo a; kill -ABRT $$", "signal SIGABRT: always", "a"),
        ("exit 3", "exit status 3: always", ""),
    ],
)
def test_how_a_program_ends_and_what_it_prints(
    text: str, shows: str, output: str, tmp_path: pathlib.Path
) -> None:
    seen = run_again(tmp_path / "x.c", lambda path: shell(text))
    assert (seen.shows, seen.output) == (shows, output)


def test_a_program_that_does_not_always_do_the_same(tmp_path: pathlib.Path) -> None:
    runs = tmp_path / "runs"
    text = f"echo >> {runs}; [ $(wc -l < {runs}) -gt 2 ] || kill -SEGV $$"
    seen = run_again(tmp_path / "x.c", lambda path: shell(text))
    assert seen.shows == "signal SIGSEGV: 2 of 5 runs"


def test_a_program_that_does_not_end(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c_programs, "_SECONDS", 0.1)
    monkeypatch.setattr(c_programs, "RUNS", 1)
    seen = run_again(tmp_path / "x.c", lambda path: shell("exec sleep 9"))
    assert seen.shows == "no end within 0.1 seconds: always"


def test_a_program_that_cannot_be_built(tmp_path: pathlib.Path) -> None:
    def refuse(path: pathlib.Path) -> Command:
        raise CannotBeBuilt("the program adds built-in modules")

    seen = run_again(tmp_path / "x.c", refuse)
    assert seen == c_programs.Seen("not run: the program adds built-in modules", "")
