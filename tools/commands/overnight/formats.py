"""The report for other programs: JUnit XML and SARIF 2.1."""

from __future__ import annotations

import re

from tools.commands.overnight.summary import NEW, STILL
from tools.commands.overnight.verdict import Values
from tools.lib import junit, sarif

_BASELINE = {NEW: "new", STILL: "unchanged"}
_PLACE = re.compile(r" (?P<file>capsule/\S+?\.[ch]):(?P<line>\d+)")


def as_junit(values: Values) -> str:
    """Returns a test case for each lane, replay, planted bug and finding."""
    cases = [
        junit.Case(
            "replay",
            event["name"],
            failure=event["problem"]
            or (f"{event['failed']} failed" if event["failed"] else ""),
        )
        for event in values["replays"]
    ]
    holes = {i["what"]: i["why"] for i in values["not_run"] if i["is_hole"]}
    for lane in values["lanes"]:
        why = holes.get(lane["name"], "")
        cases.append(
            junit.Case(
                "lane",
                lane["name"],
                text=f"{lane['executions']} programs, {lane['new']} new inputs",
                skipped=why,
                seconds=lane["seconds"],
            )
        )
    for bug in values["planted"]:
        cases.append(
            junit.Case(
                "planted bug",
                bug["bug"],
                failure="" if bug.get("found") else _missed(bug),
                text=bug.get("report", ""),
            )
        )
    for finding in values["findings"]:
        cases.append(
            junit.Case(
                "finding",
                finding["signature"],
                failure=f"{finding['signature']}: {finding['verdict']}",
                text=finding["report"],
            )
        )
    return junit.document("tools/overnight", cases)


def _missed(bug: Values) -> str:
    if bug.get("not_run"):
        return "the planted bug did not run"
    return f"{bug['signature'] or bug['verdict']}, expected {bug['expected']}"


def as_sarif(values: Values) -> str:
    """Returns the findings as SARIF. A finding without a place in the
    implementation's source shows in the contract, at its rule."""
    rules = {}
    results = []
    for finding in values["findings"]:
        name = finding["name"]
        entry = values["contract"].get(name)
        rules[name] = entry["text"] if entry else name
        place = _PLACE.search(finding["report"])
        results.append(
            sarif.Result(
                rule=name,
                text=f"{finding['signature']} ({finding['verdict']})\n\n"
                f"{finding['program'] or finding['report']}",
                file=place["file"] if place else "capsule/contract.def",
                line=int(place["line"]) if place else 1,
                times=finding["times"],
                baseline=_BASELINE.get(finding["state"], ""),
                signature=finding["signature"],
            )
        )
    return sarif.document(
        "tools/overnight", rules, results, {"verdict": values["verdict"]["text"]}
    )
