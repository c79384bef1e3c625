"""Reads, writes and joins the files of matrices."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from tools.commands.conformance.matrix import (
    NOT_APPLICABLE,
    OUTCOMES,
    Case,
    Cell,
    Column,
    Matrix,
    Origin,
    give_names,
)
from tools.lib.contract import Rule
from tools.lib.problem import Problem

FORMAT = "capsule conformance 2"

# The parts of a rule that the file has.
_OF_RULE = ("section", "function", "level", "text", "source")


class BadFile(Exception):
    """The file is no matrix of this format; the text says why."""


def as_json(matrix: Matrix) -> str:
    value = {
        "format": FORMAT,
        "level": matrix.level,
        "rules": {
            rule.id: {name: getattr(rule, name) for name in _OF_RULE}
            | {
                "rests_on": list(rule.rests_on),
                "evidence": matrix.evidence.get(rule.id, []),
            }
            for rule in matrix.rules
        },
        "implementations": [_of_column(column) for column in matrix.columns],
    }
    return json.dumps(value, indent=1) + "\n"


def _of_column(column: Column) -> dict[str, object]:
    value = dataclasses.asdict(column)
    del value["cells"]
    value["seconds"] = round(column.seconds, 1)
    value["rules"] = {
        identity: _of_cell(cell) for identity, cell in column.cells.items()
    }
    return value


def _of_cell(cell: Cell) -> dict[str, object]:
    value: dict[str, object] = {"outcome": cell.outcome}
    for name, item in dataclasses.asdict(cell).items():
        if item:
            value[name] = item
    return value


def read(path: pathlib.Path) -> Matrix:
    """Returns the matrix of a file. Raises BadFile."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != FORMAT:
            raise BadFile(f"is not of the format '{FORMAT}'")
        return _matrix(value)
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadFile("is not a matrix") from None


def _matrix(value: Mapping[str, Any]) -> Matrix:
    rules = [
        Rule(
            id=_text(identity),
            identifier=identity.replace("-", "_"),
            section=_text(row["section"]),
            function=_text(row["function"]),
            level=_text(row["level"]),
            text=_text(row["text"]),
            source=_text(row["source"]),
            rests_on=tuple(row["rests_on"]),
        )
        for identity, row in value["rules"].items()
    ]
    evidence = {key: list(row["evidence"]) for key, row in value["rules"].items()}
    columns = [_column(item) for item in value["implementations"]]
    if not columns:
        raise ValueError
    return Matrix(_text(value["level"]), rules, columns, evidence)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _column(value: Mapping[str, Any]) -> Column:
    names = ("name", "path", "profile")
    return Column(
        **{name: _text(value[name]) for name in names},
        cells={identity: _cell(cell) for identity, cell in value["rules"].items()},
        programs=int(value["programs"]),
        planned=int(value["planned"]),
        remarks=[_text(item) for item in value["remarks"]],
        seconds=float(value["seconds"]),
        origin=Origin(**{k: _text(v) for k, v in value["origin"].items()}),
    )


def _cell(value: Mapping[str, Any]) -> Cell:
    parts = {name: item for name, item in value.items() if name != "outcome"}
    parts["cases"] = [Case(**case) for case in value.get("cases", [])]
    if any(case.outcome not in OUTCOMES for case in parts["cases"]):
        raise ValueError
    return Cell(**parts)


def read_for_user(path: pathlib.Path, name: str) -> Matrix:
    """Returns the matrix of a file that the user calls `name`. Raises Problem."""
    try:
        return read(path)
    except BadFile as error:
        raise Problem(f"{name} {error}; give a matrix.json of an earlier run") from None


def join(matrices: Sequence[Matrix], names: Sequence[str]) -> Matrix:
    """Returns one matrix with all columns. `names` are the files' names, for
    errors. A column that lacks a rule of another matrix says so in the cell. Raises
    Problem if the levels differ."""
    first = matrices[0]
    for other, name in zip(matrices, names, strict=True):
        if other.level != first.level:
            raise Problem(
                f"{name} is of the level {other.level} and {names[0]} of the level "
                f"{first.level}; join matrices of one level"
            )
    rules: dict[str, Rule] = {}
    evidence: dict[str, list[str]] = {}
    for item in matrices:
        for rule in item.rules:
            rules.setdefault(rule.id, rule)
            evidence.setdefault(rule.id, item.evidence.get(rule.id, []))
    columns = [
        _with_every_rule(column, rules)
        for item in matrices
        for column in item.columns
    ]
    give_names(columns)
    return Matrix(first.level, list(rules.values()), columns, evidence)


def _with_every_rule(column: Column, rules: Mapping[str, Rule]) -> Column:
    cells = {}
    for identity in rules:
        cell = column.cells.get(identity)
        if cell is None:
            cell = Cell()
            cell.add(
                "contract",
                NOT_APPLICABLE,
                "the contract had no such rule when this column was measured",
            )
        cells[identity] = cell
    return dataclasses.replace(column, cells=cells)
