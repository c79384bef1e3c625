"""A Python interpreter under test; the worker is an extension module for it."""

import json
import os
import pathlib
import re
import subprocess

from tools.commands.conformance import build, hosts, sources
from tools.commands.conformance.c_programs import Command
from tools.commands.conformance.implementation import Implementation
from tools.commands.conformance.runner import pairs
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

_OLDEST = (3, 6)
_NEWEST = (3, 15)  # whose behaviour was measured; see capsule/profile.c
_SECONDS_TO_START = 60
_SYSTEM_INCLUDE = pathlib.Path("/usr/include")


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
        # Debian's pyconfig.h includes a file from a folder beside its own. The
        # compiler finds it without help below /usr/include; then the objects are
        # those of the same interpreter without the option.
        beside = include.parent if include else _SYSTEM_INCLUDE
        self._beside = [beside] if beside != _SYSTEM_INCLUDE else []
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

    def builder(self, root: pathlib.Path, objects: pathlib.Path) -> build.Builder:
        """Returns what compiles for this interpreter."""
        includes: list[str | pathlib.Path] = [self.include]
        if self.version[0] == 2:
            includes.insert(0, root / "capsule/cpython/python2")
        if self.kind == "PyPy":
            includes.insert(0, root / "capsule/cpython/pypy")
        return build.Builder(
            root,
            objects,
            includes,
            build.signature_of(self.include) + build.signature_of(includes[0]),
            ["PyImport_AppendInittab=worker_append_inittab"],
            last=self._beside,
        )

    def build(self, root: pathlib.Path, objects: pathlib.Path) -> None:
        self._root = root
        more = [
            root / "capsule/cpython/host.c",
            root / "capsule/host_allocator.c",
            root / "tools/commands/conformance/worker/module.c",
        ]
        if self.version[0] == 2:
            more.append(root / "capsule/cpython/python2/python2.c")
        builder = self._builder = self.builder(root, objects)
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
