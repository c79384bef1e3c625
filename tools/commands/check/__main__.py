"""The command tools/check: runs a program under the checker and reports."""

import argparse
import os
import pathlib
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tools.commands.check import build, channel, findings, formats, ignored
from tools.commands.check import model, record, text, trace
from tools.lib.arguments import Parser, number
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status
from tools.lib.whole_file import write_whole

ABOUT = """\
Runs a Python program and holds what its extension modules do with capsules
against the contract. Nothing is rebuilt: the checker is a shared object that is
preloaded, in children of the program too."""

MORE = """\
An error is something broken: memory that is gone, a destructor that swallows an
exception, a tensor with two owners. A warning is legal, but suspicious.

Exit status: that of COMMAND. If that is 0: 23 if there are errors, 1 with
--strict if there are warnings only, 2 if nothing could be checked. 2 for bad
input.

A suppression file has one RULE or RULE:OBJECT a line; # begins a comment.

  tools/check -- python3 my_program.py
  tools/check --html report.html -- pytest tests/
  tools/check --model -- python3 my_program.py
  tools/check --record out/recorded -- python3 my_program.py
  tools/check --ignore 'DTOR-6:_multiarray_umath*' -- python3 my_program.py
"""

FOUND = 23
WARNED = 1
UNCHECKED = 2


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "tools/check", ABOUT, MORE, usage="tools/check [FLAG ...] -- COMMAND ..."
    )
    parser.add_argument(
        "--strict", action="store_true", help="warnings make exit status 1"
    )
    for name, what in zip(
        REPORT_FILES, ("JSON", "one HTML page", "JUnit XML", "SARIF 2.1")
    ):
        parser.add_argument(
            f"--{name}",
            type=pathlib.Path,
            metavar="FILE",
            help=f"write the report as {what} too",
        )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="RULE[:OBJECT]",
        help="do not report this rule (in this object); * and ? as in a shell",
    )
    parser.add_argument(
        "--suppressions",
        action="append",
        default=[],
        type=pathlib.Path,
        metavar="FILE",
        help="a file of such patterns",
    )
    parser.add_argument(
        "--leaks",
        type=number(1),
        default=2,
        metavar="N",
        help="report capsules with a destructor that outlive the interpreter, "
        "from N of one place on (default 2)",
    )
    parser.add_argument(
        "--no-heap",
        action="store_true",
        help="do not watch memory: freed names and pointers are not found",
    )
    parser.add_argument(
        "--record",
        type=pathlib.Path,
        metavar="DIR",
        help="write what the extensions do with capsules into the new folder DIR, "
        "as programs for tools/fuzz --seeds DIR",
    )
    parser.add_argument(
        "--model",
        action="store_true",
        help="hold the interpreter against the contract too, while the program "
        "runs on it: the model of the contract predicts each call",
    )
    parser.add_argument("command", nargs="*", help="the program and its arguments")
    before, _, after = _split(arguments)
    options = parser.parse_args(before)
    options.command += after
    if not options.command:
        raise Problem("no command; say what to run behind --, or try --help")
    return options


def _split(arguments: list[str]) -> tuple[list[str], str, list[str]]:
    """Returns what stands before and behind the first --."""
    if "--" not in arguments:
        return arguments, "", []
    at = arguments.index("--")
    return arguments[:at], "--", arguments[at + 1 :]


def environment(
    library: pathlib.Path, folder: pathlib.Path, options: argparse.Namespace
) -> dict[str, str]:
    """Returns the environment of the program."""
    result = dict(os.environ)
    # The launcher has set PYTHONPATH for itself.
    if "CAPSULE_CHECK_PYTHONPATH" in result:
        del result["PYTHONPATH"]
        before = result.pop("CAPSULE_CHECK_PYTHONPATH")
        if before:
            result["PYTHONPATH"] = before
    # A sanitizer's runtime insists on being the first.
    preload = result.get("LD_PRELOAD", "").replace(":", " ").split()
    first = [path for path in preload if "asan" in os.path.basename(path)]
    others = [path for path in preload if path not in first]
    result["LD_PRELOAD"] = ":".join([*first, str(library), *others])
    result["CAPSULE_CHECK_DIR"] = str(folder)
    result["CAPSULE_CHECK_LEAKS"] = str(options.leaks)
    if options.record or options.model:
        result["CAPSULE_CHECK_TRACE"] = str(trace_folder(folder))
    if options.model:
        result["CAPSULE_CHECK_TRACE_CALLS"] = "all"
    if options.no_heap:
        result["CAPSULE_CHECK_NO_HEAP"] = "1"
    return result


