"""Lists the files of this repository, for tests that read all of them.

Such a test follows the symbolic link from Bazel's sandbox to this file to find
the repository. Bazel does not know which files the test reads. The test has the
tag `external` so that Bazel always runs it and does not reuse an old result."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*suffixes: str) -> list[pathlib.Path]:
    """Returns the files with one of the suffixes, as paths relative to the root.
    Without suffixes, returns all files. Leaves out files that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(
        [*command, "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    paths = sorted(pathlib.Path(name) for name in listed.split("\0") if name)
    return [
        path
        for path in dict.fromkeys(paths)
        if (not suffixes or path.suffix in suffixes) and (ROOT / path).is_file()
    ]
