"""The plots of the report, as SVG text to embed in the page."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib

matplotlib.use("Agg")
# The same numbers give the same file.
matplotlib.rcParams["svg.hashsalt"] = "overnight"
matplotlib.rcParams["svg.fonttype"] = "none"

from matplotlib import pyplot  # noqa: E402 (after use())


def line(
    title: str,
    unit: str,
    seconds: Sequence[float],
    series: Sequence[tuple[str, Sequence[float]]],
    is_step: bool = False,
) -> str:
    """Returns an SVG element with one line for each of `series`, (name,
    values)."""
    scale, name = (3600, "hours") if max(seconds, default=0) > 5400 else (60, "minutes")
    if max(seconds, default=0) < 180:
        scale, name = 1, "seconds"
    figure, axes = pyplot.subplots(figsize=(5.2, 2.8))
    for label, values in series:
        times = [s / scale for s in seconds]
        if is_step:
            axes.step(times, values, where="post", label=label)
        else:
            axes.plot(times, values, label=label)
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel(name, fontsize=8)
    axes.set_ylabel(unit, fontsize=8)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(series) > 1:
        axes.legend(fontsize=7, frameon=False)
    figure.tight_layout()
    output = io.StringIO()
    figure.savefig(output, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    text = output.getvalue()
    label = f'<svg role="img" aria-label="{title}" '
    return label + text[text.index("<svg ") + len("<svg ") :]
