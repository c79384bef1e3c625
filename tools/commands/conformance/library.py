"""A shared library under test; the worker is a program that is linked to it."""

import pathlib
import shutil

from tools.commands.conformance import build, sources
from tools.commands.conformance.c_programs import Command
from tools.commands.conformance.implementation import Implementation
from tools.lib.overlay import Overlay
from tools.lib.problem import Problem

# A function that clashes with nothing says that it cannot be had.
_HOST_FUNCTIONS = (
    "host_start host_stop host_import_only host_name host_profile host_collect "
    "host_fail_allocation host_allocations host_live_blocks "
    "host_keeps_nothing host_turn_clock host_catches_misuse"
).split()


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

    def use_worker_of(self, other: "Library") -> None:
        """Instead of build(): runs the worker of another library that has the same
        soname and the same functions."""
        self._root, self._builder = other._root, other._builder
        self.left_out, self.remarks = other.left_out, other.remarks
        self.command = other.command
        self.environment["LD_LIBRARY_PATH"] = str(self.path.parent)

    def compile_c(self, path: pathlib.Path) -> Command:
        program = self.folder / "c" / path.stem
        copy = self.folder / self.path.name
        flags: list[str | pathlib.Path] = [copy, f"-Wl,-rpath,{self.folder}"]
        flags += ["-lpthread", "-ldl"]
        self._link_c(path, (), program, flags)
        return Command([str(program)], self.environment)
