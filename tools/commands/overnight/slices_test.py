"""Tests of slices that run longer than they may: a slow process is interrupted, a stuck
process is a finding."""

from __future__ import annotations

import pathlib
import textwrap
import time

import pytest

from tools.commands.overnight import slices
from tools.commands.overnight.builds import Files
from tools.commands.overnight.settings import Lane, Setting

# An engine that never ends by itself. It prints libFuzzer's progress while PROGRESS.
ENGINE = """\
#!/usr/bin/python3
import signal, sys, time
signal.signal(signal.SIGINT, lambda *unused: sys.exit(72))
number = 1
while True:
    if PROGRESS:
        number += 1
        print(f"#{number} pulse ft: 6 corp: 3/7b exec/s: 4 rss: 63Mb",
              file=sys.stderr, flush=True)
    time.sleep(0.05)
"""


def run(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    progress: bool,
    grace: float,
) -> slices.Outcome:
    """Runs a slice of no time."""
    monkeypatch.setattr(slices, "_GRACE", grace)
    engine = tmp_path / "engine"
    engine.write_text(textwrap.dedent(ENGINE).replace("PROGRESS", str(progress)))
    engine.chmod(0o755)
    files = Files(engine, None, engine, engine)
    lane = Lane("name_fuzz", Setting())
    job = slices.Slice(tmp_path / "slice", lane, files, None, 0, 1, [], 2048)
    job.start()
    end = time.monotonic() + 60
    while job.look() and time.monotonic() < end:
        time.sleep(0.05)
    return job.finish()


def test_a_slow_process_is_interrupted_and_is_no_finding(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = run(tmp_path, monkeypatch, progress=True, grace=5)
    assert outcome.status == 72
    assert not outcome.has_finding and not outcome.has_failed


def test_a_process_without_progress_is_killed_and_is_a_finding(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = run(tmp_path, monkeypatch, progress=False, grace=0.5)
    assert outcome.has_finding
    assert outcome.killed == "the process did not end in time"
