"""An implementation under test: what builds and starts its worker. interpreter.py
and library.py have the two kinds."""

import pathlib
import re
from collections.abc import Iterable

from tools.commands.conformance import build, hosts, sources
from tools.commands.conformance.build import Builder, Object
from tools.commands.conformance.c_programs import CannotBeBuilt, Command
from tools.commands.conformance.runner import Worker
from tools.lib import contract as contracts
from tools.lib.problem import Problem

# The names of the C API; PyPy's begin with PyPy.
_OF_C_API = re.compile(r"_?Py")


class Implementation:
    """An implementation under test, with its worker.

    shown        the path, or the command that starts an interpreter
    command      the command that starts the worker
    environment  variables that the worker needs
    takes_variables  True if the worker takes them as arguments NAME=VALUE too
    forks        True if the implementation starts no thread before host_start(), so
                 that a process may fork before it
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
        self.forks = False
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
            forks=self.forks,
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
