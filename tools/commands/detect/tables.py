"""The tables of the result, for terminal and page."""

import collections

from tools.commands.detect import summary


# `most`: rows that the terminal shows.
Table = collections.namedtuple("Table", "title heads rows most")

ALL = 10**6


def methods(runs, summaries, absent):
    rows = []
    for name, bugs in summaries.items():
        if not bugs:
            continue
        mine = [run for run in runs if run.method == name]
        of = summary.Summary(mine)
        rows.append(
            (
                name,
                f"{sum(s.always for s in bugs.values())} of {len(bugs)}",
                f"{sum(s.found > 0 for s in bugs.values())}",
                f"{of.mean:.1f}",
                worst(of),
                f"{of.seconds:.2f}",
                of.seeds // len(bugs),
            )
        )
    rows += [(name, why, "", "", "", "", "") for name, why in absent.items()]
    return Table(
        "Methods (a bug counts with each of its targets)",
        ("method", "every seed", "any", "mean", "worst", "seconds", "seeds"),
        rows,
        ALL,
    )


def worst(of):
    return f"{of.worst}" if of.always else f"not in {of.worst}"


def bugs(summaries, first):
    """How soon the method finds each bug, the slowest first."""
    slowest = sorted(
        summaries[first].items(), key=lambda item: (-item[1].worst, item[0])
    )
    return Table(
        f"Executions until found: {first}",
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


def medians(summaries, absent):
    """All methods side by side."""
    names = [name for name in summaries if name not in absent]
    keys = sorted({key for name in names for key in summaries[name]})
    return Table(
        "Executions until found: medians, worst in brackets",
        ("bug", "target", *names, *absent),
        [
            (
                bug,
                target.removesuffix("_fuzz"),
                *(
                    _cell(summaries[name].get((bug, target)))
                    for name in names
                ),
                *absent.values(),
            )
            for bug, target in keys
        ],
        0,
    )


def _cell(of):
    if of is None:
        return ""
    if of.found == 0:
        return f"not in {of.worst}"
    if not of.always:
        return f"{of.found} of {of.seeds} seeds"
    return f"{of.median:g} ({of.worst})"


def later(summaries, first, other):
    """Bugs that the first method finds too late."""
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
        ALL,
    )


def detectors(planted, seen, alone):
    """Which detector catches what. Rule tests and replay: as the header says,
    and the bug's own test holds it to that."""
    return Table(
        "Who catches it",
        ("bug", "rule tests", "replay", "model", "sanitizer", "without model"),
        [
            (
                bug.name,
                ", ".join(bug.breaks),
                _mark(bug.corpora),
                _mark(seen.get(bug.name, (False, False))[0]),
                _mark(seen.get(bug.name, (False, False))[1]),
                "" if alone is None else _mark(bug.name in alone),
            )
            for bug in planted
        ],
        0,
    )


def _mark(yes):
    return "yes" if yes else "-"


def comparisons(caught):
    return Table(
        "Rules that the executor compares, and the bugs reported by them",
        ("rule", "bugs", "which"),
        [
            (rule, len(bugs) or "none", ", ".join(sorted(bugs)))
            for rule, bugs in caught.items()
        ],
        0,
    )
