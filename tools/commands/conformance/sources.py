"""Lists the source files of a worker. tools/conformance compiles them with the
headers of the implementation under test."""

import dataclasses
import pathlib
import re
from collections.abc import Iterator


@dataclasses.dataclass(frozen=True)
class Source:
    """A source file of a worker.

    python   True if the file includes <Python.h>: then it is compiled for each
             implementation
    group    the name of the files that are left out together if one of them
             cannot be built
    defines  the macros that the compiler defines, as NAME=VALUE
    """

    path: pathlib.Path
    python: bool
    group: str
    defines: tuple[str, ...]


_PROGRAM_MAINS = {"prog_tool.c", "check.c"}
# Files of fuzz/driver that belong to other programs; so do those with a main().
_OTHER_DRIVERS = {"bytes_runner.c", "empty.c", "sanitizer_options.c", "target.c"}
_GOOGLETEST = "/usr/src/googletest/googletest"

_INTERPRETERS = pathlib.Path("fuzz/executor/interpreters.c")

_HOSTS = ("capsule/contract.c", "capsule/profile.c")


def targets(root: pathlib.Path) -> list[str]:
    """Returns the names of the fuzz targets that generate programs."""
    return [
        path.stem
        for path in sorted((root / "fuzz").glob("*_fuzz.c"))
        if re.search(r"^const struct target TARGET", path.read_text(), re.M)
    ]


def _harness(root: pathlib.Path) -> Iterator[tuple[pathlib.Path, bool]]:
    """Yields (file, True if the file includes <Python.h>) for the executor and the
    files that it needs, without that of interpreters."""
    for path in sorted((root / "fuzz/program").glob("*.c")):
        if path.name not in _PROGRAM_MAINS:
            yield path, False
    for path in sorted((root / "fuzz/model").glob("*.c")):
        yield path, False
    for path in sorted((root / "fuzz/mutator").glob("*.c")):
        if path.name != "mutator_entry.c":
            yield path, False
    for path in sorted((root / "fuzz/driver").glob("*.c")):
        has_main = re.search(r"^int main\(", path.read_text(), re.M)
        if not has_main and path.name not in _OTHER_DRIVERS:
            yield path, False
    for path in sorted((root / "fuzz/executor").glob("*.c")):
        if path.name != _INTERPRETERS.name:
            yield path, True


def programs(root: pathlib.Path) -> Iterator[Source]:
    """Yields the sources of the executor and of the code that runs programs."""
    names = targets(root)
    table = "".join(f"T(TARGET_{name})" for name in names)
    yield Source(
        root / "tools/commands/conformance/worker/programs.c",
        False,
        "programs",
        (f"WORKER_TARGETS={table}",),
    )
    for path, python in _harness(root):
        yield Source(path, python, "programs", ())
    yield Source(root / _INTERPRETERS, True, "interpreters", ())
    for name in names:
        yield Source(
            root / f"fuzz/{name}.c", False, "programs", (f"TARGET=TARGET_{name}",)
        )
    yield Source(
        root / "fuzz/driver/minimize.c", False, "programs", ("main=worker_minimize",)
    )


def reproduction(root: pathlib.Path, table: str) -> Iterator[Source]:
    """Yields the sources of a program that runs one input on the reference, without
    those of the reference itself. `table` replaces the pointers of
    fuzz/program/program.c."""
    for path, python in [*_harness(root), (root / _INTERPRETERS, True)]:
        if path.parent.name == "mutator":
            continue
        is_table = path.name == "program.c"
        defines = (f"OTHER_ADDRESSES={table}",) if is_table else ()
        yield Source(path, python, "programs", defines)
    for name in ("fuzz/sequence_fuzz.c", "fuzz/driver/repro.c", *_HOSTS):
        yield Source(root / name, False, "programs", ())


def stand_in(root: pathlib.Path) -> Source:
    """Returns the source that replaces the group `interpreters` if that group is
    left out."""
    path = root / "tools/commands/conformance/worker/no_interpreters.c"
    return Source(path, True, "programs", ())


def rule_tests(root: pathlib.Path) -> Iterator[Source]:
    """Yields the sources of the rule tests. A file that does not compile is skipped
    with the files that need it. The shared support file is required."""
    for path in sorted((root / "tests/rules").glob("*.cc")):
        if path.name != "main.cc":
            group = "tests" if path.name == "support.cc" else path.name
            yield Source(path, True, group, ())
    for path in sorted((root / "tests/common_mistakes").glob("*.c*")):
        yield Source(path, True, "common_mistakes_test.cc", ())
    yield Source(root / "tools/commands/conformance/worker/tests.cc", True, "tests", ())


def googletest() -> tuple[str, str]:
    return _GOOGLETEST, f"{_GOOGLETEST}/include"


def common(root: pathlib.Path) -> Iterator[Source]:
    yield Source(root / "tools/commands/conformance/worker/worker.c", False, "worker", ())
    for path in _HOSTS:
        yield Source(root / path, False, "worker", ())
