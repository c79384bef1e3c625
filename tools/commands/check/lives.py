"""Splits a trace into the lives of capsules, and groups lives that belong
together."""

import collections
import dataclasses
from collections.abc import Iterator

from tools.commands.check.trace import Event, Fields, Trace

MOST_IN_GROUP = 8  # capsule slots of a program


@dataclasses.dataclass(eq=False)
class Life:
    """The life of one capsule: its events from the first one in the trace to its
    end, each with its position in the trace."""

    fields: Fields  # at first sight
    name: str | None  # the characters of its name at first sight
    events: list[tuple[int, Event]] = dataclasses.field(default_factory=list)
    asked: list[Event] = dataclasses.field(default_factory=list)
    """The calls of its own destructor, with the capsule itself."""
    freed: set[int] = dataclasses.field(default_factory=set)
    """The blocks that its destructor freed."""
    pointer: int = 0  # now
    stored: str | None = None  # its name now


class Left(collections.Counter[str]):
    """Counts what programs cannot say, by a phrase that names it."""


# Phrases of Left.
OF_OTHERS = "capsule calls that fail because the object is no capsule"
IN_DESTRUCTORS = "calls that a destructor makes on other capsules: made behind it"
FAILED_IMPORTS = "imports that fail: the program has no such modules"
UNKNOWN_IMPORTS = "imports of capsules that nobody was seen to make: made before"
LOST = "events beyond the end of the trace file"


class _Splitter:
    def __init__(self, left: Left) -> None:
        self.left = left
        self.lives: list[Life] = []
        self._alive: dict[int, Life] = {}
        self._running: dict[int, list[Life]] = collections.defaultdict(list)

    def take(self, at: int, event: Event) -> None:
        running = self._running[event.thread]
        if event.kind == "freed":
            if running:
                running[-1].freed.add(event.value)
        elif event.kind == "Import":
            self._import(at, event)
        elif event.kind == "New":
            if event.fields:
                self._begin(event).events.append((at, event))
            else:
                self._failed_new(at, event)
        elif event.kind == "ended":
            self._alive.pop(event.capsule, None)
        elif event.fields is None:
            self.left[OF_OTHERS] += 1
        else:
            self._on_capsule(at, event)

    def _begin(self, event: Event) -> Life:
        assert event.fields
        life = Life(event.fields, event.stored_text)
        life.pointer, life.stored = event.fields.pointer, event.stored_text
        self._alive[event.capsule] = life
        self.lives.append(life)
        return life

    def _failed_new(self, at: int, event: Event) -> None:
        fields = Fields(event.value, event.name, 0, event.destructor)
        life = Life(fields, event.name_text, [(at, event)])
        self.lives.append(life)

    def _on_capsule(self, at: int, event: Event) -> None:
        life = self._alive.get(event.capsule)
        if not life:
            life = self._begin(event)
        running = self._running[event.thread]
        if event.kind == "destructor":
            running.append(life)
        elif event.kind == "returned":
            if running:
                running.pop()
        elif running and running[-1] is life:
            life.asked.append(event)
        else:
            if running and event.kind != "dying":
                self.left[IN_DESTRUCTORS] += 1
            life.events.append((at, event))
        assert event.fields
        life.pointer, life.stored = event.fields.pointer, event.stored_text

    def _import(self, at: int, event: Event) -> None:
        if not event.result:
            self.left[FAILED_IMPORTS] += 1
            return
        for life in reversed(self._alive.values()):
            if life.pointer == event.result and life.stored == event.name_text:
                life.events.append((at, event))
                return
        self.left[UNKNOWN_IMPORTS] += 1
        self._alive[-event.result] = self._unseen(event)
        self._alive[-event.result].events.append((at, event))

    def _unseen(self, event: Event) -> Life:
        """Returns the life of a capsule that is known from its import only."""
        life = Life(Fields(event.result, event.name, 0, 0), event.name_text)
        life.pointer, life.stored = event.result, event.name_text
        self.lives.append(life)
        return life


def lives_of(trace: Trace, left: Left) -> list[Life]:
    """Returns the lives of all capsules, in the order of their first sight."""
    splitter = _Splitter(left)
    for at, event in enumerate(trace.events):
        splitter.take(at, event)
    if trace.lost:
        left[LOST] += trace.lost
    return splitter.lives


def _span(life: Life) -> tuple[int, int]:
    return life.events[0][0], life.events[-1][0]


def _belong_together(one: Life, other: Life) -> bool:
    """True if two capsules share a pointer at the same time, and a destructor of
    one of them frees it: an owner gives it to another."""
    if not one.freed | other.freed:
        return False
    (begin, end), (start, stop) = _span(one), _span(other)
    return begin <= stop and start <= end


def groups_of(lives: list[Life]) -> Iterator[list[Life]]:
    """Yields the lives in groups, one for each program."""
    by_pointer: dict[int, list[Life]] = collections.defaultdict(list)
    for life in lives:
        if life.events:
            by_pointer[life.fields.pointer].append(life)
    for same in by_pointer.values():
        group: list[Life] = []
        for life in same:
            together = any(_belong_together(life, other) for other in group)
            if group and not (together and len(group) < MOST_IN_GROUP):
                yield group
                group = []
            group.append(life)
        yield group
