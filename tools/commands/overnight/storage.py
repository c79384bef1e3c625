"""Writes files whole or not at all, so that a killed campaign leaves no half of
one. A full disk raises DiskFull."""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

from tools.lib.problem import NoSpace, Problem
from tools.lib.whole_file import is_full, write_whole


class DiskFull(NoSpace):
    """There is no space; the campaign stops and keeps what it has."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__(
            f"the disk of {path} is full; make room, then run tools/overnight "
            "--resume"
        )


@contextlib.contextmanager
def to_start_again(path: pathlib.Path) -> Iterator[None]:
    """Makes a full disk a Problem that does not speak of --resume: while a campaign
    is prepared, there is nothing to go on with."""
    try:
        yield
    except (NoSpace, OSError) as error:
        if isinstance(error, OSError) and not is_full(error):
            raise
        raise Problem(
            f"the disk of {path} is full; make room, then start the campaign again"
        ) from None


def remove(folder: pathlib.Path) -> None:
    """Removes a folder at once: renames it first, so that a campaign that is killed
    leaves the whole folder or one that Folder.recover() removes."""
    part = folder.with_name(f".{folder.name}.part")
    folder.rename(part)
    shutil.rmtree(part)


def write(path: pathlib.Path, text: str) -> None:
    """Replaces the file. After a crash of the machine the file has the old or
    the new text."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except (NoSpace, OSError) as error:
        if isinstance(error, OSError) and not is_full(error):
            raise
        raise DiskFull(path) from None


def write_json(path: pathlib.Path, values: Any) -> None:
    write(path, json.dumps(values, indent=1, sort_keys=True) + "\n")


def read_json(path: pathlib.Path, what: str) -> Any:
    """Returns the values in a JSON file. Raises Problem if the file is missing or
    damaged; `what` says what the file is."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValueError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) else "it is damaged"
        )
        raise Problem(
            f"cannot read {path}, {what}: {reason}; name another folder"
        ) from None
