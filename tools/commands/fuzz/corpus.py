"""Folders of inputs. The name of a unit is the SHA-1 of its bytes.

libFuzzer ignores write errors: on a full disk it leaves files that are empty
or cut. The name tells. Whatever is kept is checked, and appears under its name
by rename, so that a folder never holds half a unit.
"""

import errno
import hashlib
import os
import pathlib
import re
from collections.abc import Iterable

from tools.lib.problem import Problem


def digest(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def is_intact(path: pathlib.Path) -> bool:
    """True if the name of the file is the digest of its bytes.

    The name is the digest, alone or behind a dash: `crash-<digest>`.
    """
    return path.name.rpartition("-")[2] == digest(path.read_bytes())


_DIGEST = re.compile("[0-9a-f]{40}")


def is_damaged(path: pathlib.Path) -> bool:
    """True if the name is a digest, but not that of the bytes. A file that a
    person named is never damaged."""
    return bool(_DIGEST.fullmatch(path.name)) and not is_intact(path)


def inputs(
    folder: pathlib.Path
) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Returns the usable and the damaged files below a folder, of any name."""
    usable: list[pathlib.Path] = []
    damaged: list[pathlib.Path] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            (damaged if is_damaged(path) else usable).append(path)
    return usable, damaged


def units(
    folder: pathlib.Path
) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Returns the intact and the damaged files of a folder, sorted by name."""
    intact: list[pathlib.Path] = []
    damaged: list[pathlib.Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_file():
            (intact if is_intact(path) else damaged).append(path)
    return intact, damaged


def write_error(path: pathlib.Path, error: OSError) -> Problem:
    """Returns the Problem for an OSError of writing to `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(f"the disk of {path} is full; make room, start again")
    return Problem(f"cannot write {path}: {error.strerror}; make it writable")


def make_folder(path: pathlib.Path) -> pathlib.Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(path, error) from None
    return path


def keep(
    data: bytes, folder: pathlib.Path, name: str | None = None
) -> tuple[pathlib.Path, bool]:
    """Writes an input into the folder, whole or not at all; under its digest
    unless it has a name. Returns (its path, whether it is new)."""
    target = folder / (name or digest(data))
    if target.exists() and target.read_bytes() == data:
        return target, False
    temporary = folder / f".{target.name}.{os.getpid()}"
    try:
        temporary.write_bytes(data)
        temporary.rename(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise write_error(target, error) from None
    return target, True


def publish(
    path: pathlib.Path, folder: pathlib.Path, name: str | None = None
) -> bool:
    """Puts an intact unit into the folder; returns true if it is new there.

    As a second name of the same file where that can be, so that a full disk
    does not stand between a run and what it has found.
    """
    target = folder / (name or path.name)
    if target.exists() and is_same(path, target):
        return False
    try:
        target.unlink(missing_ok=True)
        os.link(path, target)
        return True
    except OSError:  # another file system
        return keep(path.read_bytes(), folder, target.name)[1]


def is_same(one: pathlib.Path, other: pathlib.Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def publish_all(
    source: pathlib.Path, folder: pathlib.Path
) -> tuple[int, list[pathlib.Path]]:
    """Publishes all intact units; returns how many are new, and the damaged."""
    intact, damaged = units(source)
    return sum(publish(path, folder) for path in intact), damaged


def set_aside(paths: Iterable[pathlib.Path], folder: pathlib.Path) -> None:
    """Moves files into the folder, under names that are free there."""
    make_folder(folder)
    for path in paths:
        target = folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{path.name}.{number}"
        path.rename(target)


def readable_folder(path: pathlib.Path) -> pathlib.Path:
    """Returns the path of a readable folder; raises a Problem for any other."""
    try:
        os.listdir(path)
    except OSError as error:
        raise Problem(
            f"cannot read {path}: {error.strerror}; name a folder of inputs"
        ) from None
    return path
