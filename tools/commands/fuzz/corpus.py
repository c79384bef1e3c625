"""Reads and writes folders of inputs. libFuzzer calls its inputs units and names
each unit after the SHA-1 of its bytes.

libFuzzer ignores write errors: on a full disk it leaves empty or truncated files.
The functions here detect such files by comparing name and content. They write a
unit to a temporary file and then rename it, so that a folder never holds half a
unit.
"""

import errno
import hashlib
import os
import pathlib
import re
from collections.abc import Iterable

from tools.lib.problem import NoSpace, Problem


def digest(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def is_intact(path: pathlib.Path) -> bool:
    """True if the name of the file is the digest of its bytes.

    The name is the digest alone, or a prefix, a dash and the digest, as in
    `crash-<digest>`.
    """
    return path.name.rpartition("-")[2] == digest(path.read_bytes())


_DIGEST = re.compile("[0-9a-f]{40}")


def is_damaged(path: pathlib.Path) -> bool:
    """True if the name is a digest that differs from the digest of the bytes.
    False for any other name, such as one that a person chose."""
    return bool(_DIGEST.fullmatch(path.name)) and not is_intact(path)


def inputs(
    folder: pathlib.Path
) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Returns (usable files, damaged files) below a folder. The files may have
    any name."""
    usable: list[pathlib.Path] = []
    damaged: list[pathlib.Path] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            (damaged if is_damaged(path) else usable).append(path)
    return usable, damaged


def units(
    folder: pathlib.Path
) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Returns (intact files, damaged files) of a folder, sorted by name."""
    intact: list[pathlib.Path] = []
    damaged: list[pathlib.Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_file():
            (intact if is_intact(path) else damaged).append(path)
    return intact, damaged


def write_error(path: pathlib.Path, error: OSError) -> Problem:
    """Returns the Problem to raise for an OSError from writing to `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace(f"the disk of {path} is full; make room, start again")
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return Problem(f"{path} is not a folder; give another")
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
    """Writes an input into the folder, whole or not at all.

    The file's name is `name`, or the digest of `data` if `name` is empty.
    Returns (the file's path, True if the file is new)."""
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
    """Adds an intact unit to the folder; returns True if the unit is new there.

    Makes a hard link if possible, because a hard link needs no space on a full
    disk. Copies the file otherwise.
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
    """Publishes all intact units of a folder. Returns (the number of new units,
    the damaged files)."""
    intact, damaged = units(source)
    return sum(publish(path, folder) for path in intact), damaged


def set_aside(paths: Iterable[pathlib.Path], folder: pathlib.Path) -> None:
    """Moves files into the folder, under names that are unused there."""
    make_folder(folder)
    for path in paths:
        target = folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{path.name}.{number}"
        path.rename(target)


def readable_folder(path: pathlib.Path) -> pathlib.Path:
    """Returns `path` if it is a readable folder; raises a Problem if not."""
    try:
        os.listdir(path)
    except OSError as error:
        raise Problem(
            f"cannot read {path}: {error.strerror}; name a folder of inputs"
        ) from None
    return path
