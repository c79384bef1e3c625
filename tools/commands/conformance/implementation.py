"""Builds and starts the worker of an implementation under test: an interpreter, or
a library that exports the C API."""

import json
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterable

from tools.commands.conformance import build, hosts, sources
from tools.commands.conformance.build import Builder, Object
from tools.commands.conformance.c_programs import CannotBeBuilt, Command
from tools.commands.conformance.runner import Worker, pairs
from tools.lib import contract as contracts
from tools.lib.overlay import Overlay
from tools.lib.problem import Problem

_PROBE = """
import json, platform, sys, sysconfig
print(json.dumps([
    platform.python_implementation(),
    list(sys.version_info[:3]),
    sysconfig.get_config_var("INCLUDEPY") or sysconfig.get_path("include"),
    sysconfig.get_config_var("EXT_SUFFIX") or sysconfig.get_config_var("SO"),
]))
"""

# The ending of extension modules for a free-threaded CPython: .cpython-313t-...
_FREE_THREADED = re.compile(r"cpython-\d+td?-")

# The names of the C API; PyPy's begin with PyPy.
_OF_C_API = re.compile(r"_?Py")

_OLDEST = (3, 6)
_NEWEST = (3, 15)  # whose behaviour was measured; see capsule/profile.c
_SECONDS_TO_START = 60

# A function that clashes with nothing says that it cannot be had.
_HOST_FUNCTIONS = (
    "host_start host_stop host_import_only host_name host_profile host_collect "
    "host_fail_allocation host_allocations host_live_blocks "
    "host_keeps_nothing host_catches_misuse"
).split()


class Implementation:
    """An implementation under test, with its worker.

    shown        the path, or the command that starts an interpreter
    command      the command that starts the worker
    environment  variables that the worker needs
    takes_variables  True if the worker takes them as arguments NAME=VALUE too
    left_out     {test that could not be built: the reason}
    no_programs  the reason why no programs are run, or ""
    remarks      other tests that are left out, as sentences
    """

    # build() sets these: the root of the repository, and what compiles.
    _root: pathlib.Path
    _builder: Builder

    def __init__(self, shown: str, folder: pathlib.Path) -> None:
        self.shown = shown
        self.folder = folder
        self.command: list[str] = []
        self.environment: dict[str, str] = {}
        self.takes_variables = False
        self.left_out: dict[str, str] = {}
        self.no_programs = ""
        self.remarks: list[str] = []
        self.name = ""
        self.profile = ""

    def build(self, root: pathlib.Path, objects: pathlib.Path) -> None:
        raise NotImplementedError

    def host(self) -> hosts.Host | None:
        """Returns what knows the faults of the interpreter, after build(); None
        for an implementation whose faults are all its own."""
        return None

    def compile_c(self, path: pathlib.Path) -> Command:
        """Compiles the C text of a program. Raises CannotBeBuilt."""
        raise NotImplementedError

    def _link_c(
        self,
        path: pathlib.Path,
        defines: tuple[str, ...],
        output: pathlib.Path,
        flags: list[str | pathlib.Path],
    ) -> None:
        """Compiles the C file and links it to `output`. Raises CannotBeBuilt."""
        item = self._builder.compile(sources.Source(path, True, "c", defines))
        said = item.error if item.path is None else build.link(output, [item], flags)
        if said:
            raise CannotBeBuilt(build.first_error(said))

    def worker(self, **more: str) -> Worker:
        """Returns the worker that build() made, with more environment
        variables."""
        return Worker(
            self.command,
            {**self.environment, **more},
            self.folder,
            takes_variables=self.takes_variables,
        )

    def _compile(
        self, builder: Builder, more: Iterable[sources.Source]
    ) -> list[Object]:
        """Returns the objects that compile, group by group."""
        root = self._root
        googletest = sources.googletest()
        all_sources = [
            *sources.common(root),
            *sources.programs(root),
            *sources.rule_tests(root),
            *more,
        ]
        compiled = builder.compile_all(all_sources, googletest)
        compiled.append(
            builder.compile(
                sources.Source(
                    pathlib.Path(googletest[0]) / "src/gtest-all.cc",
                    False,
                    "tests",
                    (),
                ),
                googletest,
            )
        )
        for item in compiled:
            if item.path is None:
                compiled = self._leave_out(
                    builder, compiled, item.source, item.error
                )
        return [item for item in compiled if item.path]

    def _leave_out(
        self,
        builder: Builder,
        objects: list[Object],
        source: sources.Source,
        reason: str,
    ) -> list[Object]:
        """Returns the objects without those of the source's group. Adds the
        replacement of the group, if there is one. Notes the reason."""
        group = source.group
        if group == "worker":
            raise Problem(
                f"{self.shown}: {source.path.name} does not compile: {reason}; "
                "are these its headers?"
            )
        gone = [item for item in objects if item.source.group == group]
        more = []
        if group == "interpreters":
            self.remarks.append(f"no program starts an interpreter: {reason}")
            stand_in = sources.stand_in(self._root)
            more = [builder.compile(stand_in)]
        elif group == "programs":
            if not source.python:
                raise Problem(f"{source.path} does not compile: {reason}")
            self.no_programs = f"{source.path.name} cannot be built: {reason}"
        elif group == "tests":
            gone = [item for item in objects if _is_of_tests(item)]
        for item in gone:
            for test in _tests_of(item.source.path):
                self.left_out[test] = f"cannot be built: {reason}"
        return [item for item in objects if item not in gone] + more

    def _refuse_own_fault(
        self, source: sources.Source, lacking: Iterable[str]
    ) -> None:
        """Raises a Problem if the code that runs programs needs a symbol that is
        not part of the C API: then a file of this project is missing, and the
        implementation may have everything."""
        own = [name for name in lacking if not _OF_C_API.match(name)]
        if source.group == "programs" and own:
            raise Problem(
                f"{self.shown}: no program can run: {source.path.name} needs "
                f"{own[0]}, and no source defines {own[0]}; add its file to "
                "tools/commands/conformance/sources.py"
            )

    def _leave_out_users(
        self, builder: Builder, objects: list[Object], symbols: set[str]
    ) -> list[Object]:
        """Returns the objects without those that need one of the symbols. Neither
        the implementation nor another object defines these symbols."""
        kept = objects
        for item in objects:
            lacking = sorted(symbols & build.wanted(item))
            if item in kept and lacking:
                self._refuse_own_fault(item.source, lacking)
                kept = self._leave_out(
                    builder,
                    kept,
                    item.source,
                    f"there is no {build.readable(lacking[0])}",
                )
        if kept is objects:
            raise Problem(
                f"{self.shown}: undefined symbols: {', '.join(sorted(symbols))}"
            )
        return kept


