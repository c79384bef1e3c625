"""check.py --rule-tests=PROGRAM --libraries=FOLDER ... PATCH

Checks that each of the three detectors catches a planted bug, and names it by
what the bug's header says. Exit status 0 if so, 1 if not, 2 for a malformed
patch.
"""

import argparse
import os
import pathlib
import sys

from tools.commands.detect import detectors
from tools.lib import bug
from tools.lib.arguments import Parser
from tools.lib.bug import Bug
from tools.lib.problem import Problem, exit_status

SEEDS = (1, 2)


class Survivor(Exception):
    """A detector missed the bug, or called it by another name."""

    def __init__(
        self, what: str, outcome: detectors.Outcome | None = None
    ) -> None:
        super().__init__(f"{what}\n{outcome.excerpt()}" if outcome else what)


def check_rule_tests(
    planted: Bug, program: pathlib.Path, libraries: pathlib.Path | None
) -> None:
    failed, outcome = detectors.rule_tests(
        program, libraries, planted.breaks, planted.profile
    )
    for rule in planted.breaks:
        if rule not in failed:
            raise Survivor(f"the rule tests of {rule} pass", outcome)
    print("rule tests: " + ", ".join(planted.breaks))


def check_replay(
    planted: Bug, program: pathlib.Path, libraries: pathlib.Path | None
) -> None:
    folders = [f"corpus/{corpus}" for corpus in planted.corpora]
    outcome = detectors.replay(program, libraries, folders, planted.profile)
    expected = planted.reports[0]
    if expected not in outcome.findings:
        named = ", ".join(sorted(set(outcome.findings))) or "nothing"
        raise Survivor(f"replay reports {named}, not {expected}", outcome)
    print(f"replay of {', '.join(folders)}: {expected}")


def check_plain_replay(
    planted: Bug, program: pathlib.Path | None, libraries: pathlib.Path | None
) -> None:
    if planted.sanitizer_only != bool(program):
        raise Survivor(
            "its header and SANITIZER_ONLY of tests/bugs/BUILD do not agree"
        )
    if program and planted.sanitizer_only:
        folders = [f"corpus/{corpus}" for corpus in planted.corpora]
        outcome = detectors.replay(program, libraries, folders, planted.profile)
        if outcome.status != 0:
            raise Survivor("it is seen without sanitizers, too", outcome)
        print("without sanitizers: nothing")


def check_calls(
    planted: Bug,
    what: str,
    minimizer: pathlib.Path,
    libraries: pathlib.Path | None,
    path: pathlib.Path,
) -> None:
    text, outcome = detectors.minimized(
        minimizer, libraries, path, planted.profile
    )
    if not text:
        raise Survivor(f"what {what} finds cannot be made smaller", outcome)
    count = len(detectors.calls(text))
    if count < planted.calls:
        raise Survivor(
            f"its header says {planted.calls} calls, and {what} needs {count}:"
            f"\n{text}"
        )


def check_fuzzing(
    planted: Bug,
    target: str,
    program: pathlib.Path,
    minimizer: pathlib.Path,
    libraries: pathlib.Path | None,
) -> None:
    budget = planted.budgets[target]
    for seed in SEEDS:
        path = pathlib.Path(os.environ["TEST_TMPDIR"], f"{target}-{seed}")
        executions, outcome = detectors.fuzz(
            program, libraries, seed, budget, planted.profile, keep=path
        )
        what = f"{target} with seed {seed}"
        if executions is None:
            raise Survivor(f"{what} misses it in {budget} executions", outcome)
        named = outcome.findings[0] if outcome.findings else "nothing"
        if named not in planted.reports:
            allowed = ", ".join(planted.reports)
            raise Survivor(f"{what} reports {named}, not {allowed}", outcome)
        print(f"{what}: {named} after {executions} executions")
        if planted.calls > 1:
            check_calls(planted, what, minimizer, libraries, path)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser("check", "Checks that a planted bug is caught.")
    parser.add_argument("--rule-tests", type=pathlib.Path, required=True)
    parser.add_argument("--libraries", type=pathlib.Path, required=True)
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        type=lambda text: text.split("="),
        help="NAME=ENGINE=REPLAY",
    )
    parser.add_argument("--minimize", type=pathlib.Path, required=True)
    for flag in ("--plain-libraries", "--plain-replay"):
        parser.add_argument(flag, type=pathlib.Path, help="without sanitizers")
    parser.add_argument("patch", type=pathlib.Path)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        planted = bug.read(options.patch)
    except bug.Malformed as error:
        raise Problem(str(error)) from None
    engines = {name: pathlib.Path(engine) for name, engine, _ in options.target}
    replays = {name: pathlib.Path(replay) for name, _, replay in options.target}
    try:
        check_rule_tests(planted, options.rule_tests, options.libraries)
        if planted.corpora:
            # Any target's replay runs the programs of all of them.
            replay = next(iter(replays.values()))
            check_replay(planted, replay, options.libraries)
        check_plain_replay(
            planted, options.plain_replay, options.plain_libraries
        )
        for target in planted.budgets:
            check_fuzzing(
                planted,
                target,
                engines[target],
                options.minimize,
                options.libraries,
            )
    except Survivor as survivor:
        print(f"{options.patch}: {survivor}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(exit_status("check", lambda: main(sys.argv[1:])))
