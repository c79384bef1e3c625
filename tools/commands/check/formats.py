"""The report for other programs: JSON, JUnit and SARIF."""

import json
import xml.etree.ElementTree as xml
from typing import Any

from tools.commands.check.findings import ERROR, Finding, Report
from tools.commands.check.places import Place

_LEVELS = {ERROR: "error"}  # in SARIF; everything else is a warning


def _place(place: Place | None) -> dict[str, Any] | None:
    if not place:
        return None
    return {
        "object": place.path,
        "offset": place.offset,
        "function": place.function or place.symbol,
        "line": place.line,
    }


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Returns the finding as plain values."""
    capsule = finding.capsule or {}
    return {
        "level": finding.level,
        "rule": finding.rule,
        "text": finding.text,
        "function": finding.function,
        "sentence": finding.sentence,
        "times": finding.times,
        "capsule": capsule.get("name"),
        "made": _place(finding.made),
        "made_python": finding.made_python,
        "at": _place(finding.at),
        "origin": finding.origin,
        "origin_at": _place(finding.origin_at),
        "c_frames": [_place(place) for place in finding.c_frames],
        "python": finding.python,
        "tests": finding.tests,
        "processes": finding.pids,
    }


def as_json(report: Report) -> str:
    """Returns the report as one JSON object."""
    return json.dumps(
        {
            "errors": report.count(ERROR),
            "warnings": len(report.findings) - report.count(ERROR),
            "ignored": report.ignored,
            "not_checked": report.notes,
            "findings": [finding_as_json(f) for f in report.findings],
            "objects": report.table,
            "processes": [
                {
                    "pid": process.pid,
                    "executable": process.start.get("executable", ""),
                    "version": process.start.get("version", ""),
                    "crash": process.crash,
                }
                for process in report.processes
            ],
        },
        indent=1,
    )


def _details(finding: Finding) -> str:
    rows = [
        f"at: {finding.at}" if finding.at else "",
        f"capsule made by: {finding.made}" if finding.made else "",
        *(f"Python: {frame}" for frame in finding.python),
        f"times: {finding.times}",
    ]
    return "\n".join(row for row in rows if row)


def as_junit(report: Report) -> str:
    """Returns JUnit XML: one test case per finding; an error is a failure."""
    suite = xml.Element(
        "testsuite",
        name="tools/check",
        tests=str(len(report.findings)),
        failures=str(report.count(ERROR)),
    )
    for finding in report.findings:
        case = xml.SubElement(
            suite, "testcase", classname=finding.rule, name=finding.sentence
        )
        if finding.level == ERROR:
            failure = xml.SubElement(case, "failure", message=finding.sentence)
            failure.text = _details(finding)
        else:
            xml.SubElement(case, "system-out").text = _details(finding)
    root = xml.Element("testsuites")
    root.append(suite)
    return xml.tostring(root, encoding="unicode") + "\n"


def _location(finding: Finding) -> dict[str, Any] | None:
    """Returns the innermost place that has a file and a line."""
    at = finding.at
    texts = [at.line] if at and at.line else []
    texts += [frame.rpartition(" (")[0] for frame in finding.python]
    for text in texts:
        file, colon, line = text.rpartition(":")
        if colon and line.isdigit() and int(line) > 0:
            return {
                "physicalLocation": {
                    "artifactLocation": {"uri": file},
                    "region": {"startLine": int(line)},
                }
            }
    return None


def as_sarif(report: Report) -> str:
    """Returns SARIF 2.1.0."""
    rules = {finding.rule: finding.text for finding in report.findings}
    results = []
    for finding in report.findings:
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "level": _LEVELS.get(finding.level, "warning"),
            "message": {"text": finding.sentence},
            "occurrenceCount": finding.times,
        }
        location = _location(finding)
        if location:
            result["locations"] = [location]
        results.append(result)
    return json.dumps(
        {
            "version": "2.1.0",
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "tools/check",
                            "rules": [
                                {"id": rule, "shortDescription": {"text": text}}
                                for rule, text in sorted(rules.items())
                            ],
                        }
                    },
                    "results": results,
                }
            ],
        },
        indent=1,
    )
