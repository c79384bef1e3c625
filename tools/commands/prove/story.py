"""A refutation in plain words: the state, the call, what was expected and what
came, read from the checker's trace."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

_NAMES = 3
_DESTRUCTORS = ("first_destructor", "second_destructor", "NULL")
_CAPSULES = ("first capsule", "second capsule")
_OBJECTS = ("the first capsule", "the second capsule", "another object", "NULL", "a small object")
_OTHER_TYPES = ("PyCapsule", "a.PyCapsule", "a")

# The value of Story.pending for an exception with a text.
_WITH_TEXT = 2


def number(value: dict[str, Any]) -> int:
    """The value of an integer, a truth value or a pointer."""
    binary = value.get("binary")
    if binary and set(binary) <= {"0", "1"}:
        return int(binary, 2)
    data = str(value.get("data", "0")).lower()
    return 1 if data == "true" else 0


def _shown(value: dict[str, Any]) -> str:
    """A value in a report; empty if CBMC has no words for the value."""
    data = str(value.get("data", ""))
    exception = re.search(r"type_(\w+)", data)
    if exception:
        return exception[1]
    if "*" in str(value.get("type", "")) or value.get("name") == "pointer":
        return data.split(")")[-1].lstrip("&")
    return data.rstrip("ul") if data[:1].isdigit() or data[:1] == "-" else data


@dataclasses.dataclass
class Capsule:
    """The fields of a capsule at the start, and where the capsule is."""

    address: int = 0
    pointer: int = 0
    name: int = _NAMES
    context: int = 0
    destructor: int = 2
    references: int = 1


@dataclasses.dataclass
class Story:
    """What a trace says."""

    names: list[bytes] = dataclasses.field(default_factory=list)
    addresses: list[int] = dataclasses.field(default_factory=list)  # of names
    capsules: list[Capsule] = dataclasses.field(default_factory=list)
    other_type: int = 2
    pending: int = 0  # 0: no exception, 1: without a text, 2: with a text
    no_memory: list[bool] = dataclasses.field(default_factory=list)
    choices: list[tuple[str, dict[str, Any]]] = dataclasses.field(
        default_factory=list
    )
    statics: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    got: str = ""
    expected: str = ""

    def name(self, index: int) -> str:
        """A name as C has it."""
        if index >= len(self.names):
            return "NULL"
        return quoted(self.names[index])


def quoted(text: bytes) -> str:
    """A text as C has it."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}"


def _inputs(trace: Iterable[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (str(step["inputID"]), step["values"][0])
        for step in trace
        if step.get("stepType") == "input" and step.get("values")
    ]


def _read_names(story: Story, inputs: list[tuple[str, dict[str, Any]]]) -> None:
    """Takes the names from the front of the inputs."""
    while inputs and inputs[0][0] == "a name of so many bytes":
        inputs.pop(0)
        if inputs and inputs[0][0] == "the address of a name":
            story.addresses.append(number(inputs.pop(0)[1]))
        name = []
        while inputs and inputs[0][0] == "a byte of a name":
            name.append(number(inputs.pop(0)[1]) & 0xFF)
        story.names.append(bytes(name).partition(b"\0")[0])


_FIELDS = {
    "the address of a capsule": "address",
    "the pointer of a capsule": "pointer",
    "the name of a capsule": "name",
    "the context of a capsule": "context",
    "the destructor of a capsule": "destructor",
    "the references to a capsule": "references",
}


def _read(story: Story, label: str, value: dict[str, Any]) -> None:
    if label == "the address of a capsule":
        story.capsules.append(Capsule())
    if label in _FIELDS:
        setattr(story.capsules[-1], _FIELDS[label], number(value))
    elif label == "the type of the other object":
        story.other_type = number(value)
    elif label == "an exception is pending":
        story.pending = number(value)
    elif label == "this allocation fails":
        story.no_memory.append(bool(number(value)))
    elif label not in ("the other object",):
        story.choices.append((label, value))


def _statics(
    trace: Iterable[dict[str, Any]], source: str
) -> list[tuple[str, str]]:
    """The first values of the static variables of the source."""
    values: dict[str, str] = {}
    for step in trace:
        place = step.get("sourceLocation", {})
        if step.get("stepType") != "assignment" or not str(
            place.get("file", "")
        ).endswith(source):
            continue
        function = place.get("function", "")
        name = str(step.get("lhs", ""))
        known = re.match(r"Py\w+_Type\b", name)
        if function in ("", "__CPROVER_initialize") and name and not known:
            values.setdefault(name, _shown(step.get("value", {})))
    return list(values.items())


def read(trace: Iterable[dict[str, Any]], source: str) -> Story:
    """Reads the trace of one refutation; `source` is the file under proof."""
    steps = list(trace)
    story = Story()
    inputs = _inputs(steps)
    _read_names(story, inputs)
    for label, value in inputs:
        _read(story, label, value)
    for step in steps:
        if step.get("stepType") == "output" and step.get("values"):
            which, _, bits = str(step.get("outputID")).partition(" ")
            if which not in ("got", "expected"):
                continue
            if not bits:
                setattr(story, which, _shown(step["values"][0]))
            elif not getattr(story, which):
                bits_shown = number(step["values"][0])
                setattr(story, which, f"{bits_shown:#x}" if bits_shown else "NULL")
    story.statics = _statics(steps, source)
    return story


def _capsule(story: Story, capsule: Capsule) -> str:
    pointer = f"{capsule.pointer:#x}"
    context = f"{capsule.context:#x}" if capsule.context else "NULL"
    return (
        f"pointer {pointer}, name {story.name(capsule.name)}, context {context}, "
        f"destructor {_DESTRUCTORS[capsule.destructor]}, references: "
        f"{capsule.references}"
    )


# Choices that matter only where they are true.
_IF_TRUE = ("the profile", "the other type", "the lookup", "the destructor")


def choice(story: Story, label: str, value: dict[str, Any]) -> str:
    """The value of a choice in words."""
    index = number(value)
    if label == "the object":
        return _OBJECTS[index]
    if "name" in label or label == "path" or value.get("is_name"):
        return story.name(index)
    if "destructor" in label and index < len(_DESTRUCTORS):
        return _DESTRUCTORS[index]
    return f"{index:#x}" if index > 0xFFFF else _shown(value)


def lines(story: Story) -> list[tuple[str, str]]:
    """The story as pairs of a title and a text."""
    told = [
        (name, _capsule(story, capsule))
        for name, capsule in zip(_CAPSULES, story.capsules)
    ]
    if any(
        label == "the object" and number(value) == 2
        for label, value in story.choices
    ):
        told.append(("another object", f"of type {_OTHER_TYPES[story.other_type]}"))
    if story.pending:
        text = " with a text" if story.pending == _WITH_TEXT else ""
        told.append(("pending", f"a KeyError{text}"))
    if any(story.no_memory):
        told.append(("memory", "an allocation fails"))
    told += [(f"static {name}", value) for name, value in story.statics]
    told += [
        (label, choice(story, label, value))
        for label, value in story.choices
        if not label.startswith(_IF_TRUE) or number(value)
    ]
    if story.expected or story.got:
        told += [("expected", story.expected), ("got", story.got)]
    return told
