"""Joins the results of the parts of one run."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence
from typing import Any

from tools.commands.exhaust.progress import Finding, Progress, Result
from tools.lib.problem import Problem

_FIELDS = (
    "asked",
    "build",
    "complete",
    "finding",
    "implementation",
    "part",
    "profile",
    "programs",
    "seconds",
    "share",
)


def join(paths: Sequence[pathlib.Path]) -> Result:
    """Returns the result of all parts, from the JSON files of each. Raises a
    Problem if they are not the parts of one run."""
    values = [_read(path) for path in paths]
    first = values[0]
    count = first["part"].split("/")[1]
    parts: dict[str, pathlib.Path] = {}
    for path, value in zip(paths, values, strict=True):
        for field in ("implementation", "profile", "build", "asked"):
            if value[field] != first[field]:
                raise Problem(
                    f"{path}: {field} is {value[field]}, and {first[field]} in "
                    f"{paths[0]}; join the parts of one run"
                )
        if value["part"] in parts:
            raise Problem(
                f"{path} and {parts[value['part']]} are both part "
                f"{value['part']}; give each part once"
            )
        parts[value["part"]] = path
    for number in range(1, int(count) + 1):
        if f"{number}/{count}" not in parts:
            raise Problem(f"part {number}/{count} is missing; give its JSON file")
    if len(parts) > int(count):
        raise Problem(f"not all files are parts of {count}; join one run")
    return _sum(values)


def _read(path: pathlib.Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if not all(field in value for field in _FIELDS):
            raise ValueError
    except FileNotFoundError:
        raise Problem(f"there is no {path}; give files that --json wrote") from None
    except (ValueError, TypeError):
        raise Problem(
            f"{path} is damaged or no result of tools/exhaust; give files that "
            "--json wrote"
        ) from None
    assert isinstance(value, dict)
    return value


def _sum(values: list[dict[str, Any]]) -> Result:
    asked = values[0]["asked"]
    lengths = [str(length) for length in range(1, asked + 1)]
    findings = [value["finding"] for value in values if value["finding"]]
    # The shortest program that differs comes first.
    complete = min(value["complete"] for value in values)
    progress = Progress(
        implementation=f"{values[0]['implementation']} "
        f"(profile {values[0]['profile']})",
        build=values[0]["build"],
        part="1/1",
        seconds=sum(value["seconds"] for value in values),
        complete=complete,
        share=sum(
            value["share"] if value["complete"] == complete else 1
            for value in values
        )
        / len(values),
        programs=tuple(
            sum(value["programs"][length] for value in values)
            for length in lengths
        ),
    )
    finding = None
    if findings:
        c_file = findings[0]["c"]
        finding = Finding(
            findings[0]["name"],
            pathlib.Path(findings[0]["program"]),
            pathlib.Path(c_file) if c_file else None,
            findings[0]["report"],
        )
    return Result(progress, asked, finding)
