"""write_whole() leaves the old file or the new one."""

import errno
import os
import pathlib

import pytest

from tools.lib.problem import NoSpace
from tools.lib.whole_file import write_whole


def test_the_file_is_replaced(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "file"
    for text in ("first", "second \udcff"):
        write_whole(path, text)
    assert path.read_text() == "second \\udcff"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "number, expected", [(errno.ENOSPC, NoSpace), (errno.EIO, OSError)]
)
def test_a_failure_leaves_the_old_file_alone(
    number: int,
    expected: type[Exception],
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(file: int) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "file"
    write_whole(path, "old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(expected):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
