"""Writes the matrix as a single HTML file without external resources."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Sequence

import jinja2

from tools.commands.conformance.matrix import (
    BLOCKED,
    CRASHED,
    FAILED,
    HOST,
    NOT_APPLICABLE,
    OUTCOMES,
    PASSED,
    Cell,
    Column,
    Matrix,
)
from tools.lib.contract import Rule

# {outcome: (the mark of a cell, its meaning)}
MARKS = {
    CRASHED: ("†", "the process died or did not end"),
    FAILED: ("✗", "a wrong result"),
    BLOCKED: ("b", "a test failed, but its rule rests on another broken rule"),
    HOST: ("h", "the interpreter fails here without any capsule"),
    PASSED: ("✓", "every test and program passed"),
    NOT_APPLICABLE: ("·", "not applicable, with a reason"),
}


@dataclasses.dataclass
class Evidence:
    """A cell, and the numbers of the columns that have an equal cell."""

    cell: Cell
    numbers: list[int]


@dataclasses.dataclass
class Reason:
    """A reason, and the cells that are not applicable for it: {numbers of the
    columns: ids of rules}."""

    text: str
    where: dict[tuple[int, ...], list[str]]


@dataclasses.dataclass
class Group:
    """The rules about one function, or about another subject."""

    title: str
    rules: list[Rule]


def holds_everywhere(matrix: Matrix, rule: Rule) -> bool:
    """True if the rule passed or is not applicable in each column."""
    return all(
        column.cells[rule.id].outcome in (PASSED, NOT_APPLICABLE)
        for column in matrix.columns
    )


def differs(matrix: Matrix, rule: Rule) -> bool:
    """True if the rule passed in a column and is not applicable in another."""
    found = {column.cells[rule.id].outcome for column in matrix.columns}
    return len(found) > 1 and holds_everywhere(matrix, rule)


def groups(rules: Sequence[Rule]) -> list[Group]:
    """Returns the rules by function. A function with one rule joins the other
    such functions of its section of the contract."""
    by_function: dict[str, list[Rule]] = {}
    for rule in rules:
        by_function.setdefault(rule.function, []).append(rule)
    found: dict[str, Group] = {}
    for rule in rules:
        alone = len(by_function[rule.function]) == 1 and rule.section
        title = f"other: {rule.section}" if alone else rule.function
        found.setdefault(title, Group(title, [])).rules.append(rule)
    return list(found.values())


def evidence(matrix: Matrix, rule: Rule) -> list[Evidence]:
    """Returns the cells of the rule. Equal cells are one Evidence."""
    found: list[Evidence] = []
    for number, column in enumerate(matrix.columns, 1):
        cell = column.cells[rule.id]
        equal = next((item for item in found if item.cell == cell), None)
        if equal:
            equal.numbers.append(number)
        else:
            found.append(Evidence(cell, [number]))
    return found


def reasons(matrix: Matrix) -> list[Reason]:
    """Returns the reasons of the cells that are not applicable, the most frequent
    first."""
    cells: dict[str, dict[str, list[int]]] = {}
    for number, column in enumerate(matrix.columns, 1):
        for identity, cell in column.cells.items():
            if cell.outcome == NOT_APPLICABLE:
                text = (cell.text or "nothing tests it here").strip()
                of_rule = cells.setdefault(text.splitlines()[0], {})
                of_rule.setdefault(identity, []).append(number)
    found = []
    for text, of_rules in cells.items():
        where: dict[tuple[int, ...], list[str]] = {}
        for identity, numbers in of_rules.items():
            where.setdefault(tuple(numbers), []).append(identity)
        found.append(Reason(text, where))
    return sorted(found, key=lambda reason: -len(cells[reason.text]))


def summary(matrix: Matrix) -> str:
    """Returns the first sentence of the page."""
    broken = [
        rule.id
        for rule in matrix.rules
        if any(c.cells[rule.id].outcome in (FAILED, CRASHED) for c in matrix.columns)
    ]
    count = len(matrix.columns)
    where = "1 implementation" if count == 1 else f"{count} implementations"
    whole = [column.name for column in matrix.columns if column.is_clean()]
    text = f"{len(matrix.rules)} rules of the contract on {where}: "
    if not broken:
        text += "no rule is broken."
    else:
        word = "rule is" if len(broken) == 1 else "rules are"
        text += f"{len(broken)} {word} broken somewhere, "
        text += f"and {len(whole)} of {count} keep every rule that can be tested."
    return text


def _column_names(columns: Sequence[Column], numbers: Sequence[int]) -> str:
    """Returns the names of the columns with these numbers, which count from 1."""
    if len(numbers) == len(columns) > 1:
        return "all"
    return ", ".join(columns[number - 1].name for number in numbers)


def page(matrix: Matrix, changes: list[str] | None, compared: str = "") -> str:
    """Returns the text of the page. `changes` is None without --compare; then
    `compared` is the name of the saved matrix."""
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html.j2").render(
        matrix=matrix,
        columns=matrix.columns,
        broken=[rule for rule in matrix.rules if not holds_everywhere(matrix, rule)],
        different=[rule for rule in matrix.rules if differs(matrix, rule)],
        groups=groups(matrix.rules),
        evidence=lambda rule: evidence(matrix, rule),
        names=lambda numbers: _column_names(matrix.columns, numbers),
        reasons=reasons(matrix),
        summary=summary(matrix),
        changes=changes,
        compared=compared,
        marks=MARKS,
        outcomes=OUTCOMES,
        broken_of=lambda group: sum(
            not holds_everywhere(matrix, rule) for rule in group.rules
        ),
    )
