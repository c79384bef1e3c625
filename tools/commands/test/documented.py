"""Runs a small instance of each command that the documentation shows.

usage: python3 -m tools.commands.test.documented

Most commands call Bazel, which cannot run inside a Bazel test. Therefore .ci/run
calls this program after the tests. //tests/style:commands_test fails if
README.md, CONTRIBUTING.md, docs/ or a --help shows a command without an entry in
this file. Exit status 0 if every command exits with status 0.
"""

import dataclasses
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator

from tools.lib import repository

PROGRAM = "corpus/sequence/seed/{}"
SMALL_BUG = "--bugs='/get_pointer_ignores_name$'"
ONE_TEST = "//tests/rules:new_test_cpython-3.14"
AS_SHOWN = "as shown"


@dataclasses.dataclass(frozen=True)
class Entry:
    """Says how to run the documented commands that match the regular expression
    `shown`: by the shell command `run`, or not at all, for the reason
    `why_not`."""

    shown: str
    run: str = ""
    why_not: str = ""


ENTRIES = (
    Entry(r"tools/[\w-]+ --help", AS_SHOWN),
    Entry(
        r"\.ci/run|tools/test|bazel test //\.\.\.",
        why_not=".ci/run runs all tests first",
    ),
    Entry(r"(tools/test|bazel test) //tests/canary:all", AS_SHOWN),
    Entry(
        r"tools/test --test_filter=.*",
        f"tools/test --test_filter='*.NEW_3_*' {ONE_TEST}",
    ),
    Entry(
        r"tools/test --config=quick",
        f"tools/test --config=quick {ONE_TEST}",
    ),
    Entry(
        r"tools/test --config=tsan .*",
        "tools/test --config=tsan //tests/threads/...",
    ),
    Entry(
        r"unshare -n bazel --batch .*",
        "root=$(mktemp -d) && "
        "unshare -n bazel --batch --output_user_root=$root build "
        "//capsule:contract && chmod -R u+w $root && rm -r $root",
    ),
    Entry(r"tools/exhaust( --calls 2)?", "tools/exhaust --calls 2"),
    Entry(
        r"tools/exhaust --calls 4 --(part|seconds) \S+",
        "tools/exhaust --calls 4 --part 3/16 --seconds 1",
    ),
    Entry(
        r"tools/exhaust --join \S+ \S+",
        "tools/exhaust --calls 1 --part 1/2 --json out/1.json && "
        "tools/exhaust --calls 1 --part 2/2 --json out/2.json && "
        "tools/exhaust --join out/1.json out/2.json",
    ),
    Entry(
        r"tools/exhaust --implementation \S+( --calls 2)?",
        "tools/exhaust --implementation /usr/bin/python3 --calls 1",
    ),
    Entry(r"tools/setup prove", AS_SHOWN),
    Entry(r"tools/prove( PyCapsule_SetName)?", "tools/prove PyCapsule_SetName"),
    Entry(r"tools/prove GETP-3", "tools/prove VAL-2"),
    Entry(r"tools/prove --table", AS_SHOWN),
    Entry(r"tools/prove --mutants.*", "tools/prove --mutants PyCapsule_SetContext"),
    Entry(
        r"tools/prove --cpython \S+( --(mutants|json|matrix).*)?",
        why_not="downloads a source package; tools/commands/prove tests the rest",
    ),
    Entry(
        r"tools/prove --source .*",
        "tools/prove --source capsule/reference/capsule.c PyCapsule_SetName",
    ),
    Entry(
        r"tools/python-from-source .*",
        why_not="compiles CPython; tools/commands/python_from_source tests the rest",
    ),
    Entry(
        r"tests/threads/pairs_on .*",
        why_not="needs a CPython of tools/python-from-source; "
        "//tests/threads:pairs_test tests the rest",
    ),
    Entry(r"tools/prove --bugs .*", "tools/prove --bugs /set_name_empties_old"),
    Entry(r"tools/fuzz( allocation| interpreter)?", "tools/fuzz name --seconds 2"),
    Entry(
        r"tools/fuzz name --seconds \d+ --jobs 2",
        "tools/fuzz name --seconds 2 --jobs 2",
    ),
    Entry(
        r"tools/fuzz --seed 7 --fresh -- -runs=\d+",
        "tools/fuzz name --seed 7 --fresh -- -runs=1000",
    ),
    Entry(r"tools/fuzz --rules", AS_SHOWN),
    Entry(
        r"tools/fuzz( name)? --implementation .*",
        "tools/fuzz name --implementation /usr/bin/python3 --seconds 2",
    ),
    Entry(
        r"tools/fuzz .*--engine afl.*", "tools/fuzz name --engine afl --seconds 5"
    ),
    Entry(
        r"tools/prog --check FILE",
        f"tools/prog --check {PROGRAM}",
    ),
    Entry(
        r"tools/fuzz --seconds 28800 --jobs 2",
        "tools/fuzz name --seconds 2 --jobs 2",
    ),
    Entry(r"bazel build //fuzz:name_fuzz_engine.*", AS_SHOWN),
    Entry(r"tools/setup", AS_SHOWN),
    Entry(
        r"make PYTHON_CONFIG=.*",
        why_not="//tools/commands/package:package_test runs it in the archive",
    ),
    Entry(
        r"bazel run //fuzz:name_fuzz_merge -- .*",
        "bazel run //fuzz:name_fuzz_merge -- out/merged corpus/name/seed",
    ),
    Entry(
        r"bazel run //fuzz:name_fuzz_minimize -- FILE",
        why_not="needs a finding; //tests/harness/driver runs minimize",
    ),
    Entry(
        r"bazel run //fuzz:name_fuzz_repro -- FILE",
        f"bazel run //fuzz:sequence_fuzz_repro -- {PROGRAM}",
    ),
    Entry(
        r"CAPSULE_LLVM=\d+ tools/test",
        why_not="needs another clang; .github/workflows/test.yml runs it",
    ),
    Entry(
        r"bazel run //fuzz:sequence_fuzz_repro -- FILE",
        f"bazel run //fuzz:sequence_fuzz_repro -- {PROGRAM}",
    ),
    Entry(
        r"tools/conformance( /usr/bin/python3( pypy3)?| pypy3| ~/.cache/\S+)?",
        "tools/conformance --programs 5 /usr/bin/python3",
    ),
    Entry(
        r"tools/conformance /usr/bin/python3\.\[0-9\]\[0-9\]",
        "tools/conformance --programs 5 /usr/bin/python3.[0-9][0-9]",
    ),
    Entry(
        r"cp out/conformance/matrix.json out/saved.json"
        r"|tools/conformance --compare .*",
        "cp out/conformance/matrix.json out/saved.json && "
        "tools/conformance --programs 5 --compare out/saved.json "
        "/usr/bin/python3",
    ),
    Entry(
        r"tools/conformance --join .*",
        "cp out/conformance/matrix.json out/saved.json && "
        "tools/conformance --join out/saved.json out/conformance/matrix.json",
    ),
    Entry(
        r"tools/conformance 'chroot .*",
        "tools/conformance --programs 5 'env -i PATH=/usr/bin python3' "
        "--python-include /usr/include/python3.$(/usr/bin/python3 -c "
        "'import sys; print(sys.version_info[1])')",
    ),
    Entry(
        r"tools/conformance --library .*",
        "clang-19 -shared -fPIC -O1 -I . -I capsule/reference/include "
        "-o out/libreference.so capsule/*.c capsule/reference/*.c "
        "capsule/runtime/*.c && tools/conformance --programs 5 --library "
        "out/libreference.so --include capsule/reference/include",
    ),
    Entry(
        r"tools/coverage.*",
        f"tools/coverage --missed capsule/reference/capsule.c {ONE_TEST}",
    ),
    Entry(
        r"tools/detect.*",
        f"tools/detect {SMALL_BUG} --seeds=1 --methods=targets",
    ),
    Entry(
        r"tools/overnight( --(hours|until|baseline|join).*)?",
        # On a loaded machine the time ends before every part has run. The
        # exit status is then 1, rightly.
        "night=$(mktemp -d)/night; tools/overnight --hours 0.006 --jobs 1 "
        "--seed 5 --implementation reference --targets name,table --settings "
        "default,malloc --output $night; grep -F '\"findings\": []' "
        "$night/report.json && tools/overnight --join $night --output $night.all",
    ),
    Entry(
        r"tools/overnight --(resume|adopt).*",
        why_not="need a stopped campaign and a finding; campaign_test and adopt_test "
        "have them",
    ),
    Entry(r"tools/planted --(check|replant .*)", "tools/planted --check"),
    Entry(
        r"tools/planted --record .*|git restore .*|git diff",
        why_not="needs an edit of the code, which replant_test makes",
    ),
    Entry(r"tools/planted.*", f"tools/planted {SMALL_BUG} --programs=5"),
    Entry(
        r"bazel test //tests/bugs:.*",
        "bazel test //tests/bugs:get_pointer_ignores_name",
    ),
    Entry(
        r"bazel run //tools:bench.*",
        "bazel run //tools:bench -- --only functions --only report --rounds 1 "
        "--seconds 0.001",
    ),
    Entry(
        r"tools/fuzz --seeds .*", "tools/fuzz --seeds corpus/wild --seconds 2"
    ),
    Entry(
        r"tools/check --record .*",
        "rm -rf out/recorded && tools/check --record out/recorded -- "
        "/usr/bin/python3 -c 'import datetime'",
    ),
    Entry(
        r"tools/check --model .*",
        "tools/check --model -- /usr/bin/python3 -c 'import datetime'",
    ),
    Entry(
        r"tools/check .*",
        "tools/check --html out/check.html -- /usr/bin/python3 -c "
        "'import datetime; datetime.datetime_CAPI'",
    ),
    Entry(r"tools/contract( --(json|write))?", AS_SHOWN),
    Entry(r"tools/package .*", "tools/package out/capsule-contract.tar.gz"),
    Entry(r"tools/setup --list .*", "tools/setup --list fuzz"),
    Entry(
        r"clang-format-19 -i FILE",
        "clang-format-19 --dry-run -Werror fuzz/name_fuzz.c",
    ),
    Entry(r"(sudo )?apt-get install .*", why_not="tools/setup is tested instead"),
    Entry(r"xdg-open .*", why_not="opens a window"),
    Entry(r"examples/go/build", why_not="needs Go, which tools/setup leaves out"),
)

