"""Evaluates the runs of all methods: numbers, sentences and tables."""

import dataclasses
from collections.abc import Iterator, Sequence

from tools.commands.detect import report, summary, tables
from tools.commands.detect.measurement import Run
from tools.commands.detect.methods import RANDOM, SANITIZERS


@dataclasses.dataclass(frozen=True)
class Result:
    """The results of a measurement.

    `all_found` is True if the first method finds each bug with each seed.
    `uncaught` lists the rules that no run has reported."""

    about: str
    all_found: bool
    uncaught: list[str]
    tables: list[tables.Table]


def evaluate(
    bugs: int, runs: Sequence[Run], names: Sequence[str], rules: Sequence[str]
) -> Result:
    """Returns the results of the runs. `bugs` is the number of bugs, `names` are
    the names of the methods, and `rules` the rules that a run can report."""
    first = names[0]
    summaries = summary.by_method(runs, names)
    caught = summary.by_comparison(runs, rules)
    uncaught = [rule for rule, by_it in caught.items() if not by_it]
    made = [tables.methods(runs, summaries), tables.bugs(summaries[first], first)]
    if RANDOM in names and first != RANDOM:
        made.append(tables.later(summaries, first, RANDOM))
    return Result(
        " ".join(_sentences(bugs, runs, summaries, first, uncaught)),
        all(of.always for of in summaries[first].values()),
        uncaught,
        made,
    )


def _sentences(
    bugs: int,
    runs: Sequence[Run],
    summaries: dict[str, summary.Summaries],
    first: str,
    uncaught: list[str],
) -> Iterator[str]:
    of = summaries[first].values()
    seeds = next(iter(of)).seeds
    yield (
        f"{bugs} bugs, {seeds} seeds. {first}: {sum(s.always for s in of)} of "
        f"{len(of)} found with every seed."
    )
    seen = {
        run.bug for run in runs if run.finding and run.method != SANITIZERS
    }
    loud = {
        run.bug
        for run in runs
        if run.method != SANITIZERS
        and run.finding
        and not report.is_rule(run.finding)
    }
    yield (
        f"{len(seen - loud)} of {len(seen)} were reported by the model in "
        "every run."
    )
    if RANDOM in summaries and first != RANDOM:
        yield (
            "Means are geometric. The engine first runs "
            f"{summary.OWN_EXECUTIONS} inputs of its own; the "
            f"comparison of {first} with {RANDOM} subtracts them."
        )
    if SANITIZERS in summaries:
        alone = {r.bug for r in runs if r.method == SANITIZERS and r.finding}
        only = len(seen - alone)
        yield (
            f"{only} of {len(seen)} ({100 * only // max(len(seen), 1)}%) were "
            "never found without the model."
        )
    if uncaught:
        yield "Rules that no run has reported: " + ", ".join(uncaught) + "."
