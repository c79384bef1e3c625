"""tools/coverage: measures which lines, branches and conditions the tests run."""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.commands.coverage.shares import (
    METRICS,
    Figures,
    Files,
    Share,
    missed,
    shares,
    total,
)
from tools.lib.arguments import Parser
from tools.lib.llvm import versioned
from tools.lib.places import workspace_folder
from tools.lib.problem import Problem, exit_status

FOLDERS = (
    "capsule/reference",
    "capsule/runtime",
    "fuzz/executor",
    "fuzz/model",
    "fuzz/program",
)

# The groups of tests to measure separately, each as flags and patterns for Bazel.
# Patterns are used because Bazel silently skips tests that this configuration
# cannot build only if they are matched by a pattern.
GROUPS = {
    "rules": (
        "--test_lang_filters=cc",
        "//tests/rules/...",
        "//tests/reference/...",
    ),
    "replay": ("--test_tag_filters=replay", "//fuzz:all"),
}

TOGETHER = "both"

ELF = b"\x7fELF"

# The headings of the columns with figures.
HEADING = {"lines": "lines", "branches": "branch", "mcdc": "MC/DC"}

# The folder of the sources in coverage data: Bazel sets the variable PWD of the
# compiler to this path, because the path of the sandbox changes.
COMPILED_IN = "/proc/self/cwd/"

ABOUT = """\
Measures which lines, branches and conditions (MC/DC) of the reference and of
the harness the tests run. Measures the rule tests, the replay of the corpus, and
both together; with TEST arguments, only those tests."""

MORE = """\
Writes the figures to out/coverage/coverage.json, and the sources with execution
counts to out/coverage/html/index.html.

Exit status: 0 measured, 1 a test or the build failed, 2 bad input.
"""


def parse(argv: list[str]) -> argparse.Namespace:
    parser = Parser(
        "tools/coverage",
        ABOUT,
        MORE,
    )
    parser.add_argument(
        "tests",
        nargs="*",
        metavar="TEST",
        help="a Bazel target or pattern (default: all rule tests and the replay "
        "of the corpus)",
    )
    parser.add_argument(
        "--missed",
        metavar="FILE",
        help="print the lines and branches of FILE that no test runs, e.g. "
        "capsule/reference/capsule.c",
    )
    arguments = parser.parse_args(argv)
    if arguments.missed and not arguments.missed.startswith(FOLDERS):
        raise Problem(
            f"'{arguments.missed}' is in none of {', '.join(FOLDERS)}; name a "
            "file below one of them"
        )
    return arguments


def run(
    command: Sequence[object], root: pathlib.Path, **kwargs: Any
) -> subprocess.CompletedProcess[str]:
    """Runs a command of LLVM or Bazel in the root of the repository."""
    return subprocess.run(
        [str(part) for part in command], cwd=root, check=True, text=True, **kwargs
    )


