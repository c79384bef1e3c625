"""Tests that the executor counts known differences and reports all others."""

import os
import pathlib
import subprocess
import tempfile

from tools.commands.overnight import signature, slices

BUGS = pathlib.Path("tests/bugs").absolute()
BROKEN = BUGS / "get_pointer_ignores_name_library/get_pointer_ignores_name"

# A program that is left out after a known difference may leak.
OPTIONS = "symbolize=0:detect_leaks=0"


def run(
    quarantine: pathlib.Path | None, runs: int
) -> subprocess.CompletedProcess[str]:
    """Runs generated programs on a reference with a bug."""
    variables = {"LD_LIBRARY_PATH": str(BROKEN), "ASAN_OPTIONS": OPTIONS}
    if quarantine:
        variables["CAPSULE_QUARANTINE"] = str(quarantine)
    return subprocess.run(
        [
            BUGS / "name_fuzz_sequences",
            f"-runs={runs}",
            "-seed=1",
            f"-artifact_prefix={tempfile.gettempdir()}/",
        ],
        env={**os.environ, **variables},
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    )


def test_each_difference_is_reported_once(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "quarantine"
    known: list[str] = []
    while True:
        slices.write_quarantine(path, known)
        done = run(path, 300)
        if done.returncode == 0:
            break
        found = signature.signature_of(done.stderr)
        assert found and found.text not in known, done.stderr
        known.append(found.text)
        assert len(known) < 10, known
    assert any(text.startswith("GETP-3 PyCapsule_GetPointer: ") for text in known)
    counts = slices.read_quarantine(path)
    assert counts.keys() <= set(known)
    assert sum(counts.values()) > 10, counts


def test_an_entry_with_a_star_takes_all_that_begins_like_it(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "quarantine"
    entries = ["GETP-3 PyCapsule_GetPointer: *", "VAL-5 PyCapsule_IsValid: *"]
    slices.write_quarantine(path, entries)
    found = signature.signature_of(run(path, 300).stderr)
    assert found is None or found.name not in ("GETP-3", "VAL-5"), found
    assert sorted(slices.read_quarantine(path)) == entries


def test_without_the_variable_a_report_has_no_signature() -> None:
    done = run(None, 300)
    assert done.returncode != 0
    assert "contract violation: " in done.stderr
    assert "\n  signature " not in done.stderr


def test_a_file_of_another_kind_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "quarantine"
    path.write_text("GETP-3\n")
    for name in (path, tmp_path / "none"):
        done = run(name, 1)
        assert done.returncode == 2
        assert "is not a file of known differences" in done.stderr
