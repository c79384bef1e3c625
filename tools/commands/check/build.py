"""Builds what tools/check needs in C: one compiler call each for the shared
object that is preloaded, and for the program that asks the model."""

import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from tools.lib.problem import Problem

COMPILERS = ("cc", "gcc", "clang")
_ALWAYS = ("-std=c11", "-D_GNU_SOURCE", "-O3", "-g")

# The checker is many small functions in many files: optimized as one program, it
# costs a third less. Some compilers lack the linker for that.
_AS_ONE_PROGRAM = "-flto=auto"

# The files of fuzz/program that the model needs: programs and their text form.
_PROGRAM = ("decode", "expectation", "lexer", "parse", "print", "program", "words")


@dataclasses.dataclass(frozen=True)
class Artifact:
    """Something that one compiler call builds."""

    name: str
    variable: str  # the environment variable that names an artifact built already
    flags: tuple[str, ...]
    sources: tuple[str, ...]  # patterns
    headers: tuple[str, ...]  # folders

    def files(self, root: pathlib.Path) -> list[pathlib.Path]:
        """Returns the C files, in a fixed order."""
        return [
            path for pattern in self.sources for path in sorted(root.glob(pattern))
        ]


CHECKER = Artifact(
    "libcapsule_check.so",
    "CAPSULE_CHECK_LIBRARY",
    (
        "-fPIC",
        "-shared",
        "-fvisibility=hidden",
        "-static-libgcc",
        "-pthread",
        "-Wl,-z,now",
    ),
    ("check/*.c", "capsule/contract.c"),
    ("check", "capsule"),
)
FOLLOWER = Artifact(
    "follow",
    "CAPSULE_CHECK_FOLLOW",
    (),
    (
        "check/follow/*.c",
        "check/map.c",
        "check/pages.c",
        "fuzz/model/*.c",
        *(f"fuzz/program/{name}.c" for name in _PROGRAM),
        "capsule/contract.c",
        "capsule/profile.c",
    ),
    ("check", "check/follow", "fuzz/model", "fuzz/program", "capsule"),
)


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


def command(
    root: pathlib.Path, cc: str, output: pathlib.Path, artifact: Artifact = CHECKER
) -> list[str]:
    """Returns the one call that builds the artifact."""
    files = [str(path) for path in artifact.files(root)]
    flags = [*_ALWAYS, *artifact.flags]
    return [cc, *flags, f"-I{root}", *files, "-o", str(output)]


def _fingerprint(root: pathlib.Path, cc: str, artifact: Artifact) -> str:
    """Returns a hash of all that the artifact is made of."""
    digest = hashlib.sha256(" ".join([cc, *_ALWAYS, *artifact.flags]).encode())
    headers = [
        path
        for folder in artifact.headers
        for pattern in ("*.h", "*.def")
        for path in sorted((root / folder).glob(pattern))
    ]
    for path in [*artifact.files(root), *headers]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _writable_folder(
    root: pathlib.Path, fingerprint: str, name: str
) -> pathlib.Path:
    """Returns a folder for the result: in the repository, or in the user's
    cache if the repository is read-only."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    for base in (root / "out/check", pathlib.Path(cache) / "capsule-check"):
        folder = base / fingerprint
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) or (folder / name).exists():
            return folder
    raise Problem(f"neither {root}/out nor {cache} can be written; make one so")


def without_preload() -> dict[str, str]:
    """Returns the environment for a program of ours: what the user preloads is
    for the program that is checked."""
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


def built(root: pathlib.Path, artifact: Artifact = CHECKER) -> pathlib.Path:
    """Returns the path of the artifact; compiles it if its sources have
    changed."""
    ready = os.environ.get(artifact.variable)
    if ready:
        return pathlib.Path(ready).absolute()
    cc = compiler()
    folder = _writable_folder(root, _fingerprint(root, cc, artifact), artifact.name)
    result = folder / artifact.name
    if result.exists():
        return result
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        output = pathlib.Path(scratch) / artifact.name
        call = command(root, cc, output, artifact)
        for flags in ((_AS_ONE_PROGRAM,), ()):
            run = subprocess.run([*call, *flags], capture_output=True, text=True)
            if not run.returncode:
                break
        else:
            lines = (run.stderr or run.stdout).strip().splitlines()
            raise Problem(
                f"{cc} cannot build the checker: {lines[0] if lines else '?'}; "
                "it needs C11, libc headers and 64 bit Linux"
            )
        output.rename(result)
    return result
