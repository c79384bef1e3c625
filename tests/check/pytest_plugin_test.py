"""The pytest plugin names the test of each finding, and fails it if asked."""

import os
import pathlib
import subprocess

import pytest

from tests.check import running
from tools.commands.check import build

PYTHON = "/usr/bin/python3"  # has pytest

TESTS = """\
import extension

def test_sound():
    extension.make()

def test_broken():
    extension.use(extension.make())
"""


def run_pytest(folder: pathlib.Path, *flags: str) -> str:
    """Runs the two tests under the checker; returns what pytest prints."""
    running.compile_extension(
        running.FOLDER / "broken/pointer_freed.c", PYTHON, folder
    )
    (folder / "test_it.py").write_text(TESTS)
    reports = folder / "reports"
    reports.mkdir()
    plugin = running.ROOT / "tools/commands/check"
    run = subprocess.run(
        [PYTHON, "-B", "-m", "pytest", "-p", "capsule_check_plugin", *flags],
        cwd=folder,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "LD_PRELOAD": str(build.built(running.ROOT)),
            "CAPSULE_CHECK_DIR": str(reports),
            "PYTHONPATH": f"{plugin}:{folder}",
        },
    )
    return run.stdout


def test_the_test_is_named(tmp_path: pathlib.Path) -> None:
    text = run_pytest(tmp_path)
    assert "2 passed" in text
    assert "test_it.py::test_broken: ERROR BUG-3" in text


def test_the_test_fails_if_asked(tmp_path: pathlib.Path) -> None:
    text = run_pytest(tmp_path, "--capsule-errors-fail")
    assert "1 failed, 1 passed" in text
    assert "FAILED test_it.py::test_broken" in text


@pytest.mark.parametrize("flags", [["-n2"]])
def test_workers_of_xdist(tmp_path: pathlib.Path, flags: list[str]) -> None:
    pytest.importorskip("xdist", reason="python3-pytest-xdist is not installed")
    assert "1 failed, 1 passed" in run_pytest(
        tmp_path, "--capsule-errors-fail", *flags
    )