def _is_of_tests(item: Object) -> bool:
    return item.source.group == "tests" or item.source.group.endswith(".cc")


def _tests_of(path: pathlib.Path) -> list[str]:
    """Returns the names of the tests in a source file that was not built."""
    if not path.name.endswith("_test.cc"):
        return []
    return contracts.tests_of(path.read_text())


class Interpreter(Implementation):
    """A Python interpreter; the worker is an extension module for it."""

    def __init__(
        self,
        python: list[str],
        folder: pathlib.Path,
        include: pathlib.Path | None = None,
    ) -> None:
        """`python` is the command that starts the interpreter. `include` is the
        folder with its Python.h; None: the interpreter says where."""
        super().__init__(" ".join(python), folder)
        self._python = python
        self.kind, self.version, said, self._suffix = _probe(python)
        self.include = str(include or said)
        # Debian's pyconfig.h includes a file from a folder beside its own.
        self._beside = [include.parent] if include else []
        self._check()
        if self.kind == "CPython" and tuple(self.version[:2]) > _NEWEST:
            self.remarks.append(
                "newer than CPython {}.{}, the newest that was measured, and "
                "held to what that does".format(*_NEWEST)
            )

    def _check(self) -> None:
        version = tuple(self.version)
        shown = ".".join(map(str, version))
        if version < _OLDEST and version[:2] != (2, 7):
            raise Problem(
                f"{self.shown} is {self.kind} {shown}, which is too old; give "
                "2.7, or 3.6 or newer"
            )
        if not (pathlib.Path(self.include) / "Python.h").exists():
            raise Problem(
                f"{self.shown} has no {self.include}/Python.h; install its headers "
                "(Debian: python3-dev, pypy3-dev), or name their folder with "
                "--python-include"
            )

    def build(self, root: pathlib.Path, objects: pathlib.Path) -> None:
        self._root = root
        includes: list[str | pathlib.Path] = [self.include]
        more = [
            root / "capsule/cpython/host.c",
            root / "capsule/host_allocator.c",
            root / "tools/commands/conformance/worker/module.c",
        ]
        defines = ["PyImport_AppendInittab=worker_append_inittab"]
        if self.version[0] == 2:
            includes.insert(0, root / "capsule/cpython/python2")
            more.append(root / "capsule/cpython/python2/python2.c")
        if self.kind == "PyPy":
            includes.insert(0, root / "capsule/cpython/pypy")
        builder = self._builder = build.Builder(
            root,
            objects,
            includes,
            build.signature_of(self.include) + build.signature_of(includes[0]),
            defines,
            last=self._beside,
        )
        compiled = self._compile(
            builder, [sources.Source(path, True, "worker", ()) for path in more]
        )
        module = self.folder / f"capsule_worker{self._suffix}"
        self.environment = {
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": str(self.folder),
            **options_of(self._suffix),
        }
        self.takes_variables = True
        self.command = [
            *self._python,
            "-B",
            str(root / "tools/commands/conformance/worker/inside.py"),
        ]
        while True:
            said = build.link(module, compiled, ["-shared", "-Wl,-Bsymbolic"])
            if said:
                raise Problem(f"{self.shown}: {build.first_error(said)}")
            missing = build.undefined_symbols(self._load())
            if not missing:
                break
            compiled = self._leave_out_users(builder, compiled, missing)

    def host(self) -> hosts.Host | None:
        return hosts.Host(
            self._root,
            self.folder / "findings",
            self._builder,
            self._suffix,
            self._import_finding,
        )

    def compile_c(self, path: pathlib.Path) -> Command:
        folder = self.folder / "c" / path.stem
        module = folder / f"as_module{self._suffix}"
        self._link_c(path, ("AS_MODULE",), module, ["-shared"])
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); import as_module"
        return Command([*self._python, "-c", code], self.environment)

    def _import_finding(self, folder: pathlib.Path) -> int:
        """Imports the module `finding` from the folder; returns the exit status,
        negative for a signal. A command that enters a container may return 128 and
        the signal instead."""
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); import finding"
        variables = {**self.environment, "MALLOC_PERTURB_": "85"}
        try:
            status = build.run(
                [*self._python, "-c", code], _SECONDS_TO_START, variables
            ).returncode
        except subprocess.TimeoutExpired:
            return 0
        return 128 - status if status > 128 else status

    def _load(self) -> str:
        """Loads the worker; returns the interpreter's output."""
        try:
            return build.run(
                [*self.command, *pairs(self.environment), "list"],
                _SECONDS_TO_START,
                self.environment,
            ).stdout
        except subprocess.TimeoutExpired:
            raise Problem(
                f"{self.shown} does not start: no end within "
                f"{_SECONDS_TO_START} seconds; run it by hand and see why"
            ) from None


