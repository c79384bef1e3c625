"""Tests that clang-format-19 changes no C or C++ file of this repository."""

import subprocess

from tools.lib import repository


def would_change() -> set[str]:
    done = subprocess.run(
        [
            *("clang-format-19", "--dry-run", "--ferror-limit=1"),
            *repository.files(".c", ".cc", ".h"),
        ],
        cwd=repository.ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return {
        line.partition(":")[0]
        for line in done.stdout.splitlines()
        if ": warning: code should be clang-formatted" in line
    }


def test_format() -> None:
    wrong = sorted(would_change())
    assert not wrong, f"run clang-format-19 -i {' '.join(wrong)}"
