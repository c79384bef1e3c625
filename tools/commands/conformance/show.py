"""Prints the matrix on a terminal and writes it as a JUnit file."""

from collections.abc import Iterator, Sequence

import rich.box
import rich.markup
import rich.table

from tools.commands.conformance import matrix
from tools.lib import junit
from tools.lib.contract import Rule

_MARKS = {
    matrix.PASSED: ("passed", "green"),
    matrix.FAILED: ("FAILED", "bold red"),
    matrix.CRASHED: ("CRASHED", "bold magenta"),
    matrix.BLOCKED: ("blocked", "yellow"),
    matrix.HOST: ("host", "blue"),
    matrix.NOT_APPLICABLE: ("-", "dim"),
}

_LINES = 12  # of one text

# Characters of a line: what stands before the implementations, and the least
# that one of them needs.
_FRONT, _COLUMN = 48, 10


def _mark(cell: matrix.Cell) -> str:
    word, style = _MARKS[cell.outcome]
    if cell.outcome == matrix.BLOCKED:
        word = f"blocked by {' '.join(cell.blockers)}"
    return f"[{style}]{word}[/]"


def _is_plain(rule: Rule, columns: Sequence[matrix.Column]) -> bool:
    """True if the rule holds in every column."""
    return all(column.cells[rule.id].outcome == matrix.PASSED for column in columns)


def tables(
    columns: Sequence[matrix.Column],
    rules: Sequence[Rule],
    every_rule: bool,
    width: int,
) -> Iterator[rich.table.Table]:
    """Returns one or more tables. Each has as many implementations as fit into the
    width of the terminal."""
    most = max(1, (width - _FRONT) // _COLUMN)
    for i in range(0, len(columns), most):
        yield table(columns[i : i + most], rules, every_rule)


def table(
    columns: Sequence[matrix.Column], rules: Sequence[Rule], every_rule: bool
) -> rich.table.Table:
    """Returns a table of rules and implementations. Unless `every_rule` is true,
    shows only the number of rules that hold everywhere."""
    grid = rich.table.Table(box=rich.box.SIMPLE_HEAD)
    grid.add_column("rule", no_wrap=True)
    grid.add_column("of", no_wrap=True, overflow="ellipsis", max_width=28)
    for column in columns:
        grid.add_column(rich.markup.escape(column.name))
    for rule in rules:
        if every_rule or not _is_plain(rule, columns):
            cells = [_mark(column.cells[rule.id]) for column in columns]
            grid.add_row(rule.id, rich.markup.escape(rule.function), *cells)
    for outcome, (word, style) in _MARKS.items():
        counts = [str(column.count(outcome)) for column in columns]
        grid.add_row(f"[{style}]{outcome}[/]", "", *counts)
    grid.add_row("programs", "", *(column.programs_shown() for column in columns))
    return grid


def details(columns: Sequence[matrix.Column], rules: Sequence[Rule]) -> Iterator[str]:
    """Yields a paragraph for each failed cell, and one line per reason for all rules
    that are not applicable for that reason."""
    for column in columns:
        for remark in column.remarks:
            yield f"{column.name}: {remark}"
        reasons: dict[str, list[str]] = {}
        for rule in rules:
            cell = column.cells[rule.id]
            if cell.outcome == matrix.NOT_APPLICABLE:
                reasons.setdefault(cell.text or "nothing tests it here", []).append(
                    rule.id
                )
            elif cell.outcome in (*matrix.RED, matrix.HOST):
                yield _paragraph(column, rule, cell)
        for reason, identities in reasons.items():
            first = reason.strip().splitlines()[0]
            yield f"{column.name}: not applicable: {' '.join(identities)}: {first}"


def _paragraph(column: matrix.Column, rule: Rule, cell: matrix.Cell) -> str:
    lines = [f"{rule.id} on {column.name}: {cell.outcome}: {rule.text}"]
    text = cell.text.splitlines()
    lines += [f"  {line}" for line in text[:_LINES]]
    if len(text) > _LINES:
        lines.append(f"  ... {len(text) - _LINES} lines more in the page")
    if cell.program:
        lines.append(f"  shortest program{_again(cell.shows)}")
        lines += [f"    {line}" for line in cell.program.splitlines()]
    if cell.c_file:
        word = "as C" if cell.program else "without capsules"
        lines.append(f"  {word}  {cell.c_file}{_again(cell.c_shows)}")
    return "\n".join(lines)


def _again(shows: str) -> str:
    return f" (run again: {shows})" if shows else ""


def junit_xml(columns: Sequence[matrix.Column], rules: Sequence[Rule]) -> str:
    """Returns JUnit XML with one suite per implementation and one case per rule."""
    return junit.documents(
        {
            column.name: [_case(column, rule) for rule in rules]
            for column in columns
        }
    )


def _case(column: matrix.Column, rule: Rule) -> junit.Case:
    cell = column.cells[rule.id]
    text = cell.text
    if cell.program:
        text += f"\n\nshortest program{_again(cell.shows)}\n{cell.program}"
    if cell.outcome in matrix.RED:
        words = f"{cell.outcome}: {rule.text}"
        return junit.Case(column.name, rule.id, failure=words, text=text)
    if cell.outcome == matrix.BLOCKED:
        skipped = f"blocked by {' '.join(cell.blockers)}"
        return junit.Case(column.name, rule.id, text=text, skipped=skipped)
    if cell.outcome == matrix.PASSED:
        return junit.Case(column.name, rule.id)
    skipped = text.strip().partition("\n")[0] or cell.outcome
    return junit.Case(column.name, rule.id, text=text, skipped=skipped)