class Library(Implementation):
    """A shared library; the worker is a program that is linked to it."""

    def __init__(
        self, path: pathlib.Path, folder: pathlib.Path, include: pathlib.Path
    ) -> None:
        super().__init__(str(path), folder)
        self.path = path
        self.include = include
        # The overlay of the planted bug, if there is one.
        self.overlay: Overlay | None = None
        self._exported = build.exported(path)
        if "PyCapsule_New" not in self._exported:
            raise Problem(
                f"{path} exports no PyCapsule_New; link the functions of the C "
                "API into it under their own names"
            )
        if not (include / "Python.h").exists():
            raise Problem(
                f"{include} has no Python.h; give the folder of the library's "
                "header with --include"
            )

    def build(self, root: pathlib.Path, objects: pathlib.Path) -> None:
        self._root = root
        missing = [
            name for name in _HOST_FUNCTIONS if name not in self._exported
        ]
        defines = [f'LIBRARY_NAME="{self.path.name}"']
        defines += [f"NEEDS_{name}" for name in missing]
        if "PyMem_SetAllocator" not in self._exported:
            defines.append("CAPSULE_NO_ALLOCATOR")
        builder = self._builder = build.Builder(
            root,
            objects,
            [self.include],
            build.signature_of(self.include),
            defines,
            self.overlay,
        )
        worker = root / "tools/commands/conformance/worker"
        more = [worker / "library_host.c", worker / "program.c"]
        compiled = self._compile(
            builder, [sources.Source(path, True, "worker", ()) for path in more]
        )
        # Use a copy, because the user may build the library again during the tests.
        copy = self.folder / self.path.name
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path, copy)
        program = self.folder / "worker"
        self.command = [str(program)]
        flags: list[str | pathlib.Path] = [copy, f"-Wl,-rpath,{self.folder}"]
        flags += ["-lpthread", "-ldl"]
        while said := build.link(program, compiled, flags):
            undefined = build.undefined_symbols(said)
            if not undefined:
                raise Problem(f"{self.shown}: {build.first_error(said)}")
            compiled = self._leave_out_users(builder, compiled, undefined)

    def compile_c(self, path: pathlib.Path) -> Command:
        program = self.folder / "c" / path.stem
        copy = self.folder / self.path.name
        flags: list[str | pathlib.Path] = [copy, f"-Wl,-rpath,{self.folder}"]
        flags += ["-lpthread", "-ldl"]
        self._link_c(path, (), program, flags)
        return Command([str(program)], self.environment)


def options_of(suffix: str) -> dict[str, str]:
    """Returns the variables that set the options of an interpreter, given the ending
    of its extension modules.

    Objects come from malloc(), where freed memory is overwritten: what is used after
    its end shows. A free-threaded CPython refuses another allocator than its own.
    There, the lock must stay off although the worker does not say that it can do
    without."""
    if _FREE_THREADED.search(suffix):
        return {"PYTHON_GIL": "0"}
    return {"PYTHONMALLOC": "malloc"}


def _probe(python: list[str]) -> tuple[str, list[int], str, str]:
    shown = " ".join(python)
    path = pathlib.Path(python[0])
    if not path.is_file() or not os.access(path, os.X_OK):
        raise Problem(
            f"{shown} is not a program; give the path of a Python interpreter, or a "
            "command that starts one"
        )
    try:
        done = subprocess.run(
            [*python, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=_SECONDS_TO_START,
            check=True,
        )
        kind, version, include, suffix = json.loads(done.stdout)
        return kind, version, include or "", suffix
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        raise Problem(
            f"{shown} does not answer as a Python interpreter does; give the "
            "path of one"
        ) from None
