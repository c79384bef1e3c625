"""Tests of the report: its numbers, its verdict, its formats, comparing and
joining."""

import html.parser
import json
import pathlib
import xml.etree.ElementTree as xml
from typing import Any

import pytest

from tools.commands.overnight import (
    baseline,
    formats,
    joining,
    page,
    plan,
    storage,
    summary,
    verdict,
)
from tools.commands.overnight.ledger import Ledger
from tools.commands.overnight.settings import Lane, Setting
from tools.lib.contract import Contract
from tools.lib.problem import Problem

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


# --- formats -------------------------------------------------------------------


def test_junit_is_xml_with_a_case_for_everything() -> None:
    root = xml.fromstring(formats.as_junit(values(finding(GETP))))
    cases = list(root.iter("testcase"))
    assert len(cases) == 4  # replay, lane, planted bug, finding
    (failure,) = root.iter("failure")
    assert "\\x01" in (failure.text or "")


def test_sarif_has_the_rule_the_place_and_the_fingerprint() -> None:
    made = values(finding(GETP))
    baseline.compare(made, values(), "before")
    document = json.loads(formats.as_sarif(made))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    (result,) = run["results"]
    assert rule["id"] == result["ruleId"] == "GETP-3"
    assert result["baselineState"] == "new"
    assert result["partialFingerprints"] == {"signature/v1": GETP}
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "capsule/reference/capsule.c"
    assert place["region"]["startLine"] == 40
    assert result["message"]["text"]


class Links(html.parser.HTMLParser):
    """Collects the ids and the links of a page, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attributes)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag in ("script", "img", "link", "iframe"):
            self.loads.append(tag)


def test_the_page_is_self_contained_and_its_links_resolve() -> None:
    text = page.page(values(finding(GETP)))
    links = Links()
    links.feed(text)
    assert not links.loads
    inside = [link[1:] for link in links.links if link.startswith("#")]
    assert inside and set(inside) <= links.ids
    assert "findings/0123456789/program.prog" in links.links
    assert "&lt;b&gt;" in text and "<b>" not in text


def test_an_excerpt_leaves_the_memory_dump_out() -> None:
    frames = [f"    #{n} 0x5 in f{n} a.c:1" for n in range(20)]
    end = "while running a program\n  finding  x\n"
    report = "\n".join(["====", "==ERROR: x", *frames, "Shadow bytes", end])
    text = page.excerpt(report)
    assert text.startswith("==ERROR: x\n    #0 ")
    assert text.endswith(end)
    assert "#5 " in text and "#6 " not in text and "Shadow" not in text
    assert page.excerpt("contract violation: x\n") == "contract violation: x\n"


def test_the_page_marks_cold_cells() -> None:
    text = page.page(values())
    assert '<td class="cold">0</td>' in text


def lane(target: str, executions: int, new: int, method: str) -> dict[str, Any]:
    return {
        "target": target,
        "executions": executions,
        "new": new,
        "method": method,
    }


def test_a_target_is_cold_if_libfuzzer_ran_it_and_nothing_was_new() -> None:
    lanes = [
        lane("cold_fuzz", 100, 0, "guided"),
        lane("cold_fuzz", 100, 0, "guided"),
        lane("warm_fuzz", 100, 0, "guided"),
        lane("warm_fuzz", 100, 1, "guided"),
        lane("did_not_run_fuzz", 0, 0, "guided"),
        lane("generated_fuzz", 100, 0, "generated"),
    ]
    assert summary.cold_targets(lanes) == ["cold_fuzz"]


def test_the_page_names_cold_targets() -> None:
    made = values()
    assert "No new input in" not in page.page(made)
    made["cold_targets"] = ["name_fuzz"]
    assert "No new input in: name_fuzz." in page.page(made)


def test_the_same_values_give_the_same_page() -> None:
    assert page.page(values()) == page.page(values())


# --- baseline ------------------------------------------------------------------


def test_findings_are_new_still_there_or_gone() -> None:
    made = values(finding(GETP))
    baseline.compare(made, values(finding(GETP), finding(VAL)), "before")
    assert [f["state"] for f in made["findings"]] == [summary.STILL]
    assert [f["signature"] for f in made["gone"]] == [VAL]
    other = values(finding(VAL))
    baseline.compare(other, values(), "before")
    assert other["findings"][0]["state"] == summary.NEW


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "is damaged"),
        ('{"version": 99}', "has version 99"),
        (f'{{"version": {summary.VERSION}}}', "is damaged"),
    ],
)
def test_a_bad_baseline_is_one_line(
    tmp_path: pathlib.Path, text: str, words: str
) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(Problem, match=words):
        baseline.read(tmp_path)
    with pytest.raises(Problem, match="cannot read"):
        baseline.read(tmp_path / "none")


# --- joining -------------------------------------------------------------------


def test_joined_reports_add_up() -> None:
    both = joining.joined(
        [values(finding(GETP)), values(finding(GETP), finding(VAL))]
    )
    assert [m["facts"]["machine"] for m in both["machines"]] == ["one", "one 2"]
    assert {f["signature"]: f["times"] for f in both["findings"]} == {
        GETP: 4,
        VAL: 2,
    }
    assert "4,000 programs, 20,000 calls" in both["verdict"]["text"]
    assert "2 of 2 planted bugs found" in both["verdict"]["text"]
    assert both["rules"]["counts"]["name_fuzz"]["GETP-3"] == 28
    assert page.page(both)


def test_a_report_without_a_part_is_one_line(tmp_path: pathlib.Path) -> None:
    made = values()
    del made["machines"][0]["parts"]
    storage.write_json(tmp_path / "a/report.json", made)
    with pytest.raises(Problem, match="lacks a part"):
        joining.join([tmp_path / "a"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_joining_copies_corpora_and_findings(tmp_path: pathlib.Path) -> None:
    for name, data in (("a", b"x"), ("b", b"y")):
        folder = tmp_path / name
        storage.write_json(folder / "report.json", values(machine=name))
        unit = folder / "corpus/name_fuzz" / joining.corpus.digest(data)
        unit.parent.mkdir(parents=True)
        unit.write_bytes(data)
    out = tmp_path / "both"
    assert joining.join([tmp_path / "a", tmp_path / "b"], out) == 0
    assert len(list((out / "corpus/name_fuzz").iterdir())) == 2
    assert (out / "index.html").exists()
    with pytest.raises(Problem, match="has a report already"):
        joining.join([tmp_path / "a"], out)
