"""check.py --rule-tests=PROGRAM --libraries=FOLDER ... BUG ...

Checks that each of the three detectors finds each planted bug and reports a
finding that the bug's header lists. Exit status 0 if so, 1 if not.

Runs as a Bazel test: writes one test case per bug to $XML_OUTPUT_FILE. With
--test_filter, checks only the bugs with matching names.
"""

from __future__ import annotations

import argparse
import dataclasses
import fnmatch
import os
import pathlib
import sys
import time
import xml.etree.ElementTree

from tools.commands.detect import detectors
from tools.lib import bug, plant
from tools.lib.arguments import Parser
from tools.lib.problem import exit_status

SEEDS = (1, 2)


class Survivor(Exception):
    """A detector missed the bug or reported an unexpected finding."""

    def __init__(self, what: str, outcome: detectors.Outcome | None = None):
        super().__init__(f"{what}\n{outcome.excerpt()}" if outcome else what)


@dataclasses.dataclass
class Target:
    """A fuzz target with an engine, and the program that replays its corpus."""

    engine: pathlib.Path
    replay: pathlib.Path


class Check:
    """Compares the results of the detectors with the headers of bugs."""

    def __init__(self, options: argparse.Namespace):
        self._options = options
        self._targets = {
            name: Target(pathlib.Path(engine), pathlib.Path(replay))
            for name, engine, replay in options.target
        }

    def check(self, planted: bug.Bug) -> None:
        """Runs the detectors on one bug. Raises Survivor if one of them misses
        the bug."""
        libraries = _libraries(self._options.libraries, planted)
        self._check_rule_tests(planted, libraries)
        if planted.corpora:
            self._check_replay(planted, libraries)
        if planted.sanitizer_only:
            self._check_plain_replay(planted)
        for target in planted.budgets:
            for seed in SEEDS:
                self._check_fuzzing(planted, target, seed, libraries)

    def _check_rule_tests(
        self, planted: bug.Bug, libraries: pathlib.Path
    ) -> None:
        failed, outcome = detectors.rule_tests(
            self._options.rule_tests, libraries, planted.breaks, planted.profile
        )
        for rule in planted.breaks:
            if rule not in failed:
                # A test that ends the process hides the tests after it.
                failed, outcome = detectors.rule_tests(
                    self._options.rule_tests, libraries, [rule], planted.profile
                )
            if rule not in failed:
                raise Survivor(f"the rule tests of {rule} pass", outcome)
        print("rule tests: " + ", ".join(planted.breaks))

    def _check_replay(self, planted: bug.Bug, libraries: pathlib.Path) -> None:
        # The replay of any target can run the programs of all targets.
        replay = next(iter(self._targets.values())).replay
        expected = planted.reports[0]
        outcome = _replay(planted, replay, libraries, expected)
        if expected not in outcome.findings:
            named = ", ".join(sorted(set(outcome.findings))) or "nothing"
            raise Survivor(f"replay reports {named}, not {expected}", outcome)
        print(f"replay of {', '.join(planted.corpora)}: {expected}")

    def _check_plain_replay(self, planted: bug.Bug) -> None:
        libraries = _libraries(self._options.plain_libraries, planted)
        outcome = _replay(planted, self._options.plain_replay, libraries)
        if outcome.status != 0:
            raise Survivor("a replay without sanitizers also finds the bug", outcome)
        print("without sanitizers: nothing")

    def _check_fuzzing(
        self, planted: bug.Bug, target: str, seed: int, libraries: pathlib.Path
    ) -> None:
        budget = planted.budgets[target]
        path = pathlib.Path(
            os.environ["TEST_TMPDIR"], f"{planted.name}-{target}-{seed}"
        )
        executions, outcome = detectors.fuzz(
            self._targets[target].engine,
            libraries,
            seed,
            budget,
            planted.profile,
            keep=path,
        )
        what = f"{target} with seed {seed}"
        if executions is None:
            raise Survivor(
                f"{what} misses the bug in {budget} executions", outcome
            )
        named = outcome.findings[0] if outcome.findings else "nothing"
        if named not in planted.reports:
            allowed = ", ".join(planted.reports)
            raise Survivor(f"{what} reports {named}, not {allowed}", outcome)
        print(f"{what}: {named} after {executions} executions")
        if planted.calls > 1:
            self._check_calls(planted, what, libraries, path)

    def _check_calls(
        self,
        planted: bug.Bug,
        what: str,
        libraries: pathlib.Path,
        path: pathlib.Path,
    ) -> None:
        text, outcome = detectors.minimized(
            self._options.minimize, libraries, path, planted.profile
        )
        if not text:
            raise Survivor(f"the finding of {what} cannot be minimized", outcome)
        count = len(detectors.calls(text))
        if count < planted.calls:
            raise Survivor(
                f"its header says {planted.calls} calls, and {what} needs "
                f"{count}:\n{text}"
            )


def _libraries(folder: pathlib.Path, planted: bug.Bug) -> pathlib.Path:
    """Returns the folder of a bug's libraries. Raises Survivor if the build did
    not plant the bug."""
    path = folder / planted.name
    trouble = path / plant.TROUBLE
    if trouble.exists():
        raise Survivor(trouble.read_text().strip())
    return path


def _replay(
    planted: bug.Bug,
    program: pathlib.Path,
    libraries: pathlib.Path,
    expected: str | None = None,
) -> detectors.Outcome:
    folders = [f"corpus/{corpus}" for corpus in planted.corpora]
    return detectors.replay(
        program, libraries, folders, planted.profile, expected
    )


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser("check", "Checks that planted bugs are caught.")
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
    parser.add_argument("bugs", nargs="+", type=pathlib.Path)
    return parser.parse_args(arguments)


def failure(check: Check, path: pathlib.Path) -> str:
    """Checks the bug in a file. Returns the reason why a detector misses it; ""
    if all detectors find the bug."""
    try:
        check.check(bug.read(path))
    except (Survivor, bug.Malformed) as error:
        return str(error)
    return ""


def is_wanted(path: pathlib.Path) -> bool:
    """True if --test_filter selects the bug, or is not given."""
    wanted = os.environ.get("TESTBRIDGE_TEST_ONLY")
    return not wanted or fnmatch.fnmatch(path.stem, wanted)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    check = Check(options)
    suite = xml.etree.ElementTree.Element("testsuite", name="planted bugs")
    status = 0
    for path in filter(is_wanted, options.bugs):
        print(f"--- {path}")
        start = time.monotonic()
        problem = failure(check, path)
        case = xml.etree.ElementTree.SubElement(
            suite,
            "testcase",
            name=path.stem,
            classname=path.parent.name,
            time=f"{time.monotonic() - start:.3f}",
        )
        if problem:
            status = 1
            first = problem.partition("\n")[0]
            print(f"FAILED {path}: {problem}", flush=True)
            failed = xml.etree.ElementTree.SubElement(
                case, "failure", message=first
            )
            failed.text = "".join(c for c in problem if c.isprintable() or c == "\n")
    output = os.environ.get("XML_OUTPUT_FILE")
    if output:
        xml.etree.ElementTree.ElementTree(suite).write(output)
    return status


if __name__ == "__main__":
    sys.exit(exit_status("check", lambda: main(sys.argv[1:])))
