"""Tests of a campaign's numbers and of its verdict."""

import pathlib
from typing import Any

from tools.commands.overnight import plan, summary, verdict
from tools.commands.overnight.ledger import Ledger
from tools.commands.overnight.sample_report import (
    GETP,
    VAL,
    finding,
    slice_event,
    values,
)
from tools.commands.overnight.settings import Lane, Setting
from tools.lib.contract import Contract

# --- the numbers ---------------------------------------------------------------


def test_the_numbers_come_from_the_events() -> None:
    ledger = Ledger([slice_event(2.0), slice_event(4.0)])
    assert ledger.executions() == 2000 and ledger.calls() == 10000
    assert ledger.exercised() == {"GETP-3"}
    assert ledger.all_reachable() == {"GETP-3", "VAL-1"}
    assert ledger.clock == 4.0


def test_a_known_difference_is_counted_for_its_finding() -> None:
    found = {
        "kind": "finding",
        "clock": 1.0,
        "id": "abc",
        "signature": GETP,
        "aliases": [GETP, VAL],
        "lane": "x",
    }
    ledger = Ledger([found, slice_event(2.0, known={GETP: 40, VAL: 2})])
    assert ledger.seen["abc"] == 43
    assert ledger.known() == [GETP, VAL]


def test_many_signatures_of_one_function_become_one_entry() -> None:
    many = [f"GETP-3 PyCapsule_GetPointer: {c}; x" for c in "abcdefghij"]
    found = {
        "kind": "finding",
        "clock": 1.0,
        "id": "abc",
        "signature": many[0],
        "aliases": many,
        "lane": "x",
    }
    ledger = Ledger([found])
    entry = "GETP-3 PyCapsule_GetPointer: *"
    assert ledger.known() == [entry]
    ledger.add(slice_event(2.0, known={entry: 5}))
    assert ledger.seen["abc"] == 6


# --- the verdict ---------------------------------------------------------------


def test_a_campaign_without_findings_is_ok_and_says_why() -> None:
    assert values()["verdict"]["text"] == (
        "OK: no difference in 2,000 programs, 10,000 calls; 1 of 1 planted bugs "
        "found; 1 of 2 rules exercised"
    )


def test_a_missed_planted_bug_is_not_ok() -> None:
    made = values()
    made["planted"][0]["found"] = False
    found = verdict.verdict(made)
    assert not found["ok"]
    assert found["text"].startswith(
        "NOT OK (planted bugs not found: names_by_address)"
    )


def test_parts_that_did_not_run_make_the_campaign_incomplete() -> None:
    made = values()
    made["not_run"] += [
        hole("lane", "name_fuzz on reference"),
        hole("replay", "replay of y"),
        hole("exhaustive check", "reference"),
        hole("exhaustive check", "cpython"),
    ]
    made["planted"].append({"bug": "names_by_hash", "not_run": True})
    found = verdict.verdict(made)
    assert not found["ok"]
    assert found["text"].startswith(
        "INCOMPLETE (1 of 1 lane did not run; 1 of 2 replays did not run; "
        "2 of 2 exhaustive checks did not run; 1 of 2 planted bugs did not run): "
        "no difference in 2,000 programs"
    )
    made["findings"].append(finding(GETP))
    assert verdict.verdict(made)["text"].startswith("NOT OK (1 finding; 1 of 1 lane")


def hole(kind: str, what: str) -> dict[str, Any]:
    return {"kind": kind, "what": what, "why": "no time", "is_hole": True}


def test_an_interrupted_campaign_lacks_what_it_had_not_done() -> None:
    lane = Lane("name_fuzz", Setting())
    made = plan.Plan(
        seconds=9.0,
        jobs=1,
        seed=1,
        memory=2048,
        slice_seconds=1,
        targets=[lane.target],
        implementations=["reference"],
        chosen=[],
        lanes=[lane, Lane("table_fuzz", Setting())],
        planted=["names_by_hash"],
        replays=["replay of x"],
        exhaust=["reference"],
        not_run={"left out": "by design"},
        facts={},
    )
    report = summary.summarize(
        made,
        Ledger([slice_event(2.0)]),
        pathlib.Path("no findings"),
        Contract([]),
        "interrupted",
    )
    assert [(item["what"], item["is_hole"]) for item in report["not_run"]] == [
        ("left out", False),
        ("table_fuzz on reference", True),
        ("replay of x", True),
        ("reference", True),
    ]
    assert report["verdict"]["text"].startswith(
        "INCOMPLETE (1 of 2 lanes did not run; 1 of 1 replay did not run; "
        "1 of 1 exhaustive check did not run; 1 of 1 planted bug did not run; "
        "stopped early (interrupted)): no difference in 1,000 programs"
    )


def test_large_numbers_are_short() -> None:
    assert verdict.large(99_999) == "99,999"
    assert verdict.large(3_140_000_000) == "3.1e9"
