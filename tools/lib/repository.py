"""The files of this repository, for tests that look at all of them.

Such a test finds the repository through the link to this file, and Bazel does
not know which files it reads: it has the tag `external`, and always runs."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*suffixes: str) -> list[pathlib.Path]:
    """Returns the paths, from the root, of the files with one of the suffixes;
    all files without one. Ignored files are left out."""
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
