"""The tables that tools/detect prints."""

import dataclasses
from collections.abc import Sequence

from tools.commands.detect import summary
from tools.commands.detect.measurement import Run
from tools.commands.detect.summary import Summaries, Summary


@dataclasses.dataclass(frozen=True)
class Table:
    """A table. The terminal shows only the first `most` rows, or all rows if
    `most` is None."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    most: int | None = None


def methods(runs: Sequence[Run], summaries: dict[str, Summaries]) -> Table:
    """Returns a row per method, over all bugs and seeds."""
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
    """Returns a row per bug with the executions that the method needs, the
    largest first."""
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
    """Returns the bugs for which the first method needs many more executions than
    the other."""
    both = [
        (bug, target, of, summaries[other][bug, target])
        for (bug, target), of in summaries[first].items()
        if (bug, target) in summaries[other]
    ]
    rows = [
        (
            bug,
            target.removesuffix("_fuzz"),
            f"{of.average:.1f}",
            f"{than.average:.1f}",
            f"{summary.times_later(of, than):.1f}",
        )
        for bug, target, of, than in both
        if summary.is_later(of, than)
    ]
    rows.sort(key=lambda row: -float(row[4]))
    return Table(
        f"{len(rows)} of {len(both)}: on average, {first} needs more than "
        f"{summary.LATER} times the executions of {other}",
        ("bug", "target", first, other, "times"),
        rows,
    )
