"""Tests that mypy accepts all Python of this repository; see mypy.ini."""

import subprocess

from tools.lib import repository

# Runs in Python 2.7 too, which has no type hints.
WITHOUT = "tools/commands/conformance/worker/inside.py"


def test_type_hints() -> None:
    sources = [str(path) for path in repository.files(".py")]
    sources.remove(WITHOUT)
    done = subprocess.run(
        ["mypy", "--cache-dir=out/mypy", *sources],
        cwd=repository.ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
