"""Compiles and links workers. Caches each object under a digest of its inputs. A
second run compiles nothing, and interpreters share the objects that do not depend
on their headers."""

import concurrent.futures
import copy
import dataclasses
import errno
import functools
import hashlib
import os
import pathlib
import re
import subprocess
from collections.abc import Iterable, Sequence

from tools.commands.conformance.sources import Source
from tools.lib.overlay import Overlay
from tools.lib.problem import Problem

COMPILER = "clang-19"
_C = [COMPILER, "-std=c11"]
_CXX = ["clang++-19", "-std=c++17"]
_FLAGS = ["-g1", "-fPIC", "-w"]

# Tests are compiled without optimisation to save compile time. The other code runs
# millions of times and is optimised.
_LEVEL = {"tests": "-O0", "": "-O1"}

_ERROR = re.compile(r"(?:fatal )?error: (.*)")
_UNDEFINED = re.compile(r"undefined symbol: (\S+)")


@dataclasses.dataclass(frozen=True)
class Object:
    """The result of compiling a source."""

    source: Source
    path: pathlib.Path | None  # None if the source does not compile
    error: str  # the compiler's first error, or ""


def run(
    command: Iterable[object],
    seconds: float | None = None,
    variables: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a command, with these environment variables in addition. Raises
    subprocess.TimeoutExpired after `seconds`."""
    return subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        timeout=seconds,
        check=False,
        env={**os.environ, **(variables or {})},
    )


def first_error(output: str) -> str:
    """Returns the first error of a compiler or linker, in one line."""
    match = _ERROR.search(output)
    if match:
        return match[1]
    lines = output.strip().splitlines()
    return lines[-1] if lines else "no reason given"


def undefined_symbols(output: str) -> set[str]:
    return set(_UNDEFINED.findall(output))


class Builder:
    """Builds for one implementation.

    `includes` are the folders of its headers, `signature` changes when they
    do, `defines` and `flags` belong to every file that includes them, `overlay`
    plants a bug. The compiler searches the folders `last` after those of the
    system."""

    def __init__(
        self,
        root: pathlib.Path,
        folder: pathlib.Path,
        includes: Iterable[str | pathlib.Path],
        signature: str,
        defines: Iterable[str] = (),
        overlay: Overlay | None = None,
        last: Iterable[str | pathlib.Path] = (),
        flags: Iterable[str] = (),
    ) -> None:
        self._overlay = overlay
        self._root = root
        self._objects = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._includes = [f"-I{path}" for path in includes]
        self._includes += [f"-idirafter{path}" for path in last]
        self._defines = [*(f"-D{define}" for define in defines), *flags]
        self._signature = signature
        self._headers = _digest_of_headers(root)
        self._generated = _generate(root, folder)

    def with_bug(self, overlay: Overlay) -> "Builder":
        """Returns a builder that plants this bug, and is the same otherwise."""
        other = copy.copy(self)
        other._overlay = overlay
        return other

    def compile_all(
        self, sources: Iterable[Source], googletest: Sequence[str]
    ) -> list[Object]:
        """Returns an Object for each source. The Object of a source that does not
        compile has no path."""
        header = self._precompile(googletest)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(
                pool.map(
                    lambda source: self.compile(source, googletest, header),
                    sources,
                )
            )

    def compile(
        self,
        source: Source,
        googletest: Sequence[str] = (),
        header: pathlib.Path | None = None,
    ) -> Object:
        command = self._command(source, googletest)
        key: list[object] = [*command, source.path.read_bytes(), self._headers]
        if source.python:
            key.append(self._signature)
        planted = self._overlay.flags(source.path) if self._overlay else []
        if self._overlay and planted:
            command += planted
            key.append(self._overlay.contents())
        elif header and source.path.suffix == ".cc":
            # A precompiled header does not contain the bug of an overlay.
            command += ["-include-pch", header]
        return self._make(source, command, key, ".o")

    def _command(
        self, source: Source, googletest: Sequence[str]
    ) -> list[str | pathlib.Path]:
        cxx = source.path.suffix == ".cc"
        level = _LEVEL["tests"] if cxx else _LEVEL[""]
        command: list[str | pathlib.Path] = [*(_CXX if cxx else _C), *_FLAGS, level]
        command += [f"-I{self._root}", f"-I{self._generated}"]
        command += [f"-D{define}" for define in source.defines]
        if cxx:
            command += [f"-I{folder}" for folder in googletest]
        if source.python:
            command += self._includes + self._defines
        return command

    def _precompile(self, googletest: Sequence[str]) -> pathlib.Path | None:
        """Precompiles GoogleTest and <Python.h>, which take most of the compile
        time of a test. Returns None if that fails; compiling each test then
        reports the error."""
        text = "#include <Python.h>\n#include <gtest/gtest.h>\n"
        source = Source(self._objects / "tests.h", True, "tests", ())
        source.path.write_text(text)
        # The key contains the contents of the headers. Their times do not count,
        # because a checkout changes the times.
        command = [*_CXX, "-Xclang", "-fno-pch-timestamp", *_FLAGS]
        command += [_LEVEL["tests"], f"-I{self._root}"]
        command += [f"-I{folder}" for folder in googletest]
        command += self._includes + self._defines + ["-x", "c++-header"]
        key = [*command, text, self._signature]
        key += [signature_of(folder) for folder in googletest[1:]]
        return self._make(source, command, key, ".pch").path

    def _make(
        self,
        source: Source,
        command: Iterable[str | pathlib.Path],
        key: Iterable[object],
        suffix: str,
    ) -> Object:
        digest = hashlib.sha256()
        for part in key:
            digest.update(part if isinstance(part, bytes) else str(part).encode())
            digest.update(b"\0")
        output = self._objects / f"{digest.hexdigest()[:32]}{suffix}"
        if not output.exists():
            part = output.with_suffix(f".{os.getpid()}.part")
            mode = [] if suffix == ".pch" else ["-c"]
            done = run([*command, *mode, source.path, "-o", part])
            if done.returncode != 0:
                part.unlink(missing_ok=True)
                _refuse_full_disk(done.stdout, output)
                return Object(source, None, first_error(done.stdout))
            part.rename(output)
        return Object(source, output, "")


def _refuse_full_disk(output: str, path: pathlib.Path) -> None:
    """Raises a Problem if the compiler failed because the disk is full: the source
    itself may be correct."""
    for number in (errno.ENOSPC, errno.EDQUOT):
        if os.strerror(number) in output:
            raise Problem(
                f"{path.parent}: {os.strerror(number)}; make room and run this "
                "again"
            )


def link(
    output: pathlib.Path, objects: Iterable[Object], flags: Iterable[str | pathlib.Path]
) -> str:
    """Links the objects to `output`. Returns the linker's errors, or ""."""
    part = output.with_name(output.name + ".part")
    output.parent.mkdir(parents=True, exist_ok=True)
    paths = [item.path for item in objects]
    done = run([_CXX[0], "-fuse-ld=lld", "-o", part, *paths, *flags])
    if done.returncode != 0:
        part.unlink(missing_ok=True)
        _refuse_full_disk(done.stdout, output)
        return done.stdout
    part.rename(output)
    return ""


def exported(library: pathlib.Path) -> set[str]:
    """Returns the names of the functions and data that a shared library exports."""
    done = run(["llvm-nm-19", "-D", "--defined-only", "--format=just-symbols", library])
    if done.returncode != 0:
        raise Problem(
            f"{library} is not a shared library; build one that exports the C "
            "API, for instance with cc -shared"
        )
    return set(done.stdout.split())


def wanted(item: Object) -> frozenset[str]:
    """Returns the undefined symbols of an object."""
    return _undefined_in(item.path) if item.path else frozenset()


# An object is asked again for each symbol that an implementation lacks.
@functools.cache
def _undefined_in(path: pathlib.Path) -> frozenset[str]:
    done = run(["llvm-nm-19", "--undefined-only", "--format=just-symbols", path])
    return frozenset(done.stdout.split())


def readable(symbol: str) -> str:
    """Returns the demangled name of a symbol."""
    return run(["llvm-cxxfilt-19", symbol]).stdout.strip()


def signature_of(folder: str | pathlib.Path) -> str:
    """Returns a text that changes when a header below the folder changes."""
    digest = hashlib.sha256(str(folder).encode())
    for path in sorted(pathlib.Path(folder).rglob("*.h")):
        state = path.stat()
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _generate(root: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Writes the file that //fuzz/program:headers generates, and returns the
    folder to include it from."""
    program = pathlib.Path("fuzz/program")
    output = folder / "generated" / program / "headers.inc"
    output.parent.mkdir(parents=True, exist_ok=True)
    paths = [root / f"capsule/{name}.h" for name in ("handover", "dlpack", "arrow")]
    paths += sorted((root / program / "c").glob("*.h"))
    part = output.with_suffix(f".{os.getpid()}.part")
    done = run(
        [root / program / "c/embed.sh", *(p for p in paths if p.name != "given.h")]
    )
    if done.returncode != 0:
        raise Problem(f"{root}: fuzz/program/c/embed.sh fails: {done.stdout.strip()}")
    part.write_text(done.stdout)
    part.rename(output)
    return folder / "generated"


def _digest_of_headers(root: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for folder in (
        "capsule",
        "fuzz",
        "tests/common_mistakes",
        "tests/rules",
        "tools/commands/conformance/worker",
    ):
        for pattern in ("*.h", "*.def"):
            for path in sorted((root / folder).rglob(pattern)):
                digest.update(str(path.relative_to(root)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
