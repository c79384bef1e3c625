"""The report as one HTML file that needs nothing beside it."""

import pathlib

from tools.commands.check.findings import ERROR, Report
from tools.commands.check.text import summary
from tools.lib.problem import Problem


def page(report: Report, command: str) -> str:
    """Returns the text of the page."""
    try:
        import jinja2
    except ImportError:
        raise Problem("--html needs jinja2; install python3-jinja2") from None
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html.j2").render(
        report=report,
        command=command,
        summary=summary(report),
        error=ERROR,
        objects=sorted(report.table.items()),
    )
