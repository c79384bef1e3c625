"""Compares a campaign with an earlier one: which findings are new, still there or
gone."""

from __future__ import annotations

import pathlib

from tools.commands.overnight import storage, summary
from tools.commands.overnight.verdict import Values
from tools.lib.problem import Problem


def read(folder: pathlib.Path) -> Values:
    """Returns the report of the campaign in the folder. Raises Problem."""
    path = folder / "report.json"
    values = storage.read_json(path, "the report of a campaign")
    version = values.get("version") if isinstance(values, dict) else None
    if version != summary.VERSION:
        raise Problem(
            f"{path} has version {version}, this tool needs {summary.VERSION}; "
            "name a campaign of this version"
        )
    findings = values.get("findings")
    if not isinstance(findings, list) or not all(
        isinstance(finding, dict) and isinstance(finding.get("signature"), str)
        for finding in findings
    ):
        raise Problem(f"{path} is damaged; name another folder")
    return values


def compare(values: Values, before: Values, name: str) -> None:
    """Marks each finding as new or still there, and adds the findings that are
    gone."""
    old = {finding["signature"]: finding for finding in before["findings"]}
    now = set()
    for finding in values["findings"]:
        signatures = {finding["signature"], *finding["aliases"]}
        now |= signatures
        is_old = any(signature in old for signature in signatures)
        finding["state"] = summary.STILL if is_old else summary.NEW
    values["compared_with"] = name
    values["gone"] = [
        {**finding, "state": summary.GONE}
        for signature, finding in sorted(old.items())
        if signature not in now
    ]
