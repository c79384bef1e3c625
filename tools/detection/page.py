"""The result as a page: the tables, and how many bugs are found over time."""

import base64
import io

import jinja2
import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # pylint: disable=wrong-import-position

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Planted bugs</title>
<style>
body { font-family: sans-serif; margin: 2em; }
table { border-collapse: collapse; margin-bottom: 2em; }
td, th { border-bottom: 1px solid #ccc; padding: 0.2em 0.8em; }
td { text-align: right; }
td:first-child, th { text-align: left; }
</style>
<h1>Planted bugs</h1>
<p>{{ about }}</p>
<img alt="bugs found over executions" src="data:image/png;base64,{{ plot }}">
{% for table in tables %}
<h2>{{ table.title }}</h2>
<table>
<tr>{% for head in table.heads %}<th>{{ head }}</th>{% endfor %}</tr>
{% for row in table.rows -%}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</table>
{% endfor %}
</html>
"""


def plot(curves):
    """A PNG, in base64. `curves`: see results.curves()."""
    figure, axes = pyplot.subplots(figsize=(9, 5))
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
    axes.legend(loc="lower right")
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return base64.b64encode(picture.getvalue()).decode()


def page(about, curves, tables):
    """The HTML; tables have `title`, `heads` and `rows`."""
    template = jinja2.Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        about=about, plot=plot(curves), tables=tables
    )
