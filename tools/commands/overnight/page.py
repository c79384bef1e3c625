"""The report as one HTML file that needs nothing beside it."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Sequence
from typing import Any

import jinja2

from tools.commands.overnight import plots, verdict
from tools.commands.overnight.screen import duration
from tools.commands.overnight.verdict import Values


def page(values: Values) -> str:
    """Returns the text of the page."""
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        large=verdict.large, duration=duration, rate=_rate, excerpt=excerpt
    )
    done, can = verdict.exercised(values)
    return environment.get_template("page.html.j2").render(
        **values,
        plots=_plots(values),
        table=_table(values),
        settings=_settings(values["lanes"]),
        exercised=done,
        reachable=can,
        programs=sum(lane["executions"] for lane in values["lanes"]),
        calls=sum(lane["calls"] for lane in values["lanes"]),
    )


_PROGRAM = re.compile(r"^(while running a program|outside of a program)$", re.M)
_FRAMES = 6  # lines of a stack trace that the excerpt shows


def excerpt(report: str) -> str:
    """Returns the part of a report to read first. Leaves out the memory dump of
    a sanitizer and most of its stack traces."""
    match = _PROGRAM.search(report)
    if not match:
        return report
    lines = [
        line
        for line in report[: match.start()].splitlines()
        if line.strip("=")
    ]
    frames = [i for i, line in enumerate(lines) if line.startswith("    #")]
    end = frames[:_FRAMES][-1] + 1 if frames else min(len(lines), _FRAMES)
    return "\n".join([*lines[:end], report[match.start() :]])


def _rate(lane: Values) -> str:
    seconds = lane["seconds"]
    return f"{lane['executions'] / seconds:,.0f}" if seconds else ""


def _settings(lanes: Sequence[Values]) -> list[Values]:
    """Returns the numbers of each setting, added up over its lanes."""
    found: dict[str, Values] = {}
    for lane in lanes:
        row = found.setdefault(
            lane["setting"],
            {
                "name": lane["setting"],
                "lanes": 0,
                "ran": 0,
                "seconds": 0.0,
                "executions": 0,
                "new": 0,
            },
        )
        row["lanes"] += 1
        row["ran"] += bool(lane["executions"])
        for key in ("seconds", "executions", "new"):
            row[key] += lane[key]
    return list(found.values())


def _plots(values: Values) -> list[str]:
    """Returns the plots of each machine, as SVG."""
    found = []
    for machine in values["machines"]:
        points = machine["points"]
        if not points:
            continue
        seconds = [point["clock"] for point in points]
        for title, unit, key in (
            ("Programs run", "programs", "executions"),
            ("Coverage of the reference, all targets", "places", "coverage"),
            ("New inputs", "inputs", "new"),
            ("Rules exercised", "rules", "rules"),
        ):
            name = machine["facts"].get("machine", "")
            several = len(values["machines"]) > 1
            full = f"{title}, {name}" if several else title
            numbers = [point[key] for point in points]
            found.append(
                plots.line(full, unit, seconds, [(title, numbers)], key == "rules")
            )
    return found


def _table(values: Values) -> dict[str, Any]:
    """Returns the table of rules and targets: {targets, rows}. A cell is None if
    the target cannot exercise the rule, and 0 if it could and did not."""
    rules = values["rules"]
    targets = sorted(t for t in rules["reachable"] if rules["reachable"][t])
    rows = []
    for rule, entry in values["contract"].items():
        cells = [
            rules["counts"].get(t, {}).get(rule, 0)
            if rule in rules["reachable"][t] or rules["counts"].get(t, {}).get(rule)
            else None
            for t in targets
        ]
        rows.append(
            {
                "rule": rule,
                "text": entry["text"],
                "cells": cells,
                "is_cold": any(c == 0 for c in cells),
                "never": bool(cells)
                and any(c is not None for c in cells)
                and not any(cells),
                "first": rules["first"].get(rule),
            }
        )
    return {"targets": targets, "rows": rows}
