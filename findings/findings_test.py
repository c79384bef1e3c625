"""Each finding compiles, runs on the system's CPython, and is described."""

import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess
import sysconfig

import pytest

FOLDER = pathlib.Path("findings")
FINDINGS = sorted(path.parent.name for path in FOLDER.glob("*/finding.c"))
PYTHON = "/usr/bin/python3"


def description(name: str) -> str:
    return (FOLDER / name / "README.md").read_text(encoding="utf-8")


def field(name: str, title: str) -> str:
    found = re.search(rf"^{title}: (.+)$", description(name), re.MULTILINE)
    assert found, f"{name}/README.md has no line '{title}: ...'"
    return found[1]


def try_finding(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FOLDER / "try", PYTHON, name],
        env={**os.environ, "CC": os.environ.get("CC", "clang-19")},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_there_are_findings() -> None:
    assert len(FINDINGS) > 3


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_is_described(name: str) -> None:
    text = description(name)
    assert text.startswith("# ")
    for title in ("Versions", "Without the defect", "Contract"):
        field(name, title)
    tracker = text.partition("\n## For the tracker\n")[2]
    assert re.search(r"^Title: .+$", tracker, re.MULTILINE)
    assert "capsule-contract" not in tracker and "findings/" not in tracker
    assert f"]({name}/README.md)" in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("name", FINDINGS)
def test_its_rules_exist(name: str) -> None:
    contract = pathlib.Path("capsule/contract.def").read_text(encoding="utf-8")
    for rule in field(name, "Contract").split(", "):
        assert f'"{rule}"' in contract


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_needs_nothing_of_this_repository(name: str) -> None:
    text = (FOLDER / name / "finding.c").read_text(encoding="utf-8")
    included = re.findall(r'^#include (.+)$', text, re.MULTILINE)
    assert included[0] == "<Python.h>"
    assert all(header.startswith("<") for header in included)


def version_here(name: str) -> str:
    """Returns the version of what the finding is about: the library that its
    README.md names, or else Python, with "t" for a free-threaded one. Skips the test
    if there is no such library."""
    library = re.search(r"^Library: (.+)$", description(name), re.MULTILINE)
    if not library:
        free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
        return platform.python_version() + ("t" if free_threaded else "")
    try:
        return importlib.metadata.version(library[1])
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{library[1]} is not installed")


# The defects of other versions are absent here: the program must say so. A version
# that has the defect must show it.
@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_tells_this_python_right(name: str) -> None:
    version = version_here(name)
    done = try_finding(name)
    assert done.returncode != 2, done.stderr
    has_it = re.search(
        rf"(?<![\d.]){re.escape(version)}(?![\w.])", field(name, "Versions")
    )
    assert (done.returncode != 0) == bool(has_it), done.stderr


def test_bad_input_is_one_line_and_status_2() -> None:
    done = try_finding("nothing")
    assert done.returncode == 2
    assert done.stderr.startswith("findings/try: give an interpreter and a folder")
    assert done.stderr.count("\n") == 1
