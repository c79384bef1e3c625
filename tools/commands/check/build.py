"""Builds the shared object that is preloaded: one call of a C compiler."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from tools.lib.problem import Problem

COMPILERS = ("cc", "gcc", "clang")
FLAGS = (
    "-std=c11",
    "-D_GNU_SOURCE",
    "-O2",
    "-g",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-static-libgcc",
    "-pthread",
    "-Wl,-z,now",
)
NAME = "libcapsule_check.so"


def sources(root: pathlib.Path) -> list[pathlib.Path]:
    """Returns the C files, in a fixed order."""
    return [*sorted((root / "check").glob("*.c")), root / "capsule/contract.c"]


def compiler() -> str:
    """Returns the path of a C compiler: $CC, or the first of the usual names."""
    named = os.environ.get("CC")
    for name in [named] if named else COMPILERS:
        path = shutil.which(name)
        if path:
            return path
    raise Problem(
        f"there is no C compiler ({named or ', '.join(COMPILERS)}); install gcc "
        "or clang, or set CC"
    )


def command(root: pathlib.Path, cc: str, output: pathlib.Path) -> list[str]:
    """Returns the one call that builds the shared object."""
    files = [str(path) for path in sources(root)]
    return [cc, *FLAGS, f"-I{root}", *files, "-o", str(output)]


def _fingerprint(root: pathlib.Path, cc: str) -> str:
    """Returns a hash of all that the shared object is made of."""
    digest = hashlib.sha256(" ".join([cc, *FLAGS]).encode())
    headers = [
        path
        for folder in ("check", "capsule")
        for pattern in ("*.h", "*.def")
        for path in sorted((root / folder).glob(pattern))
    ]
    for path in [*sources(root), *headers]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _writable_folder(root: pathlib.Path, fingerprint: str) -> pathlib.Path:
    """Returns a folder for the result: in the repository, or in the user's
    cache if the repository is read-only."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    for base in (root / "out/check", pathlib.Path(cache) / "capsule-check"):
        folder = base / fingerprint
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) or (folder / NAME).exists():
            return folder
    raise Problem(f"neither {root}/out nor {cache} can be written; make one so")


def built(root: pathlib.Path) -> pathlib.Path:
    """Returns the shared object; compiles it if the sources have changed."""
    ready = os.environ.get("CAPSULE_CHECK_LIBRARY")
    if ready:
        return pathlib.Path(ready).absolute()
    cc = compiler()
    folder = _writable_folder(root, _fingerprint(root, cc))
    library = folder / NAME
    if library.exists():
        return library
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        output = pathlib.Path(scratch) / NAME
        run = subprocess.run(
            command(root, cc, output), capture_output=True, text=True
        )
        if run.returncode:
            lines = (run.stderr or run.stdout).strip().splitlines()
            raise Problem(
                f"{cc} cannot build the checker: {lines[0] if lines else '?'}; "
                "it needs C11, libc headers and 64 bit Linux"
            )
        output.rename(library)
    return library
