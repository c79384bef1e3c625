"""Numbers of executions until a bug is found, put together."""

import math
import statistics


def by_bug(runs, method):
    """The method's runs, by bug and target."""
    groups = {}
    for run in runs:
        if run.method == method:
            groups.setdefault((run.bug, run.target), []).append(run)
    return groups


class Summary:
    """One method on one bug. What was not found counts as not found at the
    limit, which makes the method look better than it is."""

    def __init__(self, runs, limit):
        counts = [run.executions or limit for run in runs]
        self.seeds = len(runs)
        self.found = sum(run.executions is not None for run in runs)
        self.median = statistics.median(counts)
        self.worst = max(counts)
        self.seconds = statistics.median(run.seconds for run in runs)
        self.mean = geometric_mean(counts)


def geometric_mean(counts):
    return math.exp(statistics.fmean(math.log(count) for count in counts))


def total(groups, limit):
    """(bugs found by each seed, bugs, geometric mean of all runs)."""
    runs = [run for group in groups.values() for run in group]
    always = sum(
        all(run.executions is not None for run in group)
        for group in groups.values()
    )
    return (
        always,
        len(groups),
        geometric_mean([run.executions or limit for run in runs]),
    )


def is_rule(finding):
    """Whether the model names it, and not a sanitizer."""
    return finding is not None and ":" not in finding and " " not in finding


def by_comparison(runs, rules):
    """The bugs by the rule that the executor reports; rules without any."""
    bugs = {rule: set() for rule in rules}
    for run in runs:
        if is_rule(run.finding):
            bugs.setdefault(run.finding, set()).add(run.bug)
    return bugs
