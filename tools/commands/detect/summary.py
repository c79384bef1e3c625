"""Numbers of executions until a bug is found, put together."""

import math
import statistics
from collections.abc import Iterable, Sequence

from tools.commands.detect import report
from tools.commands.detect.measurement import Run

# libFuzzer runs two inputs of its own before it asks for a program: the empty
# input and a line feed.
OWN_EXECUTIONS = 2

# How much later than random programs the targets may be.
LATER = 2


class Summary:
    """The runs of one method, on one bug or on all. A bug that is not found
    counts as found at the limit, which makes the method look better than it
    is."""

    def __init__(self, runs: Sequence[Run]) -> None:
        counts = [run.executions or run.limit for run in runs]
        self.seeds = len(runs)
        self.found = sum(run.executions is not None for run in runs)
        self.always = self.found == self.seeds
        self.median = statistics.median(counts)
        self.worst = max(counts)
        self.seconds = statistics.median(run.seconds for run in runs)
        self.most_seconds = max(run.seconds for run in runs)
        self.mean = geometric_mean(counts)


# By bug and target.
Summaries = dict[tuple[str, str], Summary]


def geometric_mean(counts: Iterable[float]) -> float:
    return math.exp(statistics.fmean(math.log(count) for count in counts))


def by_method(
    runs: Sequence[Run], methods: Iterable[str]
) -> dict[str, Summaries]:
    """Returns the summaries of each of these methods."""
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
    """True if the targets find a bug more than LATER times as late as random
    programs, by the medians and without libFuzzer's own inputs."""
    return targets.median - OWN_EXECUTIONS > LATER * random.median


def by_comparison(
    runs: Iterable[Run], rules: Iterable[str]
) -> dict[str, set[str]]:
    """Returns for each of the rules, and each that a run reports, the bugs that
    are reported by it."""
    bugs: dict[str, set[str]] = {rule: set() for rule in rules}
    for run in runs:
        if run.finding and report.is_rule(run.finding):
            bugs.setdefault(run.finding, set()).add(run.bug)
    return bugs