def trace_folder(folder: pathlib.Path) -> pathlib.Path:
    """Returns where processes write their traces."""
    return folder / "traces"


def run(command: list[str], variables: dict[str, str]) -> int:
    """Runs the program and returns its status, 128 + N after signal N."""
    if not shutil.which(command[0]):
        raise Problem(f"there is no program {command[0]}; check the command")
    # Ctrl-C reaches the program, which ends as it likes; then comes the report.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            command,
            env=variables,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        status = process.wait()
    except OSError as error:
        raise Problem(f"{command[0]}: {error.strerror}; check the command") from None
    finally:
        signal.signal(signal.SIGINT, before)
    return status if status >= 0 else 128 - status


REPORT_FILES = ("json", "html", "junit", "sarif")


def find_report_files(options: argparse.Namespace) -> None:
    """Makes the paths of the report's files absolute. Refuses what cannot be
    written, before the program runs: a file in no folder, a folder, a device."""
    for name in REPORT_FILES:
        given = getattr(options, name)
        if not given:
            continue
        path = (start_folder() / given).resolve()
        if (path.exists() and not path.is_file()) or not os.access(
            path.parent, os.W_OK
        ):
            raise Problem(f"{given} cannot be written; name a file in a folder of yours")
        setattr(options, name, path)


def write(path: pathlib.Path, content: str) -> None:
    """Writes the whole file, or nothing."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise Problem(
            f"{path} cannot be written: {error.strerror}; name a file in a folder "
            "of yours"
        ) from None


def why_unchecked(program: str) -> str:
    """Returns why nothing of the program was seen, as far as its file tells."""
    path = pathlib.Path(shutil.which(program) or program)
    if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID):
        return f"{path} is setuid or setgid, and the system preloads nothing there"
    with open(path, "rb") as file:
        start = file.read(1 << 16)
    if start.startswith(b"\x7fELF") and b"/ld-" not in start:
        return f"{path} is linked statically, and nothing can be preloaded there"
    return "no process with an interpreter that exports the C API ran"


def write_files(report: findings.Report, options: argparse.Namespace) -> None:
    """Writes what the flags ask for."""
    if options.json:
        write(options.json, formats.as_json(report))
    if options.junit:
        write(options.junit, formats.as_junit(report))
    if options.sarif:
        write(options.sarif, formats.as_sarif(report))
    if options.html:
        from tools.commands.check import page

        write(options.html, page.page(report, shlex.join(options.command)))


def use_traces(
    report: findings.Report, traces: pathlib.Path, options: argparse.Namespace
) -> Iterator[str]:
    """Does what --model and --record ask for. Adds deviations to the report and
    yields lines for people."""
    if not (options.model or options.record):
        return
    follower = build.built(workspace_folder(), build.FOLLOWER)
    if options.model:
        followed = model.follow(traces, follower)
        report.findings = findings.joined(report.findings + followed.findings)
        for line in followed.lines():
            yield f"model: {line}"
    if options.record:
        programs = record.write(trace.read_all(traces), options.record, follower)
        for line in programs:
            yield f"recorded: {line}"


def final_status(report: findings.Report, status: int, strict: bool) -> int:
    """Returns the exit status of the tool."""
    if status:
        return status
    if report.count(findings.ERROR):
        return FOUND
    if strict and report.findings:
        return WARNED
    return 0 if report.was_checked() else UNCHECKED


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    patterns = [ignored.Pattern.of(text, "--ignore") for text in options.ignore]
    for path in options.suppressions:
        patterns += ignored.read(start_folder() / path)
    find_report_files(options)
    library = build.built(workspace_folder())
    if options.record:
        options.record = start_folder() / options.record
        record.check_folder(options.record)
    with tempfile.TemporaryDirectory(prefix="capsule-check-") as name:
        folder = pathlib.Path(name)
        trace_folder(folder).mkdir()
        status = run(options.command, environment(library, folder, options))
        report = findings.report_of(channel.read_all(folder))
        more = list(use_traces(report, trace_folder(folder), options))
    kept = [f for f in report.findings if not any(p.matches(f) for p in patterns)]
    report.ignored = len(report.findings) - len(kept)
    report.findings = kept
    if not report.was_checked() and not report.notes:
        report.notes.append(f"anything: {why_unchecked(options.command[0])}")
    sys.stdout.flush()
    for line in text.lines(report):
        print(line, file=sys.stderr)
    for line in more:
        print(f"tools/check: {line}", file=sys.stderr)
    write_files(report, options)
    return final_status(report, status, options.strict)


if __name__ == "__main__":
    sys.exit(exit_status("check", lambda: main(sys.argv[1:])))
