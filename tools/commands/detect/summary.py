"""Numbers of executions until a bug is found, put together."""

import math
import statistics

from tools.commands.detect import report


# What libFuzzer runs of its own accord before it asks for a program: the empty
# input and a line feed.
OWN_EXECUTIONS = 2

# How much later than random programs the targets may be.
LATER = 2


class Summary:
    """One method on one bug, or on all of them. What was not found counts as
    found at the limit, which makes the method look better than it is."""

    def __init__(self, runs):
        counts = [run.executions or run.limit for run in runs]
        self.seeds = len(runs)
        self.found = sum(run.executions is not None for run in runs)
        self.always = self.found == self.seeds
        self.median = statistics.median(counts)
        self.worst = max(counts)
        self.seconds = statistics.median(run.seconds for run in runs)
        self.most_seconds = max(run.seconds for run in runs)
        self.mean = geometric_mean(counts)


def geometric_mean(counts):
    return math.exp(statistics.fmean(math.log(count) for count in counts))


def of_method(runs, method):
    """The method's runs, by bug and target."""
    groups = {}
    for run in runs:
        if run.method == method:
            groups.setdefault((run.bug, run.target), []).append(run)
    return groups


def by_method(runs, methods):
    """By method, by bug and target, a Summary."""
    return {
        method: {
            key: Summary(group)
            for key, group in of_method(runs, method).items()
        }
        for method in methods
    }


def is_later(targets, random):
    """Whether the targets find a bug more than LATER times as late as random
    programs, by the medians; without what the engine runs of its own accord."""
    return targets.median - OWN_EXECUTIONS > LATER * random.median


def by_comparison(runs, rules):
    """The bugs by the rule that the executor reports; rules without any."""
    bugs = {rule: set() for rule in rules}
    for run in runs:
        if run.finding and report.is_rule(run.finding):
            bugs.setdefault(run.finding, set()).add(run.bug)
    return bugs


def seen(runs, methods):
    """By bug: whether in some run the model reported it, whether in some run a
    sanitizer did. Methods that heed the sanitizers only are not asked."""
    kinds = {}
    for run in runs:
        if run.method in methods and run.finding:
            kinds.setdefault(run.bug, set()).add(report.is_rule(run.finding))
    return {bug: (True in k, False in k) for bug, k in kinds.items()}