# A line in a code block is a command if it begins with one of these words.
PROGRAMS = (
    *("apt-get", "bazel", "clang-format-19", "cp", "docker", "git", "make"),
    *("python3", "sudo", "unshare", "xdg-open"),
)

_ASSIGNMENT = re.compile(r"[A-Z_]+=\S+")
_CODE_SPAN = re.compile(r"`([^`]+)`")
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def is_command(text: str) -> bool:
    """True if the text begins with a program of this repository or of PROGRAMS.
    Variable assignments may precede the program."""
    words = text.split()
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    if not words:
        return False
    if words[0] in PROGRAMS:
        return len(words) > 1
    if "/" not in words[0] or words[0].startswith("/"):
        return False
    path = repository.ROOT / words[0]
    return path.is_file() and os.access(path, os.X_OK)


def in_document(text: str) -> Iterator[str]:
    """Yields the commands in the code blocks and code spans of Markdown."""
    text = text.replace("\\\n", " ")
    blocks = [line for block in _FENCED.findall(text) for line in block.split("\n")]
    rest = _FENCED.sub("", text)
    for line in blocks + [l for l in rest.split("\n") if l.startswith("    ")]:
        command = line.partition("  #")[0]
        if is_command(command):
            yield " ".join(command.split())
    for span in _CODE_SPAN.findall(rest):
        if is_command(span):
            yield " ".join(span.split())


