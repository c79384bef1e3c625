"""The report for other programs: JSON, JUnit and SARIF."""

import json
from typing import Any

from tools.commands.check.findings import ERROR, Finding, Report
from tools.commands.check.places import Place
from tools.lib import junit, sarif


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
    return junit.document(
        "tools/check",
        (
            junit.Case(
                finding.rule,
                finding.sentence,
                failure=finding.sentence if finding.level == ERROR else "",
                text=_details(finding),
            )
            for finding in report.findings
        ),
    )


def as_sarif(report: Report) -> str:
    """Returns SARIF 2.1.0. Errors and warnings have the same names there."""
    rules = {finding.rule: finding.text for finding in report.findings}
    return sarif.document("tools/check", rules, map(_result, report.findings))


def _result(finding: Finding) -> sarif.Result:
    file, line = _location(finding)
    return sarif.Result(
        rule=finding.rule,
        text=finding.sentence,
        level=finding.level,
        file=file,
        line=line,
        times=finding.times,
    )


def _location(finding: Finding) -> tuple[str, int]:
    """Returns the file and the line of the innermost place that has both; ("", 0)
    if no place has."""
    at = finding.at
    texts = [at.line] if at and at.line else []
    texts += [frame.rpartition(" (")[0] for frame in finding.python]
    for text in texts:
        file, colon, line = text.rpartition(":")
        if colon and line.isdigit() and int(line) > 0:
            return file, int(line)
    return "", 0
