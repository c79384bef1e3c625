"""tools/package: writes the harness as an archive that needs no Bazel."""

from __future__ import annotations

import gzip
import io
import os
import pathlib
import sys
import tarfile

from tools.lib.arguments import Parser
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ABOUT = """\
Writes a compressed archive with the files that the project of an interpreter needs
to fuzz its capsules: harness, rules, seeds and a Makefile. The unpacked archive
builds with clang, GNU make and the headers of a CPython, without Bazel or Python."""

MORE = """\
  tools/package capsule-contract.tar.gz

The same files give the same archive, byte for byte.

Exit status: 0 the archive is written, 2 bad input or a write error.
"""

# The name of the folder in the archive.
_FOLDER = "capsule-contract"

# {path in the archive: path in this repository}
_FILES = {
    "LICENSE": "LICENSE",
    "Makefile": "tools/commands/package/Makefile",
    "README": "tools/commands/package/README",
}

# {folder to copy: suffixes of the files to copy}
_SOURCES = {
    "capsule": (".c", ".def", ".h"),
    "fuzz": (".c", ".def", ".h", ".sh", ".txt"),
    "corpus": (".prog", ".bin", ""),
    "tests/steps": (".c", ".def", ".h"),
}
_NOT_TAKEN = {"BUILD"}


def contents(root: pathlib.Path) -> dict[str, pathlib.Path]:
    """Returns {path in the archive: file}."""
    files = {name: root / path for name, path in _FILES.items()}
    for folder, suffixes in _SOURCES.items():
        for path in sorted((root / folder).rglob("*")):
            if (
                path.is_file()
                and path.suffix in suffixes
                and path.name not in _NOT_TAKEN
            ):
                files[str(path.relative_to(root))] = path
    return files


def archive(files: dict[str, pathlib.Path]) -> bytes:
    """Returns the compressed archive. Its bytes do not depend on time or user."""
    tar_bytes = io.BytesIO()
    with tarfile.open(fileobj=tar_bytes, mode="w") as tar:
        for name, path in sorted(files.items()):
            data = path.read_bytes()
            member = tarfile.TarInfo(f"{_FOLDER}/{name}")
            member.size = len(data)
            member.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            tar.addfile(member, io.BytesIO(data))
    return gzip.compress(tar_bytes.getvalue(), mtime=0)


def write_whole(path: pathlib.Path, data: bytes) -> None:
    """Writes the file through a temporary file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem(
            f"cannot write {path}: {error.strerror}; name a file in a writable "
            "folder"
        ) from None


def main(argv: list[str]) -> int:
    parser = Parser("tools/package", ABOUT, MORE)
    parser.add_argument("out", metavar="OUT", help="the archive, a .tar.gz")
    out = start_folder() / parser.parse_args(argv).out
    if not out.name.endswith((".tar.gz", ".tgz")):
        raise Problem(f"'{out.name}' must end in .tar.gz; change the name")
    if out.is_dir():
        raise Problem(f"{out} is a folder; name a file")
    files = contents(workspace_folder())
    write_whole(out, archive(files))
    print(f"{out}: {len(files)} files; unpack it and run make")
    return 0


if __name__ == "__main__":
    sys.exit(exit_status("package", lambda: main(sys.argv[1:])))