class Measurement:
    """Runs groups of tests and reads their coverage counters."""

    def __init__(
        self, root: pathlib.Path, groups: dict[str, tuple[str, ...]]
    ) -> None:
        self.root = root
        self.out = root / "out" / "coverage"
        self.groups = groups
        self.whole = TOGETHER if len(groups) > 1 else next(iter(groups))
        self._raw = self.out / "raw"
        self._programs: list[pathlib.Path] = []

    def _test(self, group: str) -> None:
        """Runs the tests of the group and merges their counter files."""
        folder = self._raw / group
        folder.mkdir(parents=True)
        events = self._raw / "events.json"
        command = ["bazel", "test", "--config=coverage", *self.groups[group]]
        print(shlex.join(command), flush=True)
        run(
            [
                *command,
                "--dynamic_mode=off",
                "--nocache_test_results",
                "--build_tests_only",
                f"--test_env=LLVM_PROFILE_FILE={folder}/%p-%m.profraw",
                f"--build_event_json_file={events}",
                "--noshow_progress",
                "--ui_event_filters=-info",
            ],
            self.root,
            stdout=subprocess.DEVNULL,
        )
        self._programs += self._programs_of(events)
        self._merge(group, folder.glob("*.profraw"))
        shutil.rmtree(folder)

    def _programs_of(self, events: pathlib.Path) -> list[pathlib.Path]:
        """Returns the executables of the tests that ran, without scripts.
        llvm-cov reads the map from counters to source lines from them."""
        labels = set()
        for line in events.read_text().splitlines():
            result = json.loads(line)["id"].get("testResult")
            if result:
                labels.add(result["label"])
        paths = (
            self.root / "bazel-bin" / label.lstrip("/").replace(":", "/")
            for label in sorted(labels)
        )
        return [path for path in paths if path.read_bytes()[:4] == ELF]

    def _merge(self, name: str, files: Iterable[pathlib.Path]) -> None:
        """Merges several profiles into one. Leaves out damaged profiles."""
        listing = self._raw / "files"
        listing.write_text("".join(f"{file}\n" for file in sorted(files)))
        run(
            [
                versioned("llvm-profdata"),
                "merge",
                "-sparse",
                "-failure-mode=all",
                f"-input-files={listing}",
                f"-output={self._profile(name)}",
            ],
            self.root,
        )

    def _profile(self, name: str) -> pathlib.Path:
        return self.out / f"{name}.profdata"

    def _llvm_cov(
        self, what: str, name: str, *flags: str, **kwargs: Any
    ) -> subprocess.CompletedProcess[str]:
        first, *others = self._programs
        objects = [f"-object={program}" for program in others]
        return run(
            [versioned("llvm-cov"), what, first, *objects,
             f"-instr-profile={self._profile(name)}", *flags],
            self.root,
            **kwargs,
        )  # fmt: skip

    def _figures(self, name: str) -> Files:
        done = self._llvm_cov(
            "export",
            name,
            "-summary-only",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        export = json.loads(done.stdout)
        for data in export["data"]:
            for entry in data["files"]:
                entry["filename"] = entry["filename"].removeprefix(COMPILED_IN)
        return shares(export, FOLDERS)

    def html(self) -> None:
        """Writes the sources with execution counts, for all groups together."""
        new = self.out / "html.new"
        shutil.rmtree(new, ignore_errors=True)
        self._llvm_cov(
            "show",
            self.whole,
            "-format=html",
            "-show-mcdc",
            "-show-branches=count",
            f"-path-equivalence={COMPILED_IN},{self.root}/",
            f"-output-dir={new}",
            *(f"{COMPILED_IN}{folder}" for folder in FOLDERS),
            stderr=subprocess.DEVNULL,
        )
        shutil.rmtree(self.out / "html", ignore_errors=True)
        new.rename(self.out / "html")

    def missed(self, file: str) -> list[str]:
        """Returns the lines and branches of the file that no test runs."""
        done = self._llvm_cov(
            "show",
            self.whole,
            "-show-branches=count",
            "-show-mcdc",
            f"-path-equivalence={COMPILED_IN},{self.root}/",
            f"{COMPILED_IN}{file}",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return missed(done.stdout) or [f"{file}: nothing"]

    def measure(self) -> Figures:
        """Runs all tests. Returns the figures of each group and of all groups
        together."""
        shutil.rmtree(self._raw, ignore_errors=True)
        for group in self.groups:
            self._test(group)
        names = [*self.groups]
        if self.whole not in names:
            self._merge(self.whole, [self._profile(name) for name in names])
            names.append(self.whole)
        return {name: self._figures(name) for name in names}


def table(figures: Figures) -> Table:
    """Returns a row for each folder, followed by a row for each of its files.
    The columns are the figures of the groups."""
    result = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    result.add_column("%", no_wrap=True)
    for metric in METRICS:
        for name in figures:
            result.add_column(f"{HEADING[metric]}\n{name}", justify="right")

    def add(title: str, files: Files) -> None:
        result.add_row(
            title, *(str(files[name][metric]) for metric in METRICS for name in figures)
        )

    none = {metric: Share(0, 0) for metric in METRICS}
    whole = figures[list(figures)[-1]]
    for folder in FOLDERS:
        inside = [
            file
            for file, shares_of in whole.items()
            if file.startswith(f"{folder}/") and shares_of["lines"].count
        ]
        of = {
            name: {file: files.get(file, none) for file in inside}
            for name, files in figures.items()
        }
        add(folder, {name: total(of[name]) for name in figures})
        for file in inside:
            add("  " + file[len(folder) + 1 :], {n: of[n][file] for n in figures})
    return result


def as_json(figures: Figures) -> dict[str, Any]:
    return {
        name: {
            file: {
                metric: {"covered": share.covered, "count": share.count}
                for metric, share in metrics.items()
            }
            for file, metrics in files.items()
        }
        for name, files in figures.items()
    }


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    root = workspace_folder()
    tests = {"tests": tuple(arguments.tests)} if arguments.tests else GROUPS
    measurement = Measurement(root, tests)
    try:
        figures = measurement.measure()
        measurement.html()
        missed_lines = measurement.missed(arguments.missed) if arguments.missed else []
    except FileNotFoundError as error:
        raise Problem(f"there is no {error.filename}; run tools/setup") from None
    except subprocess.CalledProcessError as error:
        print(f"coverage: '{shlex.join(error.cmd[:2])}' failed", file=sys.stderr)
        return 1
    path = measurement.out / "coverage.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(as_json(figures), indent=2) + "\n")
    os.replace(new, path)
    Console().print(table(figures))
    for line in missed_lines:
        print(line)
    print(f"sources in {measurement.out}/html/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(exit_status("coverage", lambda: main(sys.argv[1:])))
