"""Faults of interpreters that have nothing to do with capsules, and the cases that
die of them.

A case that died is a fault of the host only if a program without capsules, one of
findings/, dies in this very interpreter too."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable

from tools.commands.conformance.build import Builder, link
from tools.commands.conformance.programs import how_often
from tools.commands.conformance.runner import describe_status
from tools.commands.conformance.sources import Source
from tools.lib.contract import Rule

# The number of runs of a fault's program: some faults show rarely.
_RUNS = 20

_FAIL_ALLOCATION = "FAIL_ALLOCATION"

# Functions that run Python code: CPython's importer is Python code.
_RUN_PYTHON = ("_PyEval_EvalFrameDefault", "PyEval_EvalCode", "_PyEval_Vector")


@dataclasses.dataclass(frozen=True)
class Died:
    """A case that died: the functions on the stack, the output of the process, and
    True if the case had made an allocation fail."""

    functions: tuple[str, ...]
    output: str
    lacked_memory: bool


@dataclasses.dataclass(frozen=True)
class Fault:
    """A fault of an interpreter.

    finding  the folder in findings/ with the program
    text     one sentence
    explains returns True if a case may have died of the fault
    """

    finding: str
    text: str
    explains: Callable[[Died], bool]


FAULTS = (
    Fault(
        "cpython_function_without_memory",
        "the interpreter frees a code object twice if there is no memory for a "
        "Python function, and its own importer makes such functions",
        lambda died: died.lacked_memory
        and any(name in _RUN_PYTHON for name in died.functions),
    ),
    Fault(
        "pypy_gil_in_foreign_threads",
        "PyGILState_Ensure aborts in the first threads that Python did not start",
        lambda died: "the GIL was not initialized" in died.output,
    ),
)


def needs_failed_allocation(rule: Rule) -> bool:
    """True if the tests of the rule make allocations fail."""
    return _FAIL_ALLOCATION in rule.needs


def makes_allocations_fail(program: str) -> bool:
    """True if the text of a program has a call that makes allocations fail."""
    return "fail_allocation" in program


@dataclasses.dataclass(frozen=True)
class Shown:
    """A fault that the interpreter has, with the program that shows it."""

    fault: Fault
    source: str  # the text of the program
    how: str  # how the program ended
    shows: str  # "always", or how often

    def text(self) -> str:
        return f"{self.fault.text}; findings/{self.fault.finding} shows it"


class Host:
    """Looks for faults of one interpreter. Each program runs at most once.

    `builder` compiles for the interpreter, `suffix` ends the names of its
    extension modules. `start` imports the module `finding` from a folder in a fresh
    process, and returns the exit status: negative for a signal."""

    def __init__(
        self,
        root: pathlib.Path,
        folder: pathlib.Path,
        builder: Builder,
        suffix: str,
        start: Callable[[pathlib.Path], int],
    ) -> None:
        self._root = root
        self._folder = folder
        self._builder = builder
        self._suffix = suffix
        self._start = start
        self._known: dict[str, Shown | None] = {}

    def fault_of(self, died: Died) -> Shown | None:
        """Returns the fault of the interpreter that the case died of, or None."""
        for fault in FAULTS:
            if fault.explains(died):
                if fault.finding not in self._known:
                    self._known[fault.finding] = self._try(fault)
                if shown := self._known[fault.finding]:
                    return shown
        return None

    def _try(self, fault: Fault) -> Shown | None:
        """Runs the program of the fault. Returns None if it always ends well."""
        path = self._root / "findings" / fault.finding / "finding.c"
        item = self._builder.compile(Source(path, True, "finding", ()))
        folder = self._folder / fault.finding
        module = folder / f"finding{self._suffix}"
        if item.path is None or link(module, [item], ["-shared"]):
            return None
        ends = [self._start(folder) for _ in range(_RUNS)]
        died = [status for status in ends if status < 0]
        if not died:
            return None
        return Shown(
            fault,
            path.read_text(),
            describe_status(died[0]),
            how_often(len(died), _RUNS),
        )
