"""Signals do not disturb programs whose calls are made in several threads. libFuzzer
sends SIGALRM every few seconds to check its time limit; this test sends many."""

import os
import pathlib
import signal
import subprocess
import time

TARGET = pathlib.Path("fuzz/extremes_fuzz_bin")


def test_a_signal_does_not_end_the_wait_for_a_thread(tmp_path: pathlib.Path) -> None:
    report = tmp_path / "report"
    with report.open("w") as out:
        process = subprocess.Popen(
            [TARGET, "-seed=3", "-runs=1000", f"-artifact_prefix={tmp_path}/"],
            stderr=out,
        )
    sent = 0
    while process.poll() is None:
        # libFuzzer handles the signal once it says that it runs.
        if "INITED" in report.read_text():
            os.kill(process.pid, signal.SIGALRM)
            sent += 1
        time.sleep(0.0005)
    assert process.returncode == 0, report.read_text()
    assert sent > 10
