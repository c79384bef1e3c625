"""The report of a small campaign, for tests."""

from typing import Any

from tools.commands.overnight import summary, verdict
from tools.commands.overnight.ledger import Ledger

GETP = "GETP-3 PyCapsule_GetPointer: NULL, ValueError; #, no exception"
VAL = "VAL-1 PyCapsule_IsValid: 0, no exception; 1, no exception"


def slice_event(clock: float, **more: Any) -> dict[str, Any]:
    return {
        "kind": "slice",
        "clock": clock,
        "lane": "name_fuzz on reference",
        "target": "name_fuzz",
        "setting": "reference",
        "method": "guided",
        "pool": "floor",
        "seconds": 2.0,
        "executions": 1000,
        "calls": 5000,
        "new": 3,
        "coverage": 120,
        "memory": 60,
        "rules": {"GETP-3": 7},
        "reachable": ["GETP-3", "VAL-1"],
        "first": {"GETP-3": 1.0},
        "known": {},
        "failure": "",
        **more,
    }


def finding(text: str, **more: Any) -> dict[str, Any]:
    return {
        "signature": text,
        "name": text.partition(" ")[0],
        "aliases": [text],
        "lane": {},
        "report": "contract violation: ... <b>\x01\n  at capsule/reference/capsule.c:40:2",
        "counts": "",
        "verdict": "always",
        "again": [{"setting": "reference", "words": "always"}],
        "folder": "0123456789",
        "program": "c0 = PyCapsule_New(0x1, NULL, NULL)\n",
        "c_source": "int main(void) {}",
        "has_run": False,
        "files": ["program.prog"],
        "id": "0123456789",
        "times": 2,
        "clock": 3.0,
        "lanes": ["name_fuzz on reference"],
        "state": "",
        "others": [],
        **more,
    }


def values(*findings: dict[str, Any], machine: str = "one") -> dict[str, Any]:
    ledger = Ledger([slice_event(2.0), slice_event(4.0, new=0)])
    made: dict[str, Any] = {
        "version": summary.VERSION,
        "machines": [
            {
                "facts": {"machine": machine},
                "seconds": 4.0,
                "planned": 4.0,
                "jobs": 1,
                "seed": 5,
                "memory": 2048,
                "slice_seconds": 2,
                "parts": 1,
                "own_seconds": 0.5,
                "job_seconds": 4.0,
                "stopped": "",
                "spent": {"floor": 4.0},
                "events": [],
                "points": [vars(point) for point in ledger.points],
            }
        ],
        "findings": list(findings),
        "gone": [],
        "compared_with": "",
        "planted": [
            {
                "bug": "names_by_address",
                "about": "Names are compared by address.",
                "found": True,
                "signature": GETP,
                "verdict": "always",
                "executions": 10,
                "seconds": 0.5,
                "clock": 2.0,
                "expected": ["GETP-3"],
            }
        ],
        "replays": [
            {"name": "replay of x", "ran": 3, "failed": 0, "problem": ""}
        ],
        "merges": [],
        "exhaust": [],
        "lanes": [
            {"name": name, **ledger.as_numbers(name)} for name in ledger.lanes
        ],
        "rules": {
            "counts": {t: dict(c) for t, c in ledger.rules.items()},
            "reachable": {t: sorted(r) for t, r in ledger.reachable.items()},
            "first": ledger.first,
        },
        "not_run": [],
        "contract": {
            "GETP-3": {"function": "PyCapsule_GetPointer", "text": "compares"},
            "VAL-1": {"function": "PyCapsule_IsValid", "text": "is true"},
        },
    }
    made["cold_targets"] = summary.cold_targets(made["lanes"])
    made["verdict"] = verdict.verdict(made)
    return made
