"""A target whose profile the implementation does not follow says so in one line: for
instance cobject_fuzz, which follows Python 2.7, on Python 3."""

import os
import pathlib
import subprocess

TARGET = pathlib.Path("fuzz/sequence_fuzz_bin_on_cpython")


def test_another_profile_is_one_line_and_status_2(tmp_path: pathlib.Path) -> None:
    done = subprocess.run(
        [TARGET, "-runs=1", f"-artifact_prefix={tmp_path}/"],
        env={**os.environ, "CAPSULE_PROFILE": "cpython-2.7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "sequence_fuzz: this implementation does not follow the profile cpython-2.7; "
        "run the target on one that does, or set CAPSULE_PROFILE\n"
    )
