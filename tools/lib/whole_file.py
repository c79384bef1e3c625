"""Writes a file whole or not at all."""

import contextlib
import errno
import os
import pathlib

from tools.lib.problem import NoSpace


def is_full(error: OSError) -> bool:
    """True if the error says that the disk, or the user's part of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def write_whole(path: pathlib.Path, text: str) -> None:
    """Replaces the file. After a crash of the machine the file has the old or the
    new text. NoSpace if the disk is full."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(
            temporary, "w", encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if is_full(error):
            raise NoSpace(f"the disk of {path} is full; make room") from None
        raise
