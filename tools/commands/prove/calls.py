"""A refutation as programs of calls: calls of the program language (fuzz/program)
that build the state of the counterexample, and then the call of the step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from tools.commands.prove import story
from tools.commands.prove.story import Capsule, Story

# Destructors of fuzz/program/destructors.def set these two pointers.
_ALWAYS = (0x1, 0x2)

# ADDRESS_COUNT of fuzz/program/program.h.
_MOST_ADDRESSES = 12

# A state is in a few calls what the checker takes for any value at once: of a
# static variable, which repeated calls change, and of new memory, whose contents
# set_memory() chooses.
_REPEATS = (1, 40)
_MEMORY = (None, 3, 1, 2)

# The destructors that stand for a destructor that is arbitrary code.
_BEHAVIOURS = (
    "log",
    "read_all_fields",
    "set_all_fields",
    "unset_destructor",
    "free_name",
    "drop_c1",
    "create_and_drop",
    "wrong_name_then_clear",
    "save_and_restore",
)

# The numbers of COUNTS in fuzz/program/program.c that a program needs, the largest
# first.
_COUNTS = (
    *(100000, 65537, 65536, 32768, 9999, 4096, 1024, 300, 257, 256, 129, 64, 16),
    *(7, 3, 2, 1),
)
_MOST_REFERENCES = 1_000_000

# The exception of the state, by Story.pending.
_PENDING = {
    1: "PyErr_SetNone(PyExc_KeyError)",
    2: 'PyErr_SetString(PyExc_KeyError, "a text")',
}
_DESTRUCTORS = ("log", "read_all_fields", "NULL")
_OBJECTS = ("c0", "c1", "lookalike", "NULL", "None")


@dataclasses.dataclass(frozen=True)
class Program:
    """A program in the text form, and the pointers that the program uses: the
    program language has a table of pointers, which a build replaces."""

    text: str
    addresses: tuple[int, ...]


class _Writer:
    """Translates the values of a story."""

    def __init__(self, told: Story) -> None:
        self._told = told
        self._choices: dict[str, dict[str, Any]] = {}
        for label, value in told.choices:
            self._choices.setdefault(label, value)
        self._addresses = list(_ALWAYS)

    @property
    def addresses(self) -> tuple[int, ...]:
        """The pointers of the program."""
        return tuple(self._addresses)

    def pointer(self, number: int) -> str:
        """A pointer; the address of a capsule or of a name is an alias."""
        if number == 0:
            return "NULL"
        for i, capsule in enumerate(self._told.capsules):
            if number == capsule.address:
                return f"at_c{i}"
        if number in self._told.addresses:
            return f"at_n{self._told.addresses.index(number)}"
        if number not in self._addresses:
            self._addresses.append(number)
        return f"{number:#x}"

    def name(self, index: int) -> str:
        """A name, by its index in the story."""
        return f"n{index}" if index < len(self._told.names) else "NULL"

    def chosen(self, label: str) -> int:
        """The number of a choice; 0 if the counterexample does not depend on it."""
        return story.number(self._choices.get(label, {}))

    def value(self, label: str) -> str:
        """A choice that is a pointer."""
        return self.pointer(self.chosen(label))

    def chosen_name(self, label: str) -> str:
        """A choice that is a name."""
        return self.name(self.chosen(label))

    def destructor(self, label: str) -> str:
        """A choice that is a destructor."""
        return _DESTRUCTORS[self.chosen(label)]

    def object(self) -> str:
        """The object that the step chose."""
        return _OBJECTS[self.chosen("the object")]

    def setup(self) -> Iterator[str]:
        """The calls that build the state."""
        for i, name in enumerate(self._told.names):
            yield f"n{i} = name({story.quoted(name)})"
        for i, capsule in enumerate(self._told.capsules):
            yield from self._capsule(i, capsule)

    def _capsule(self, i: int, capsule: Capsule) -> Iterator[str]:
        # The address of the capsule itself is known after the first call.
        pointer = self.pointer(capsule.pointer)
        early = "0x1" if pointer.startswith("at_c") else pointer
        yield (
            f"c{i} = PyCapsule_New({early}, {self.name(capsule.name)}, "
            f"{_DESTRUCTORS[capsule.destructor]})"
        )
        if early != pointer:
            yield f"PyCapsule_SetPointer(c{i}, {pointer})"
        if capsule.context:
            yield f"PyCapsule_SetContext(c{i}, {self.pointer(capsule.context)})"
        left = capsule.references - 1
        for count in _COUNTS:
            while left >= count and capsule.references <= _MOST_REFERENCES:
                yield f"take_references(c{i}, {count})"
                left -= count


def _new(writer: _Writer) -> str:
    return (
        f"c2 = PyCapsule_New({writer.value('pointer')}, "
        f"{writer.chosen_name('name')}, {writer.destructor('destructor')})"
    )


def _getter(function: str) -> Callable[[_Writer], str]:
    return lambda writer: f"{function}({writer.object()})"


def _named(function: str) -> Callable[[_Writer], str]:
    return (
        lambda writer: f"{function}({writer.object()}, "
        f"{writer.chosen_name('name')})"
    )


def _setter(function: str, value: Callable[[_Writer], str]) -> Callable[[_Writer], str]:
    return lambda writer: f"{function}({writer.object()}, {value(writer)})"


# The call of each step that a program can make.
_CALLS: dict[str, Callable[[_Writer], str]] = {
    "PyCapsule_New": _new,
    "PyCapsule_GetPointer": _named("PyCapsule_GetPointer"),
    "PyCapsule_IsValid": _named("PyCapsule_IsValid"),
    "PyCapsule_GetDestructor": _getter("PyCapsule_GetDestructor"),
    "PyCapsule_GetName": _getter("PyCapsule_GetName"),
    "PyCapsule_GetContext": _getter("PyCapsule_GetContext"),
    "PyCapsule_CheckExact": _getter("PyCapsule_CheckExact"),
    "PyCapsule_SetPointer": _setter(
        "PyCapsule_SetPointer", lambda writer: writer.value("value")
    ),
    "PyCapsule_SetContext": _setter(
        "PyCapsule_SetContext", lambda writer: writer.value("value")
    ),
    "PyCapsule_SetName": _setter(
        "PyCapsule_SetName", lambda writer: writer.chosen_name("value")
    ),
    "PyCapsule_SetDestructor": _setter(
        "PyCapsule_SetDestructor", lambda writer: writer.destructor("value")
    ),
    "capsule_repr": lambda writer: "PyObject_Repr(c0)",
    "capsule_release": lambda writer: "Py_INCREF(c0)\nPy_DECREF(c0)",
    "capsule_destruction": lambda writer: "Py_DECREF(c0)",
}


def known(step: str) -> bool:
    """True if calls can make the state of the step, and its call."""
    return step in _CALLS


def _few_references(told: Story) -> Story:
    """The story with one reference to each capsule: the checker chooses any count
    where the count does not matter."""
    capsules = [dataclasses.replace(each, references=1) for each in told.capsules]
    return dataclasses.replace(told, capsules=capsules)


def _behaviours(step: str, told: Story) -> tuple[str, ...]:
    """The destructors to try for a step that destroys a capsule."""
    if step != "capsule_destruction":
        return ("",)
    has = any(
        label == "the capsule has a destructor" and story.number(value)
        for label, value in told.choices
    )
    return _BEHAVIOURS if has else ("NULL",)


def _used(lines: list[str]) -> list[str]:
    """Leaves out the names that no other line uses."""
    text = "\n".join(lines)
    return [line for line in lines if "= name(" not in line or text.count(line[:2]) > 1]


def _program(
    step: str, told: Story, behaviour: str, times: int, memory: int | None
) -> Program:
    writer = _Writer(told)
    lines = list(writer.setup())
    if memory is not None:
        lines.insert(0, f"set_memory({memory}, 0)")
    if behaviour:
        lines.append(f"PyCapsule_SetDestructor(c0, {behaviour})")
    if told.pending:
        lines.append(_PENDING[told.pending])
    if any(told.no_memory):
        lines.append(f"fail_allocation({told.no_memory.index(True) + 1})")
    call = _CALLS[step](writer)
    lines += [call] * (1 if "Py_DECREF" in call else times)
    return Program("\n".join(_used(lines)) + "\n", writer.addresses)


def programs(step: str, told: Story) -> Iterator[Program]:
    """Yields programs that build the state of the story, the shortest first. Yields
    nothing if the state has too many pointers."""
    few = _few_references(told)
    # The step of a destruction gives each capsule a single reference.
    states = (few,) if step == "capsule_destruction" else (few, told)
    for state in states:
        for memory in _MEMORY:
            for times in _REPEATS if memory is None else (1,):
                for behaviour in _behaviours(step, told):
                    found = _program(step, state, behaviour, times, memory)
                    if len(found.addresses) <= _MOST_ADDRESSES:
                        yield found
