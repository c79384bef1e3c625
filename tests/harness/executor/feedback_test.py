"""The rules that a run exercises guide the engine.

The test uses an implementation without coverage counters: its corpus can grow
only by this feedback.
"""

import pathlib
import re
import subprocess

TARGET = pathlib.Path("fuzz/sequence_fuzz_bin_on_cpython")


def test_rules_are_feedback_where_the_implementation_gives_none(
    tmp_path: pathlib.Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    done = subprocess.run(
        [
            TARGET,
            "-seed=1",
            "-runs=2000",
            "-max_len=40",
            "-len_control=0",
            "-print_final_stats=1",
            f"-artifact_prefix={tmp_path}/",
            corpus,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert " cov: " not in done.stderr, "CPython is instrumented"
    features = re.findall(r"DONE +ft: (\d+)", done.stderr)
    assert features and int(features[0]) > 50, done.stderr
    assert len(list(corpus.iterdir())) > 10
