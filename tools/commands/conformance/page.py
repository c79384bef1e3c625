"""Writes the matrix as a single HTML file without external resources."""

import pathlib
from collections.abc import Mapping, Sequence

import jinja2

from tools.commands.conformance import matrix
from tools.lib.contract import Rule

_OUTCOMES = (
    matrix.PASSED,
    matrix.FAILED,
    matrix.CRASHED,
    matrix.BLOCKED,
    matrix.NOT_APPLICABLE,
)


def page(
    columns: Sequence[matrix.Column],
    rules: Sequence[Rule],
    level: str,
    changes: list[str] | None,
    c_sources: Mapping[str, Mapping[str, str]],
) -> str:
    """Returns the text of the page. `changes` is None without --compare."""
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html.j2").render(
        columns=columns,
        rules=rules,
        level=level,
        changes=changes,
        outcomes=_OUTCOMES,
        c_sources=c_sources,
    )
