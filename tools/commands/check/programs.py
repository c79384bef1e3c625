"""Turns the lives of capsules into programs of the input language."""

import dataclasses
import re
from collections.abc import Callable, Iterable

from tools.commands.check.lives import Left, Life
from tools.commands.check.trace import Event

MOST_CALLS = 64

# Phrases of Left.
REPEATED = "calls that repeat a call with the same outcome"
TOO_LONG = f"calls behind the first {MOST_CALLS} of a program"
EXCEPTIONS = "exceptions of a type that programs do not have: ValueError instead"
RENAMED = "names whose module programs do not have: demo or pack.sub instead"
DESTRUCTORS = "destructors that do more than free what their capsule holds"
UNREADABLE = "capsules whose name was unreadable"

_RAISABLE = {
    "KeyError",
    "ValueError",
    "MemoryError",
    "SystemExit",
    "AttributeError",
    "ImportError",
}
_ADDRESSES = ("0x1", "0x2", "0x1000")  # opaque pointers
_SETTERS = {"SetPointer", "SetDestructor", "SetName", "SetContext"}
_SIZE = 16  # bytes of a payload; nobody reads them


@dataclasses.dataclass
class Line:
    """One call and what it must give; "" if nothing is expected."""

    call: str
    expected: str = ""

    def __str__(self) -> str:
        return f"{self.call}  # -> {self.expected}" if self.expected else self.call


def quoted(text: str) -> str:
    """Returns the text as a string of the input language."""
    result = ""
    for byte in text.encode("utf-8", "surrogateescape"):
        letter = chr(byte)
        if letter in '"\\':
            result += "\\" + letter
        elif 32 <= byte < 127:
            result += letter
        else:
            result += f"\\x{byte:02x}"
    return f'"{result}"'


