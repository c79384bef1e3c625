"""check.py --rule-tests=PROGRAM --library=LIBRARY [--target=...] PATCH

Whether a planted bug is caught by each of the three detectors, and named by
what its header says. Exit status 0 if so, 1 if not, 2 for a malformed patch.
"""

import argparse
import sys

import bug
import detectors

SEEDS = (1, 2)


class Survivor(Exception):
    """A detector missed the bug, or called it by another name."""

    def __init__(self, what, outcome):
        super().__init__(f"{what}\n{outcome.excerpt()}")


def check_rule_tests(planted, program, library):
    failed, outcome = detectors.rule_tests(
        program, library, planted.breaks, planted.profile
    )
    for rule in planted.breaks:
        if rule not in failed:
            raise Survivor(f"the rule tests of {rule} pass", outcome)
    print("rule tests: " + ", ".join(planted.breaks))


def check_replay(planted, program, library):
    folders = [f"corpus/{corpus}" for corpus in planted.corpora]
    outcome = detectors.replay(program, library, folders, planted.profile)
    expected = planted.reports[0]
    if expected not in outcome.findings:
        named = ", ".join(sorted(set(outcome.findings))) or "nothing"
        raise Survivor(f"replay reports {named}, not {expected}", outcome)
    print(f"replay of {', '.join(folders)}: {expected}")


def check_fuzzing(planted, target, program, library):
    budget = planted.budgets[target]
    for seed in SEEDS:
        executions, outcome = detectors.fuzz(
            program, library, seed, budget, planted.profile
        )
        what = f"{target} with seed {seed}"
        if executions is None:
            raise Survivor(f"{what} misses it in {budget} executions", outcome)
        named = outcome.findings[0] if outcome.findings else "nothing"
        if named not in planted.reports:
            allowed = ", ".join(planted.reports)
            raise Survivor(f"{what} reports {named}, not {allowed}", outcome)
        print(f"{what}: {named} after {executions} executions")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("--rule-tests", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        type=lambda text: text.split("="),
        help="NAME=ENGINE=REPLAY",
    )
    parser.add_argument("patch")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    try:
        planted = bug.read(options.patch)
    except bug.Malformed as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    engines = {name: engine for name, engine, _ in options.target}
    replays = {name: replay for name, _, replay in options.target}
    try:
        check_rule_tests(planted, options.rule_tests, options.library)
        if planted.corpora:
            # Any target's replay runs the programs of all of them.
            replay = next(iter(replays.values()))
            check_replay(planted, replay, options.library)
        for target in planted.budgets:
            check_fuzzing(planted, target, engines[target], options.library)
    except Survivor as survivor:
        print(f"{options.patch}: {survivor}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
