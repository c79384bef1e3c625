"""The result of a campaign as plain values, the content of report.json. The page
and the other formats are made from these values and from nothing else, so that
joined reports look like any other."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from tools.commands.overnight import defects, records, verdict
from tools.commands.overnight.ledger import Ledger, LaneNumbers
from tools.commands.overnight.plan import Plan
from tools.commands.overnight.settings import GUIDED, Lane
from tools.commands.overnight.verdict import EXHAUST, LANE, REPLAY, Values
from tools.lib.contract import Contract

VERSION = 2  # of report.json

NEW, STILL, GONE = "new", "still there", "gone"

# The most points of a plot.
_POINTS = 400


def summarize(
    plan: Plan,
    ledger: Ledger,
    findings: pathlib.Path,
    contract: Contract,
    stopped: str,
) -> Values:
    """Returns the values of one campaign."""
    values: Values = {
        "version": VERSION,
        "machines": [_machine(plan, ledger, stopped)],
        "findings": _findings(ledger, findings, contract),
        "gone": [],
        "compared_with": "",
        "planted": [
            ledger.planted.get(name) or {"bug": name, "not_run": True}
            for name in plan.planted
        ],
        "replays": list(ledger.replays.values()),
        "merges": list(ledger.merges.values()),
        "exhaust": [e for e in ledger.exhaust.values() if e["sentence"]],
        "lanes": [
            _lane(lane, ledger.lanes.get(lane.name)) for lane in plan.lanes
        ],
        "rules": {
            "counts": {t: dict(counts) for t, counts in ledger.rules.items()},
            "reachable": {t: sorted(r) for t, r in ledger.reachable.items()},
            "first": ledger.first,
        },
        "not_run": _not_run(plan, ledger, stopped),
        "contract": {
            rule.id: {"function": rule.function, "text": rule.text}
            for rule in contract.rules
        },
    }
    values["cold_targets"] = cold_targets(values["lanes"])
    values["verdict"] = verdict.verdict(values)
    return values


def _machine(plan: Plan, ledger: Ledger, stopped: str) -> Values:
    return {
        "facts": plan.facts,
        "seconds": ledger.clock,
        "planned": plan.seconds,
        "jobs": plan.jobs,
        "seed": plan.seed,
        "memory": plan.memory,
        "slice_seconds": plan.slice_seconds,
        "parts": ledger.begins,
        "own_seconds": ledger.own_seconds,
        "job_seconds": ledger.job_seconds,
        "stopped": stopped,
        "spent": dict(ledger.spent),
        "events": [
            {"clock": e["clock"], "text": _words(e)} for e in ledger.events
        ],
        "points": [dataclasses.asdict(p) for p in _thin(ledger.points)],
    }


def _words(event: Mapping[str, Any]) -> str:
    if event["kind"] == "begin":
        return "the campaign went on after an interruption"
    if event["kind"] == "stop":
        return f"the campaign stopped: {event['text']}"
    return str(event["text"])


def _thin(points: Sequence[Any]) -> list[Any]:
    step = max(1, len(points) // _POINTS)
    thin = list(points[::step])
    if points and thin[-1] is not points[-1]:
        thin.append(points[-1])
    return thin


def _findings(
    ledger: Ledger, folder: pathlib.Path, contract: Contract
) -> list[Values]:
    """Returns one finding for each defect. Findings that show the same defect are
    under `others` of the clearest."""
    every = {
        identity: {
            **values,
            "id": identity,
            "times": ledger.seen.get(identity, 1),
            "clock": ledger.findings.get(identity, 0.0),
            "lanes": sorted(ledger.lanes_of.get(identity, set())),
            "state": "",
            "others": [],
        }
        for identity, values in records.read(folder).items()
    }
    found = []
    for group in defects.groups(every, [pair for pair, _ in ledger.same]):
        shown = [defects.shown(identity, every[identity]) for identity in group]
        head = every[defects.head(shown, contract).identity]
        for identity in group:
            if identity != head["id"]:
                add_finding(head, every[identity], _why(identity, ledger))
        found.append(head)
    return sorted(found, key=lambda values: (values["clock"], values["id"]))


def add_finding(head: Values, other: Values, why: str) -> None:
    """Adds another finding of the same defect to `head`."""
    head["times"] += other["times"]
    head["clock"] = min(head["clock"], other["clock"])
    head["lanes"] = sorted({*head["lanes"], *other["lanes"]})
    head["aliases"] = sorted({*head["aliases"], *other["aliases"]})
    known = {head["signature"], *(item["signature"] for item in head["others"])}
    head["others"] += [
        item
        for item in [
            {key: other[key] for key in ("id", "signature", "verdict", "folder")}
            | {"why": why},
            *other["others"],
        ]
        if item["signature"] not in known
    ]


def _why(identity: str, ledger: Ledger) -> str:
    """Returns why a finding belongs to others."""
    return next(why for pair, why in ledger.same if identity in pair)


def _lane(lane: Lane, numbers: LaneNumbers | None) -> Values:
    values = dataclasses.asdict(
        numbers or LaneNumbers(lane.target, lane.setting.name, lane.method)
    )
    values["name"] = lane.name
    return values


def cold_targets(lanes: Sequence[Values]) -> list[str]:
    """Returns the targets that libFuzzer ran and whose corpora got no new input.
    Targets that did not run are in `not_run`."""
    new: dict[str, int] = {}
    for lane in lanes:
        if lane["method"] == GUIDED and lane["executions"]:
            new[lane["target"]] = new.get(lane["target"], 0) + lane["new"]
    return sorted(target for target, count in new.items() if not count)


def _not_run(plan: Plan, ledger: Ledger, stopped: str) -> list[Values]:
    """Returns what the campaign left out, and why. `is_hole` marks what was
    planned but did not run: such a campaign is not complete. `kind` says what is
    missing: LANE, REPLAY or EXHAUST."""
    over = "the campaign stopped before" if stopped else "the time was over"
    left_out = [
        {"kind": "", "what": what, "why": why, "is_hole": False}
        for what, why in plan.not_run.items()
    ]
    for lane in plan.lanes:
        numbers = ledger.lanes.get(lane.name)
        if not numbers:
            left_out.append(_hole(LANE, lane.name, over))
        elif not numbers.executions:
            why = numbers.last_failure or "the target ran no program"
            left_out.append(_hole(LANE, lane.name, why))
    for kind, names, events in (
        (REPLAY, plan.replays, ledger.replays),
        (EXHAUST, plan.exhaust, ledger.exhaust),
    ):
        for name in names:
            why = events[name]["problem"] if name in events else over
            if why:
                left_out.append(_hole(kind, name, why))
    return left_out


def _hole(kind: str, what: str, why: str) -> Values:
    return {"kind": kind, "what": what, "why": why, "is_hole": True}
