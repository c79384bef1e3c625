"""What the runs of all methods say: numbers, sentences and tables."""

from tools.commands.detect import summary, tables

RANDOM = "random"
SANITIZERS = "sanitizers"


def evaluate(planted, runs, names, absent, rules):
    """(what goes into the JSON besides tables and runs, the tables)."""
    first = names[0]
    summaries = summary.by_method(runs, names)
    models = [name for name in names if name != SANITIZERS]
    seen = summary.seen(runs, models)
    alone = _found(runs, SANITIZERS) if SANITIZERS in names else None
    caught = summary.by_comparison(runs, rules)
    uncaught = [rule for rule, bugs in caught.items() if not bugs]

    made = [
        tables.methods(runs, summaries, absent),
        tables.bugs(summaries, first),
    ]
    if RANDOM in names and first != RANDOM:
        made.append(tables.later(summaries, first, RANDOM))
    made += [
        tables.medians(summaries, absent),
        tables.detectors(planted, seen, alone),
        tables.comparisons(caught),
    ]
    result = {
        "about": " ".join(
            _sentences(planted, summaries, first, seen, alone, uncaught)
        ),
        "all found": all(s.always for s in summaries[first].values()),
        "uncaught": uncaught,
    }
    return result, made


def _found(runs, method):
    return {run.bug for run in runs if run.method == method and run.finding}


def _sentences(planted, summaries, first, seen, alone, uncaught):
    of = summaries[first].values()
    seeds = next(iter(of)).seeds
    always = sum(s.always for s in of)
    yield (
        f"{len(planted)} bugs, {seeds} seeds. {first}: {always} of {len(of)} "
        "found with every seed."
    )
    quiet = [bug for bug, (model, other) in seen.items() if not other]
    yield (
        f"{len(quiet)} of {len(seen)} were reported by the model in every "
        "run."
    )
    if RANDOM in summaries and first != RANDOM:
        yield (
            "Means are geometric. The engine begins with "
            f"{summary.OWN_EXECUTIONS} inputs of its own, which the "
            f"comparison of {first} with {RANDOM} leaves out."
        )
    if alone is not None:
        only = len(seen.keys() - alone)
        yield (
            f"{only} of {len(seen)} ({100 * only // max(len(seen), 1)}%) were "
            "never found without the model."
        )
    if uncaught:
        yield "No bug is reported by: " + ", ".join(uncaught) + "."


def curves(runs, methods):
    """For the plot, by method: executions of the runs that found something,
    how many runs there were, and where they ended."""
    made = {}
    for method in methods:
        mine = [run for run in runs if run.method == method.name]
        if mine:
            made[method.name] = (
                sorted(run.executions for run in mine if run.executions),
                len(mine),
                max(run.limit for run in mine),
            )
    return made
