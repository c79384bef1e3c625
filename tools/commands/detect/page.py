"""The result as a page: the tables, and how many bugs are found over time."""

import base64
import io
import re

import jinja2
import markupsafe
import matplotlib

matplotlib.use("Agg")

# pylint: disable=wrong-import-position
from matplotlib import pyplot, ticker

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Planted bugs</title>
<style>
body { font-family: sans-serif; margin: 2em; }
table { border-collapse: collapse; margin-bottom: 2em; }
td, th { border-bottom: 1px solid #ccc; padding: 0.2em 0.8em; }
td, th { text-align: left; vertical-align: top; }
.number { text-align: right; }
</style>
<h1>Planted bugs</h1>
<p>{{ about }}</p>
<img alt="bugs found over executions" src="data:image/png;base64,{{ plot }}">
{% for table in tables %}
<h2>{{ table.title }}</h2>
<table>
{% set numbers = columns_of_numbers(table) -%}
<tr>{% for head in table.heads -%}
<th{{ numbers[loop.index0] }}>{{ head }}</th>
{%- endfor %}</tr>
{% for row in table.rows -%}
<tr>{% for cell in row -%}
<td{{ numbers[loop.index0] }}>{{ cell }}</td>
{%- endfor %}</tr>
{% endfor -%}
</table>
{% endfor %}
</html>
"""


def plot(curves):
    """A PNG, in base64. `curves`: see results.curves()."""
    figure, axes = pyplot.subplots(figsize=(10, 5))
    for label, (counts, runs, limit) in curves.items():
        shares = [100 * i / runs for i in range(len(counts) + 1)]
        axes.step(
            [1, *counts, limit],
            [*shares, shares[-1]],
            where="post",
            label=label,
        )
    axes.set_xscale("log")
    axes.set_xlabel("executions")
    axes.set_ylabel("% of bugs and seeds found")
    axes.set_ylim(0, 101)
    axes.grid(alpha=0.3)
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.tight_layout()
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return base64.b64encode(picture.getvalue()).decode()


def columns_of_numbers(table):
    """For each column, the attribute of a cell that holds a number."""
    return [
        ' class="number"'
        if any(re.match(r"[0-9]", str(row[i])) for row in table.rows)
        else ""
        for i in range(len(table.heads))
    ]


def page(about, curves, tables):
    """The HTML; tables have `title`, `heads` and `rows`."""
    template = jinja2.Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        about=about,
        plot=plot(curves),
        tables=tables,
        columns_of_numbers=lambda table: [
            markupsafe.Markup(a) for a in columns_of_numbers(table)
        ],
    )
