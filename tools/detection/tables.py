"""The tables of the result, for terminal and page."""

import collections

import summary

Table = collections.namedtuple("Table", "title heads rows")


def methods(runs, names, limit):
    rows = []
    means = {}
    for name in names:
        groups = summary.by_bug(runs, name)
        if not groups:
            continue
        always, bugs, mean = summary.total(groups, limit)
        means[name] = mean
        rows.append((name, f"{always} of {bugs}", f"{mean:.1f}"))
    return Table(
        "Methods",
        ("method", "found with every seed", "geometric mean of executions"),
        rows,
    )


def bugs(runs, method, limit):
    """How soon the method finds each bug, the slowest first."""
    rows = []
    for (bug, target), group in summary.by_bug(runs, method).items():
        of = summary.Summary(group, limit)
        rows.append((bug, target, of))
    rows.sort(key=lambda row: (-row[2].worst, row[0], row[1]))
    return Table(
        f"Executions until found: {method}",
        ("bug", "target", "seeds", "median", "worst", "seconds"),
        [
            (
                bug,
                target,
                f"{of.found} of {of.seeds}",
                f"{of.median:g}",
                of.worst if of.found == of.seeds else f"not in {of.worst}",
                f"{of.seconds:.2f}",
            )
            for bug, target, of in rows
        ],
    )


def detectors(planted, runs, method):
    """Which detector catches what: by header, and by what is reported."""
    named = {}
    for run in runs:
        if run.method == method and run.finding:
            named.setdefault(run.bug, set()).add(summary.is_rule(run.finding))
    rows = []
    for bug in planted:
        kinds = named.get(bug.name, set())
        rows.append(
            (
                bug.name,
                ", ".join(bug.breaks),
                "yes" if True in kinds else "",
                "yes" if False in kinds else "",
            )
        )
    return Table(
        "Who reports it",
        ("bug", "rule tests", "model", "sanitizer"),
        rows,
    )


def only_the_model(planted, runs, method):
    """(bugs that no run gave a sanitizer's report for, bugs that were
    found)."""
    found, sanitized = set(), set()
    for run in runs:
        if run.method == method and run.finding:
            found.add(run.bug)
            if not summary.is_rule(run.finding):
                sanitized.add(run.bug)
    names = {bug.name for bug in planted}
    return len((found - sanitized) & names), len(found & names)


def comparisons(runs, rules):
    found = summary.by_comparison(runs, rules)
    return Table(
        "Comparisons of the executor",
        ("rule", "bugs", "which"),
        [
            (rule, len(bugs) or "none", ", ".join(sorted(bugs)))
            for rule, bugs in found.items()
        ],
    )