class Emitter:
    """Makes the program of one group."""

    def __init__(self, group: list[Life], left: Left) -> None:
        self.lines: list[Line] = []
        self._left = left
        self._group = group
        self._slots: dict[Life, int] = {}
        self._owned = {address for life in group for address in life.freed}
        self._pointers: dict[int, str] = {0: "NULL"}
        self._buffers: dict[int, str] = {}
        self._behaviours: dict[int, str] = {}
        self._names: dict[str, str] = {}
        self._pending = ""
        self._done: set[tuple[str, ...]] = set()

    def emit(self) -> list[Line]:
        for life in self._group:
            self._learn(life)
        events = sorted(
            ((at, event, life) for life in self._group for at, event in life.events),
            key=lambda row: row[0],
        )
        for _, event, life in events:
            self._event(event, life)
        self._have_pending("")
        if len(self.lines) > MOST_CALLS:
            self._left[TOO_LONG] += len(self.lines) - MOST_CALLS
            del self.lines[MOST_CALLS:]
        return self.lines

    # ---- what the group needs as a whole ----

    def _learn(self, life: Life) -> None:
        """Chooses the destructor of the life, and names for its imports."""
        last = life.events[-1][1]
        destructor = last.fields.destructor if last.fields else 0
        if destructor and (last.kind == "dying" or life.freed):
            self._behaviours[destructor] = self._behaviour(life, last)
        for _, event in life.events:
            if event.kind == "Import" and event.name_text:
                self._rename(event.name_text)

    def _behaviour(self, life: Life, last: Event) -> str:
        """Returns the destructor of the language that did what this one did."""
        assert last.fields
        asked = {event.name_text for event in life.asked if event.name_text}
        frees_pointer = last.fields.pointer in life.freed
        frees_name = last.fields.name in life.freed
        if "dltensor" in asked:
            return "free_unconsumed"
        if life.freed - {last.fields.pointer, last.fields.name}:
            self._left[DESTRUCTORS] += 1
        if frees_pointer:
            return "free_payload_and_name" if frees_name else "free_payload"
        if frees_name:
            return "free_name"
        return "read_all_fields" if life.asked else "log"

    def _rename(self, path: str) -> None:
        parts = path.split(".")
        attribute = re.sub(r"\W", "_", parts[-1]) or "cap"
        module = "demo" if len(parts) < 3 else "pack.sub"
        if path not in self._names:
            self._names[path] = f"{module}.{attribute}"
            self._left[RENAMED] += 1

    # ---- words ----

    def _pointer(self, address: int) -> str:
        """Returns the word for a pointer or context; makes its payload first."""
        if address in self._pointers:
            return self._pointers[address]
        opaque = [w for w in _ADDRESSES if w not in self._pointers.values()]
        if address not in self._owned and opaque:
            word = opaque[0]
        else:
            used = sum(word.startswith("p") for word in self._pointers.values())
            word = f"p{used % 8}"
            self.lines.append(Line(f"{word} = payload({_SIZE})"))
        self._pointers[address] = word
        return word

    def _name(self, address: int, text: str | None, stored: bool) -> str:
        """Returns the word for a name. A stored name that a destructor frees is
        a buffer; other names are literals."""
        if not address:
            return "NULL"
        if text is None:
            self._left[UNREADABLE] += 1
            text = "unreadable"
        text = self._names.get(text, text)
        if not stored or address not in self._owned:
            return quoted(text)
        if address not in self._buffers:
            self._buffers[address] = f"n{len(self._buffers) % 8}"
            self.lines.append(
                Line(f"{self._buffers[address]} = name({quoted(text)})")
            )
        return self._buffers[address]

    def _destructor(self, address: int) -> str:
        return self._behaviours.get(address, "log") if address else "NULL"

    # ---- calls ----

    def _exception(self, name: str) -> str:
        if name and name not in _RAISABLE:
            self._left[EXCEPTIONS] += 1
            return "ValueError"
        return name

    def _have_pending(self, name: str) -> None:
        """Sets or clears the exception, as the code between two calls did."""
        if name == self._pending:
            return
        if self._pending:
            self.lines.append(Line("PyErr_Clear()"))
        if name:
            self.lines.append(Line(f"PyErr_SetNone(PyExc_{name})"))
        self._pending = name

    def _slot(self, life: Life) -> str:
        """Returns the capsule's slot; makes a capsule that was there before."""
        if life not in self._slots:
            self._slots[life] = self._free_slot()
            fields = life.fields
            name = self._name(fields.name, life.name, True)
            self.lines.append(
                Line(
                    f"c{self._slots[life]} = PyCapsule_New("
                    f"{self._pointer(fields.pointer)}, {name}, "
                    f"{self._destructor(fields.destructor)})"
                )
            )
        return f"c{self._slots[life]}"

    def _free_slot(self) -> int:
        used = set(self._slots.values())
        return next(slot for slot in range(8) if slot not in used)

    def _event(self, event: Event, life: Life) -> None:
        emit: dict[str, Callable[[Event, Life], None]] = {
            "New": self._new,
            "Import": self._import,
            "dying": self._dying,
        }
        emit.get(event.kind, self._call)(event, life)

    def _new(self, event: Event, life: Life) -> None:
        self._have_pending(self._exception(event.before))
        if event.result:
            self._slot(life)
            return
        # The pointer was NULL, or the call lacked memory, which no program says.
        if not event.value:
            name = self._name(event.name, event.name_text, False)
            self.lines.append(
                Line(f"c7 = PyCapsule_New(NULL, {name}, NULL)", "NULL, ValueError")
            )
            self._pending = "ValueError"

    def _import(self, event: Event, life: Life) -> None:
        assert event.name_text
        slot, path = self._slot(life), self._names[event.name_text]
        module, _, attribute = path.rpartition(".")
        if ("publish", slot) not in self._done:
            self._have_pending("")
            self._add_once(
                ("publish", slot), f'publish("{module}", "{attribute}", {slot})'
            )
        self._have_pending(self._exception(event.before))
        self._add_once(
            ("Import", slot, event.before),
            f'PyCapsule_Import("{path}", 0)',
            self._pointer(event.result),
        )

    def _dying(self, event: Event, life: Life) -> None:
        slot = self._slot(life)
        self._have_pending(self._exception(event.before))
        published = ("publish", slot) in self._done
        self.lines.append(
            Line(f"Py_DECREF({slot})", "alive" if published else "destroyed")
        )
        del self._slots[life]
        self._forget(slot)

    def _forget(self, slot: str) -> None:
        self._done = {key for key in self._done if key[1] != slot}

    def _add_once(self, key: tuple[str, ...], call: str, expected: str = "") -> bool:
        if key in self._done:
            self._left[REPEATED] += 1
            return False
        self._done.add(key)
        self.lines.append(Line(call, expected))
        return True

    def _call(self, event: Event, life: Life) -> None:
        slot = self._slot(life)
        given = self._argument(event)
        self._have_pending(self._exception(event.before))
        raised = not event.keeps and bool(event.after)
        expected = self._expected(event, raised)
        call = f"PyCapsule_{event.kind}({', '.join([slot, *given])})"
        if event.kind in _SETTERS and not raised:
            self._forget(slot)
            self.lines.append(Line(call, expected))
        else:
            key = (event.kind, slot, *given, expected, self._pending)
            self._add_once(key, call, expected)
        if raised:
            self._pending = self._exception(event.after)

    def _argument(self, event: Event) -> list[str]:
        if event.kind in ("GetPointer", "IsValid"):
            return [self._name(event.name, event.name_text, False)]
        if event.kind == "SetName":
            return [self._name(event.name, event.name_text, True)]
        if event.kind in ("SetPointer", "SetContext"):
            return [self._pointer(event.value)]
        if event.kind == "SetDestructor":
            return [self._destructor(event.destructor)]
        return []

    def _expected(self, event: Event, raised: bool) -> str:
        if raised:
            value = "-1" if event.kind in _SETTERS else "NULL"
            return f"{value}, {self._exception(event.after)}"
        if event.kind in ("GetPointer", "GetContext"):
            return self._pointer(event.result)
        if event.kind == "IsValid" or event.kind in _SETTERS:
            return str(event.result)
        return ""


def program_of(group: list[Life], left: Left) -> list[Line]:
    """Returns the program of a group of lives."""
    return Emitter(group, left).emit()


def skeleton(lines: Iterable[Line]) -> str:
    """Returns the program without the characters of its names: programs with one
    skeleton do the same."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f'"{numbers.setdefault(match[0], len(numbers))}"'

    text = "\n".join(map(str, lines))
    return re.sub(r'"(?:[^"\\]|\\.)*"', number, text)
