"""Tests of the formats of a report: the page, JUnit XML and SARIF."""

import html.parser
import json
import xml.etree.ElementTree as xml
from typing import Any

from tools.commands.overnight import baseline, formats, page, summary
from tools.commands.overnight.sample_report import GETP, finding, values


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


def test_the_page_adds_up_the_lanes_of_a_setting() -> None:
    made = values()
    made["lanes"].append({**made["lanes"][0], "executions": 0, "new": 0})
    text = page.page(made)
    assert "<td>reference</td><td>1 of 2</td><td>8</td><td>2,000</td>" in text


def test_the_page_names_cold_targets() -> None:
    made = values()
    assert "No new input in" not in page.page(made)
    made["cold_targets"] = ["name_fuzz"]
    assert "No new input in: name_fuzz." in page.page(made)


def test_the_same_values_give_the_same_page() -> None:
    assert page.page(values()) == page.page(values())
