"""Writes SARIF 2.1.0, the format in which code hosts show findings in place."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclasses.dataclass(frozen=True)
class Result:
    """One finding.

    level      "error", "warning" or "note"
    file       the file in which a code host shows the finding, or ""; relative
               to the repository
    line       the line in that file, from 1; 0 if it is unknown
    times      how often the finding was seen
    baseline   "new" or "unchanged", compared with an earlier report, or ""
    signature  a text that is the same for the same finding in every run, or ""
    """

    rule: str
    text: str
    level: str = "error"
    file: str = ""
    line: int = 0
    times: int = 1
    baseline: str = ""
    signature: str = ""


def document(
    tool: str,
    rules: Mapping[str, str],
    results: Iterable[Result],
    properties: Mapping[str, Any] | None = None,
) -> str:
    """Returns the SARIF document of one run.

    rules       {id of a rule: its text}
    properties  more facts about the run
    """
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": tool,
                "rules": [
                    {"id": rule, "shortDescription": {"text": text}}
                    for rule, text in sorted(rules.items())
                ],
            }
        },
        "results": [_result(result) for result in results],
    }
    if properties:
        run["properties"] = dict(properties)
    return json.dumps(
        {"version": "2.1.0", "$schema": SCHEMA, "runs": [run]}, indent=1
    )


def _result(result: Result) -> dict[str, Any]:
    values: dict[str, Any] = {
        "ruleId": result.rule,
        "level": result.level,
        "message": {"text": result.text},
        "occurrenceCount": max(result.times, 1),
    }
    if result.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": result.file}}
        if result.line:
            place["region"] = {"startLine": result.line}
        values["locations"] = [{"physicalLocation": place}]
    if result.baseline:
        values["baselineState"] = result.baseline
    if result.signature:
        values["partialFingerprints"] = {"signature/v1": result.signature}
    return values
