"""Each header of emitted C is compiled alone and embedded whole.

The targets header_*_as_* of the BUILD file compile the headers."""

import os
import pathlib
import subprocess

HEADERS = sorted(pathlib.Path("fuzz/program/c").glob("*.h"))
COMPILED = set(os.environ["COMPILED"].split())


def test_each_header_is_compiled_alone() -> None:
    assert {path.stem for path in HEADERS} == COMPILED


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
