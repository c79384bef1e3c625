"""The tables that tools/detect prints."""

import dataclasses
from collections.abc import Sequence

from tools.commands.detect import summary
from tools.commands.detect.measurement import Run
from tools.commands.detect.summary import Summaries, Summary


@dataclasses.dataclass(frozen=True)
class Table:
    """`most`: how many rows the terminal shows; None: all."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    most: int | None = None


def methods(runs: Sequence[Run], summaries: dict[str, Summaries]) -> Table:
    """Returns a row per method, with all bugs and seeds together."""
    rows = []
    for name, bugs_of in summaries.items():
        if not bugs_of:
            continue
        of = Summary([run for run in runs if run.method == name])
        rows.append(
            (
                name,
                f"{sum(s.always for s in bugs_of.values())} of {len(bugs_of)}",
                f"{sum(s.found > 0 for s in bugs_of.values())}",
                f"{of.mean:.1f}",
                worst(of),
                f"{of.seconds:.2f}",
                f"{of.seeds // len(bugs_of)}",
            )
        )
    return Table(
        "Methods (a bug counts with each of its targets)",
        ("method", "every seed", "any", "mean", "worst", "seconds", "seeds"),
        rows,
    )


def worst(of: Summary) -> str:
    return f"{of.worst}" if of.always else f"not in {of.worst}"


def bugs(summaries: Summaries, method: str) -> Table:
    """Returns how soon the method finds each bug, the slowest first."""
    slowest = sorted(
        summaries.items(), key=lambda item: (-item[1].worst, item[0])
    )
    return Table(
        f"Executions until found: {method}",
        ("bug", "target", "seeds", "median", "worst", "seconds"),
        [
            (
                bug,
                target.removesuffix("_fuzz"),
                f"{of.found} of {of.seeds}",
                f"{of.median:g}",
                worst(of),
                f"{of.most_seconds:.2f}",
            )
            for (bug, target), of in slowest
        ],
        15,
    )


def later(summaries: dict[str, Summaries], first: str, other: str) -> Table:
    """Returns the bugs that the first method finds much later than the other."""
    both = [
        (bug, target, of, summaries[other][bug, target])
        for (bug, target), of in summaries[first].items()
        if (bug, target) in summaries[other]
    ]
    rows = [
        (
            bug,
            target.removesuffix("_fuzz"),
            f"{of.median:g}",
            f"{than.median:g}",
            f"{(of.median - summary.OWN_EXECUTIONS) / than.median:.1f}",
        )
        for bug, target, of, than in both
        if summary.is_later(of, than)
    ]
    rows.sort(key=lambda row: -float(row[4]))
    return Table(
        f"{len(rows)} of {len(both)}: {first} more than {summary.LATER} times "
        f"as late as {other}",
        ("bug", "target", first, other, "times"),
        rows,
    )
