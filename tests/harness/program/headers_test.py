"""The headers of emitted C are formatted, and what is embedded is all of them.

The targets header_*_as_* of the BUILD file compile each header alone."""

import os
import pathlib
import subprocess

import pytest

HEADERS = sorted(pathlib.Path("fuzz/program/c").glob("*.h"))
COMPILED = set(os.environ["COMPILED"].split())


def test_each_header_is_compiled_alone() -> None:
    assert {path.stem for path in HEADERS} == COMPILED


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_each_header_is_formatted(path: pathlib.Path) -> None:
    done = subprocess.run(
        ["clang-format-19", "--dry-run", "-Werror", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_emitter_embeds_each_line_of_the_definitions() -> None:
    embedded = subprocess.run(
        ["fuzz/program/c/embed.sh", "fuzz/program/c/blocks.h"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    text = pathlib.Path("fuzz/program/c/blocks.h").read_text().splitlines()
    assert embedded[0] == 'HEADER("blocks.h",' and embedded[-1] == ")"
    assert len(embedded) == len(text) + 2
