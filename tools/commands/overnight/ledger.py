"""The numbers of a campaign, computed from the events in its journal alone: what
is not in the journal is not in the report."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable
from typing import Any

from tools.commands.overnight.journal import Event
from tools.commands.overnight.scheduler import Standing
from tools.commands.overnight.settings import GENERATED


@dataclasses.dataclass
class LaneNumbers:
    """The numbers of one lane."""

    target: str
    setting: str
    method: str
    seconds: float = 0.0
    executions: int = 0
    calls: int = 0
    new: int = 0
    slices: int = 0
    coverage: int = 0
    memory: int = 0
    failures: int = 0  # slices in a row that failed
    last_failure: str = ""


@dataclasses.dataclass
class Point:
    """The campaign at one time, for the plots."""

    clock: float
    executions: int
    new: int
    coverage: int
    rules: int


class Ledger:
    """Add events in the order of the journal."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.clock = 0.0
        self.begins = 0
        self.standings: dict[str, Standing] = {}
        self.spent: collections.Counter[str] = collections.Counter()
        self.lanes: dict[str, LaneNumbers] = {}
        self.rules: dict[str, collections.Counter[str]] = {}  # by target
        self.reachable: dict[str, set[str]] = {}  # by target
        self.first: dict[str, float] = {}  # rule: when it was first exercised
        self.seen: collections.Counter[str] = collections.Counter()
        self.alias: dict[str, str] = {}  # signature: identity of the finding
        self.findings: dict[str, float] = {}  # identity: when it was found
        self.compared: list[str] = []  # identities
        # Pairs of identities that show the same defect, and why.
        self.same: list[tuple[tuple[str, str], str]] = []
        self.lanes_of: dict[str, set[str]] = {}  # identity: lanes
        self.planted: dict[str, Event] = {}
        self.replays: dict[str, Event] = {}
        self.merges: dict[str, Event] = {}
        self.exhaust: dict[str, Event] = {}  # by implementation
        self.own_seconds = self.job_seconds = 0.0  # processor time
        self.events: list[Event] = []  # what the report tells in words
        self.points: list[Point] = []
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        self.clock = max(self.clock, event.get("clock", 0.0))
        handler = getattr(self, f"_{event['kind']}", None)
        if handler:
            handler(event)

    # --- one function for each kind of event --------------------------------

    def _begin(self, event: Event) -> None:
        self.begins += 1
        if self.begins > 1:
            self.events.append(event)

    def _stop(self, event: Event) -> None:
        self.events.append(event)

    def _loss(self, event: Event) -> None:
        self.events.append(event)

    def _slice(self, event: Event) -> None:
        lane = self.lanes.setdefault(
            event["lane"],
            LaneNumbers(event["target"], event["setting"], event["method"]),
        )
        lane.seconds += event["seconds"]
        lane.executions += event["executions"]
        lane.calls += event["calls"]
        lane.new += event["new"]
        lane.slices += 1
        lane.coverage = max(lane.coverage, event["coverage"])
        lane.memory = max(lane.memory, event["memory"])
        lane.failures = lane.failures + 1 if event["failure"] else 0
        lane.last_failure = event["failure"] or lane.last_failure
        self.spent[event["pool"]] += event["seconds"]
        standing = self.standings.setdefault(
            event["lane"],
            Standing(event["lane"], event["method"] != GENERATED),
        )
        standing.add(event["seconds"], event["new"])
        counts = self.rules.setdefault(event["target"], collections.Counter())
        counts.update(event["rules"])
        self.reachable.setdefault(event["target"], set()).update(
            event["reachable"]
        )
        for rule, when in event["first"].items():
            self.first.setdefault(rule, when)
        for signature, count in event["known"].items():
            self._count(signature, count, event["lane"])
        self._add_point()

    def _add_point(self) -> None:
        lanes = self.lanes.values()
        coverage: dict[str, int] = {}
        for lane in lanes:
            coverage[lane.target] = max(
                coverage.get(lane.target, 0), lane.coverage
            )
        self.points.append(
            Point(
                self.clock,
                sum(lane.executions for lane in lanes),
                sum(lane.new for lane in lanes),
                sum(coverage.values()),
                len(self.first),
            )
        )

    def _count(self, signature: str, count: int, lane: str) -> None:
        identity = self.alias.get(signature)
        if identity is None and signature.endswith("*"):
            # An entry for many signatures counts for the first of them.
            identity = next(
                (
                    found
                    for text, found in self.alias.items()
                    if text.startswith(signature[:-1])
                ),
                None,
            )
        if identity:
            self.seen[identity] += count
            self.lanes_of.setdefault(identity, set()).add(lane)

    def _finding(self, event: Event) -> None:
        identity = event["id"]
        for signature in event["aliases"]:
            self.alias.setdefault(signature, identity)
        self.findings.setdefault(identity, event["clock"])
        self.seen[identity] += 1
        self.lanes_of.setdefault(identity, set()).add(event["lane"])

    def _compared(self, event: Event) -> None:
        self.compared.append(event["id"])
        self.same += [
            ((event["id"], other["id"]), other["why"]) for other in event["same"]
        ]

    def _again(self, event: Event) -> None:
        self._count(event["signature"], 1, event["lane"])

    def _planted(self, event: Event) -> None:
        self.planted[event["bug"]] = event

    def _replay(self, event: Event) -> None:
        self.replays[event["name"]] = event

    def _merge(self, event: Event) -> None:
        self.merges[event["target"]] = event

    def _processor(self, event: Event) -> None:
        self.own_seconds += event["own"]
        self.job_seconds += event["jobs"]

    def _exhaust(self, event: Event) -> None:
        self.exhaust[event["implementation"]] = event

    # --- questions ------------------------------------------------------------

    def executions(self) -> int:
        return sum(lane.executions for lane in self.lanes.values())

    def calls(self) -> int:
        return sum(lane.calls for lane in self.lanes.values())

    def exercised(self) -> set[str]:
        return {rule for counts in self.rules.values() for rule in counts}

    def all_reachable(self) -> set[str]:
        return {rule for rules in self.reachable.values() for rule in rules}

    def known(self) -> list[str]:
        """Returns the signatures to put into quarantine: those that the executor
        writes itself. If one function breaks one rule in very many ways, one
        entry covers them all."""
        groups: dict[str, list[str]] = {}
        for signature in self.alias:
            words = signature.split(" ")
            if len(words) > 2 and ": " in signature and "; " in signature:
                groups.setdefault(" ".join(words[:2]), []).append(signature)
        entries: list[str] = []
        for head, signatures in sorted(groups.items()):
            is_many = len(signatures) > MANY
            entries += [f"{head} *"] if is_many else sorted(signatures)
        return entries

    def as_numbers(self, lane: str) -> dict[str, Any]:
        return dataclasses.asdict(self.lanes[lane])


# So many signatures of one rule and function become one entry of the quarantine.
MANY = 8
