"""Joins the reports and corpora of several campaigns, which may come from several
machines, into one."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Sequence

import jinja2

from tools.commands.fuzz import corpus
from tools.commands.overnight import baseline, page, report, summary, verdict
from tools.commands.overnight.verdict import Values
from tools.lib.problem import Problem


def join(folders: Sequence[pathlib.Path], output: pathlib.Path) -> int:
    """Writes the joint report and corpora to `output`; returns the exit
    status."""
    if (output / "report.json").exists():
        raise Problem(f"{output} has a report already; give another --output")
    parts = [baseline.read(folder) for folder in folders]
    try:
        values = joined(parts)
        page.page(values)
    except (KeyError, TypeError, AttributeError, jinja2.UndefinedError):
        raise Problem(
            "a report lacks a part: it is damaged, or another version has written "
            "it; name campaigns of this version"
        ) from None
    for folder in folders:
        _copy(folder, output)
    report.write(values, output)
    report.tell(values, output)
    return 0 if values["verdict"]["ok"] else 1


def joined(parts: Sequence[Values]) -> Values:
    """Returns the values of the joint report."""
    names = _names(parts)
    values: Values = {
        "version": summary.VERSION,
        "machines": [
            {**machine, "facts": {**machine["facts"], "machine": name}}
            for part, name in zip(parts, names)
            for machine in part["machines"]
        ],
        "findings": _findings(parts),
        "gone": [],
        "compared_with": "",
        "rules": _rules(parts),
        "contract": {k: v for part in parts for k, v in part["contract"].items()},
    }
    for key, label in (
        ("planted", "bug"),
        ("replays", "name"),
        ("merges", "target"),
        ("lanes", "name"),
        ("not_run", "what"),
    ):
        values[key] = [
            {**item, label: f"{item[label]} ({name})"}
            for part, name in zip(parts, names)
            for item in part[key]
        ]
    values["exhaust"] = [item for part in parts for item in part["exhaust"]]
    values["cold_targets"] = summary.cold_targets(values["lanes"])
    values["verdict"] = verdict.verdict(values)
    return values


def _names(parts: Sequence[Values]) -> list[str]:
    """Returns a name for each part: the machine, with a number if needed."""
    names: list[str] = []
    for part in parts:
        facts = part["machines"][0]["facts"] if part["machines"] else {}
        name, number = facts.get("machine") or "a machine", 1
        base = name
        while name in names:
            number += 1
            name = f"{base} {number}"
        names.append(name)
    return names


def _findings(parts: Sequence[Values]) -> list[Values]:
    """Returns each finding once. Findings that share a signature are one."""
    found: list[Values] = []
    for part in parts:
        for finding in part["findings"]:
            for known in found:
                if not set(known["aliases"]).isdisjoint(finding["aliases"]):
                    summary.add_finding(known, finding, "seen by another campaign")
                    break
            else:
                found.append(dict(finding))
    return found


def _rules(parts: Sequence[Values]) -> Values:
    counts: dict[str, dict[str, int]] = {}
    reachable: dict[str, set[str]] = {}
    first: dict[str, float] = {}
    for part in parts:
        rules = part["rules"]
        for target, numbers in rules["counts"].items():
            into = counts.setdefault(target, {})
            for rule, number in numbers.items():
                into[rule] = into.get(rule, 0) + number
        for target, names in rules["reachable"].items():
            reachable.setdefault(target, set()).update(names)
        for rule, when in rules["first"].items():
            first[rule] = min(when, first.get(rule, when))
    return {
        "counts": counts,
        "reachable": {t: sorted(names) for t, names in reachable.items()},
        "first": first,
    }


def _copy(folder: pathlib.Path, output: pathlib.Path) -> None:
    """Adds the corpora and findings of one campaign."""
    for source in sorted((folder / "corpus").glob("*")):
        if source.is_dir():
            corpus.publish_all(
                source, corpus.make_folder(output / "corpus" / source.name)
            )
    for source in sorted((folder / "findings").glob("[!.]*")):
        target = output / "findings" / source.name
        if source.is_dir() and not target.exists():
            shutil.copytree(source, target)
