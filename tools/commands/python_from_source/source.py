"""Finds the source of the CPython to build: a tree, an archive, or a source package
of Debian."""

from __future__ import annotations

import dataclasses
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

from tools.lib.problem import Problem

PACKAGES = ("3.11", "3.13")
_PACKAGE = pathlib.Path(__file__).with_name("package")
_ARCHIVE = re.compile(r"\.(tar\.(gz|xz|bz2)|tgz)$")
_VERSION = re.compile(r'^#define\s+PY_VERSION\s+"([^"]+)"', re.MULTILINE)

# The parts of a tree that decide how the interpreter behaves.
_PARTS = ("Include", "Modules", "Objects", "Parser", "Programs", "Python", "configure")


@dataclasses.dataclass(frozen=True)
class Source:
    """A source tree or an archive of one. `name` begins the name of the build's
    folder; `digest` changes when the source does."""

    path: pathlib.Path
    name: str
    digest: str

    def unpack(self, folder: pathlib.Path) -> None:
        """Puts a copy of the tree into the folder, which must not exist. A build
        writes into its tree, so that the original must not be used."""
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        if self.path.is_dir():
            ignored = shutil.ignore_patterns(".git", "*.o", "__pycache__")
            shutil.copytree(self.path, part, symlinks=True, ignore=ignored)
        else:
            part.mkdir(parents=True)
            done = subprocess.run(
                ["tar", "-C", part, "--strip-components=1", "-xf", self.path],
                check=False,
                capture_output=True,
                text=True,
            )
            if done.returncode != 0:
                raise Problem(f"{self.path} is damaged; get it again")
        part.rename(folder)


def find(text: str, start: pathlib.Path) -> Source:
    """Returns the source that the user named: a folder, an archive, or the version
    of a source package, which is downloaded."""
    path = start / text
    if text in PACKAGES:
        done = subprocess.run(
            [_PACKAGE, text], check=False, stdout=subprocess.PIPE, text=True
        )
        if done.returncode != 0:
            sys.exit(2)
        path = pathlib.Path(done.stdout.strip())
        return Source(path, text, _digest_of_file(path))
    if path.is_dir():
        if not (path / "Objects/capsule.c").exists():
            raise Problem(
                f"{text} is no source tree of CPython; give a folder with "
                "Objects/capsule.c"
            )
        return Source(path.resolve(), path.resolve().name, _digest_of_tree(path))
    if path.is_file() and _ARCHIVE.search(path.name):
        if not tarfile.is_tarfile(path):
            raise Problem(f"{text} is no archive; get it again")
        return Source(
            path.resolve(), _ARCHIVE.sub("", path.name), _digest_of_file(path)
        )
    raise Problem(
        f"there is no source '{text}'; give a source tree, an archive "
        f"(.tar.gz, .tar.xz), or one of {', '.join(PACKAGES)}"
    )


def version(tree: pathlib.Path) -> str:
    """Returns the version of a source tree: 3.13.5."""
    try:
        header = (tree / "Include/patchlevel.h").read_text(encoding="utf-8")
    except OSError:
        header = ""
    found = _VERSION.search(header)
    if not found:
        raise Problem(
            f"{tree} says no version in Include/patchlevel.h; is this CPython?"
        )
    return found[1]


def _digest_of_file(path: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _digest_of_tree(tree: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for part in _PARTS:
        top = tree / part
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.suffix in (".c", ".h", ".in", "") and path.is_file():
                digest.update(str(path.relative_to(tree)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
