"""Says how a CPython is configured and compiled: flags, arguments, modules, and the
lines to add to its Makefile."""

from __future__ import annotations

import dataclasses
import pathlib
import re

from tools.lib.llvm import versioned
from tools.lib.problem import Problem

SANITIZERS = ("address", "memory", "thread")

_HERE = pathlib.Path(__file__).parent

# The extension modules that the rule tests and their interpreter need. Every other
# module is left out, which halves the time of a build.
_MODULES = frozenset(
    """
    _bisect _contextvars _datetime _heapq _json _opcode _pickle _posixsubprocess
    _random _sha2 _sha512 _socket _statistics _struct array binascii fcntl math
    pyexpat select unicodedata
    """.split()
)

# Modules that Setup.stdlib.in does not list in each version.
_MORE_MODULES = (
    *("_crypt", "_ctypes", "_ctypes_test", "_curses", "_curses_panel", "_dbm"),
    *("_gdbm", "_hashlib", "_sqlite3", "_ssl", "_tkinter", "_uuid", "audioop"),
    *("nis", "ossaudiodev", "readline", "spwd", "zlib", "_bz2", "_lzma"),
)
_LISTED = re.compile(r"^(?:@\w+@)?#?([a-z_]\w*) .*\.c\b", re.MULTILINE)

# The engine learns which edges of the capsules a program reaches, and llvm-cov
# which lines. The rest of CPython has no counters: thousands of counters that
# never change slow an engine down. Profiles go nowhere unless LLVM_PROFILE_FILE
# says where.
_COVERAGE = (
    "-fsanitize-coverage=inline-8bit-counters,pc-table "
    "-fprofile-instr-generate=/dev/null -fcoverage-mapping -fcoverage-mcdc"
)


@dataclasses.dataclass(frozen=True)
class Options:
    """What the user asked for. `level` is the compiler's level of optimisation."""

    free_threaded: bool = False
    sanitizer: str | None = None
    coverage: bool = False
    level: int = 1

    def words(self) -> list[str]:
        """Returns the words of the build's name, and of its record."""
        words = ["free-threaded"] if self.free_threaded else []
        words += [self.sanitizer] if self.sanitizer else []
        words += ["coverage"] if self.coverage else []
        return [*words, f"O{self.level}"]


def check(options: Options, version: str) -> None:
    """Raises a Problem if this version cannot be built like that."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < (3, 11):
        raise Problem(
            f"CPython {version} is too old to be built here; give 3.11 or newer"
        )
    if options.free_threaded and numbers < (3, 13):
        raise Problem(
            f"CPython {version} has no free-threaded build; give 3.13 or newer"
        )


def environment(options: Options) -> dict[str, str]:
    """Returns the variables for configure, make and the interpreters that run
    during the build."""
    sanitize = f" -fsanitize={options.sanitizer}" if options.sanitizer else ""
    variables = {
        "CC": versioned("clang"),
        "CXX": versioned("clang++"),
        "AR": versioned("llvm-ar"),
        "OPT": f"-DNDEBUG -g1 -fwrapv -O{options.level}",
        "CFLAGS": f"-w -fno-omit-frame-pointer{sanitize}",
        "LDFLAGS": f"-fuse-ld=lld{sanitize}",
        # The build runs interpreters. Their leaks and races are not our subject.
        "ASAN_OPTIONS": "detect_leaks=0",
        "TSAN_OPTIONS": "report_bugs=0",
        "MSAN_OPTIONS": "halt_on_error=0",
    }
    if options.coverage:
        # Part of `LIBS` in sysconfig: whoever links libpython links the profile
        # runtime too.
        variables["LIBS"] = "-fprofile-instr-generate"
    return variables


def configure_arguments(
    options: Options, prefix: pathlib.Path, work: pathlib.Path
) -> list[str]:
    """Returns the arguments of configure. What configure finds out stays in `work`,
    so that an interrupted configure starts again with it."""
    arguments = [
        f"--prefix={prefix}",
        f"--cache-file={work}/config.cache",
        "--disable-test-modules",
        "--without-doc-strings",
        "--without-ensurepip",
    ]
    if options.free_threaded:
        arguments.append("--disable-gil")
    elif options.sanitizer:
        # Objects come from malloc(), which the sanitizer watches.
        arguments.append("--without-pymalloc")
    return arguments


def setup_local(listed: str) -> str:
    """Returns the text of Modules/Setup.local that leaves out modules. `listed` is
    the text of Modules/Setup.stdlib.in."""
    names = {*_LISTED.findall(listed), *_MORE_MODULES} - _MODULES
    return "\n".join(["*disabled*", *sorted(names)]) + "\n"


def makefile_lines(
    options: Options, tree: pathlib.Path, prefix: pathlib.Path, work: pathlib.Path
) -> str:
    """Returns the lines to add to the Makefile.

    `tree` is the source, `work` has sanitizer_options.o. The debug information of
    the capsules names the copy of capsule.c that stays in `prefix`."""
    lines = [f"$(BUILDPYTHON): LINKFORSHARED += {work}/sanitizer_options.o"]
    if options.coverage:
        flags = (
            f"{_COVERAGE} -include {_HERE}/coverage_hooks.h "
            f"-ffile-prefix-map={tree}={prefix}/src"
        )
        lines.append(f"Objects/capsule.o: PY_CORE_CFLAGS += {flags}")
    return "\n" + "\n".join(lines) + "\n"
