"""What tools/coverage does once the system is set up."""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from tools.commands.coverage.shares import METRICS, Share, missed, shares, total
from tools.lib.places import workspace_folder
from tools.lib.problem import Problem, exit_status

FOLDERS = (
    "capsule/reference",
    "capsule/runtime",
    "fuzz/executor",
    "fuzz/model",
    "fuzz/program",
)

# What is measured apart: the tests that belong to it, as Bazel is asked for
# them.
GROUPS = {
    "rules": "kind(cc_test, //tests/rules/... + //tests/reference/...)",
    "replay": "attr(tags, replay, //fuzz:all)",
}

TOGETHER = "both"

# What stands above the figures.
HEADING = {"lines": "lines", "branches": "branch", "mcdc": "MC/DC"}

# Where the compiler believes itself to be.
COMPILED_IN = "/proc/self/cwd/"

ABOUT = """\
Measures which lines, branches and conditions (MC/DC) of the reference and of
the harness are run: by the rule tests, by the replay of the corpus, and by
both."""

MORE = """\
Figures go to out/coverage/coverage.json, the sources with their counts to
out/coverage/html/index.html.

Exit status: 0 measured, 1 a test failed or the build did, 2 bad input.
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Problem(f"{message}; try --help")


def parse(argv):
    parser = Parser(
        prog="tools/coverage",
        description=ABOUT,
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--missed",
        metavar="FILE",
        help="print the lines and branches of that file that nothing runs, "
        "e.g. capsule/reference/capsule.c",
    )
    arguments = parser.parse_args(argv)
    if arguments.missed and not arguments.missed.startswith(FOLDERS):
        raise Problem(
            f"'{arguments.missed}' is in none of {', '.join(FOLDERS)}; name a "
            "file below one of them"
        )
    return arguments


def run(command, root, **kwargs):
    """Runs a command of LLVM or Bazel; its output where asked for."""
    return subprocess.run(
        [str(part) for part in command], cwd=root, check=True, **kwargs
    )


class Measurement:
    def __init__(self, root):
        self.root = root
        self.out = root / "out" / "coverage"
        self.raw = self.out / "raw"
        self.tests = {}
        self.binaries = []

    def test(self, group):
        """Runs the tests of the group, which leave their counters behind."""
        folder = self.raw / group
        folder.mkdir(parents=True)
        command = [
            "bazel",
            "test",
            "--config=coverage",
            "--dynamic_mode=off",
            "--nocache_test_results",
            "--build_tests_only",
            f"--test_env=LLVM_PROFILE_FILE={folder}/%p-%m.profraw",
            *self.tests[group],
        ]
        print(shlex.join(command[:-len(self.tests[group])]), GROUPS[group], flush=True)
        run(
            command + ["--noshow_progress", "--ui_event_filters=-info"],
            self.root,
            stdout=subprocess.DEVNULL,
        )
        self.merge(group, folder.glob("*.profraw"))
        shutil.rmtree(folder)

    def merge(self, name, files):
        """One profile of several, which need not be whole."""
        listing = self.raw / "files"
        listing.write_text("".join(f"{file}\n" for file in sorted(files)))
        run(
            [
                "llvm-profdata-19",
                "merge",
                "-sparse",
                "-failure-mode=all",
                f"-input-files={listing}",
                f"-output={self.profile(name)}",
            ],
            self.root,
        )

    def profile(self, name):
        return self.out / f"{name}.profdata"

    def find_tests(self):
        """Asks Bazel for the tests of each group."""
        for group, expression in GROUPS.items():
            done = run(
                ["bazel", "query", "--output=label_kind", expression],
                self.root,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for line in done.stdout.splitlines():
                kind, _, label = line.split()
                self.tests.setdefault(group, []).append(label)
                if kind == "cc_test":
                    self.binaries.append(label)

    def programs(self):
        """The tests' binaries, which know where the code stands."""
        paths = (
            self.root / "bazel-bin" / label.lstrip("/").replace(":", "/")
            for label in sorted(self.binaries)
        )
        # What is not compatible with the configuration was not built.
        return [path for path in paths if path.exists()]

    def llvm_cov(self, what, name, *flags, **kwargs):
        first, *others = self.programs()
        objects = [f"-object={program}" for program in others]
        return run(
            ["llvm-cov-19", what, first, *objects,
             f"-instr-profile={self.profile(name)}", *flags],
            self.root,
            **kwargs,
        )  # fmt: skip

    def figures(self, name):
        done = self.llvm_cov(
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

    def html(self):
        """The sources with their counts, of all groups together."""
        new = self.out / "html.new"
        shutil.rmtree(new, ignore_errors=True)
        self.llvm_cov(
            "show",
            TOGETHER,
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

    def missed(self, file):
        """The lines of that file that nothing runs, and the branches."""
        done = self.llvm_cov(
            "show",
            TOGETHER,
            "-show-branches=count",
            "-show-mcdc",
            f"-path-equivalence={COMPILED_IN},{self.root}/",
            f"{COMPILED_IN}{file}",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return missed(done.stdout) or [f"{file}: nothing"]

    def measure(self):
        shutil.rmtree(self.raw, ignore_errors=True)
        self.find_tests()
        for group in GROUPS:
            self.test(group)
        self.merge(TOGETHER, [self.profile(group) for group in GROUPS])
        return {name: self.figures(name) for name in (*GROUPS, TOGETHER)}


def table(figures):
    """A row per file, below one with its folder; figures of each group."""
    result = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    result.add_column("%", no_wrap=True)
    for metric in METRICS:
        for name in figures:
            result.add_column(f"{HEADING[metric]}\n{name}", justify="right")

    def add(title, files):
        result.add_row(
            title, *(str(files[name][metric]) for metric in METRICS for name in figures)
        )

    none = {metric: Share(0, 0) for metric in METRICS}
    for folder in FOLDERS:
        inside = [
            file
            for file in figures[TOGETHER]
            if file.startswith(f"{folder}/") and figures[TOGETHER][file]["lines"].count
        ]
        of = {
            name: {file: files.get(file, none) for file in inside}
            for name, files in figures.items()
        }
        add(folder, {name: total(of[name]) for name in figures})
        for file in inside:
            add("  " + file[len(folder) + 1 :], {n: of[n][file] for n in figures})
    return result


def as_json(figures):
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


def main(argv):
    arguments = parse(argv)
    root = workspace_folder()
    measurement = Measurement(root)
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
    try:
        sys.exit(exit_status("coverage", lambda: main(sys.argv[1:])))
    except KeyboardInterrupt:
        print("coverage: interrupted", file=sys.stderr)
        sys.exit(130)
