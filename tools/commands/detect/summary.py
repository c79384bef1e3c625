"""Summarizes how many executions the runs of a method need to find a bug."""

import math
import statistics
from collections.abc import Iterable, Sequence

from tools.commands.detect import report
from tools.commands.detect.measurement import Run

# libFuzzer runs two inputs of its own before the first generated program: the
# empty input and a line feed.
OWN_EXECUTIONS = 2

# The largest acceptable ratio of the targets' executions to those of random
# programs.
LATER = 2


class Summary:
    """The runs of one method, on one bug or on all bugs.

    A run without a finding counts as a finding at the limit. The figures are
    therefore better than the method."""

    def __init__(self, runs: Sequence[Run]) -> None:
        counts = [run.executions or run.limit for run in runs]
        self.seeds = len(runs)
        self.found = sum(run.executions is not None for run in runs)
        self.always = self.found == self.seeds
        self.median = statistics.median(counts)
        self.average = statistics.fmean(counts)
        self.worst = max(counts)
        self.seconds = statistics.median(run.seconds for run in runs)
        self.most_seconds = max(run.seconds for run in runs)
        self.mean = geometric_mean(counts)


# {(bug, target): summary}
Summaries = dict[tuple[str, str], Summary]


def geometric_mean(counts: Iterable[float]) -> float:
    return math.exp(statistics.fmean(math.log(count) for count in counts))


def by_method(
    runs: Sequence[Run], methods: Iterable[str]
) -> dict[str, Summaries]:
    """Returns {method: its summaries} for the methods `methods`."""
    groups: dict[str, dict[tuple[str, str], list[Run]]] = {m: {} for m in methods}
    for run in runs:
        if run.method in groups:
            group = groups[run.method].setdefault((run.bug, run.target), [])
            group.append(run)
    return {
        method: {key: Summary(group) for key, group in by_bug.items()}
        for method, by_bug in groups.items()
    }


def is_later(targets: Summary, random: Summary) -> bool:
    """True if the targets need more than LATER times the executions of random
    programs to find a bug."""
    return times_later(targets, random) > LATER


def times_later(targets: Summary, random: Summary) -> float:
    """Returns how many times the executions of random programs the targets need, on
    average and without libFuzzer's own inputs. A median would depend on the seeds
    where a few programs find the bug: if one program in three finds it, the median of
    20 seeds is 1 or 4 by chance, and the average is near 3."""
    return (targets.average - OWN_EXECUTIONS) / random.average


def by_comparison(
    runs: Iterable[Run], rules: Iterable[str]
) -> dict[str, set[str]]:
    """Returns {rule: the bugs for which a run reports the rule}, for each of
    `rules` and for each rule that a run reports."""
    bugs: dict[str, set[str]] = {rule: set() for rule in rules}
    for run in runs:
        if run.finding and report.is_rule(run.finding):
            bugs.setdefault(run.finding, set()).add(run.bug)
    return bugs