def in_help(text: str) -> Iterator[str]:
    """Yields the commands in the indented lines of a --help. Two blanks separate
    a command from the remark after it."""
    for line in text.replace("\\\n", " ").split("\n"):
        command = line.strip().partition("  ")[0]
        if line.startswith("  ") and is_command(command):
            yield command


def commands() -> list[str]:
    """Returns the names of the launchers in tools/."""
    return [
        str(path)
        for path in repository.files()
        if str(path.parent) == "tools"
        and os.access(repository.ROOT / path, os.X_OK)
        and not path.suffix
    ]


def help_of(command: str) -> str:
    """Returns the output of --help. Does not install packages."""
    name = command.removeprefix("tools/").replace("-", "_")
    package = f"tools/commands/{name}/__main__.py"
    words = [command, "--help"]
    if (repository.ROOT / package).exists():
        module = f"tools.commands.{name}"
        words = ["/usr/bin/python3", "-B", "-m", module, "--help"]
    return subprocess.run(
        words,
        cwd=repository.ROOT,
        env={**os.environ, "PYTHONPATH": str(repository.ROOT)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def shown() -> dict[str, str]:
    """Returns {command that the documentation shows: the file that shows it}."""
    found: dict[str, str] = {}
    for path in repository.files(".md"):
        if path.parts[0] in ("README.md", "CONTRIBUTING.md", "docs"):
            for command in in_document((repository.ROOT / path).read_text()):
                found.setdefault(command, str(path))
    for name in commands():
        found.setdefault(f"{name} --help", name)
        # A program that Bazel builds prints the help of tools/prog.
        if name != "tools/prog":
            for command in in_help(help_of(name)):
                found.setdefault(command, f"{name} --help")
    return found


def entry_of(command: str) -> Entry | None:
    """Returns the first entry that matches the command, or None."""
    return next((e for e in ENTRIES if re.fullmatch(e.shown, command)), None)


def to_run() -> dict[str, str]:
    """Returns {shell command to run: a documented command that it stands for}."""
    program = min((repository.ROOT / PROGRAM.format("")).glob("*.prog")).name
    found: dict[str, str] = {}
    for command in shown():
        entry = entry_of(command)
        if entry and entry.run:
            run = command if entry.run == AS_SHOWN else entry.run
            found.setdefault(run.format(shlex.quote(program)), command)
    return found


def main() -> int:
    failed: list[str] = []
    for run, command in to_run().items():
        print(f"documented: {command}\n  $ {run}", flush=True)
        start = time.monotonic()
        done = subprocess.run(
            ["bash", "-c", run],
            cwd=repository.ROOT,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        seconds = time.monotonic() - start
        print(f"  status {done.returncode}, {seconds:.0f} s", flush=True)
        if done.returncode:
            lines = done.stdout.splitlines()
            print("\n".join(lines[-40:]), flush=True)
            failed.append(f"{run}: status {done.returncode}: {''.join(lines[-1:])}")
    for words in failed:
        print(f"documented: FAILED {words}")
    print(f"documented: {len(failed)} commands failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
