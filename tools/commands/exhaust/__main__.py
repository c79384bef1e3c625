"""tools/exhaust: runs every small program on an implementation and compares each
with the model."""

import argparse
import dataclasses
import os
import pathlib
import re
import sys
import time

import rich.console
import rich.status

from tools.commands.exhaust import joining, run
from tools.commands.exhaust.progress import (
    STOPPED,
    Progress,
    Result,
    calls,
    read,
    write_whole,
)
from tools.commands.fuzz.build import (
    add_implementation,
    build_labels,
    flags_of,
    folder_word,
    known_implementations,
)
from tools.commands.fuzz.log import Log
from tools.lib.arguments import Parser, number
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ABOUT = """\
Runs every program of up to K calls over a small alphabet on an implementation,
shortest first, and compares each with the model. Programs that differ only in the
numbers of their slots count as one. Ends with a sentence such as "all 26,230
programs of up to 2 calls agree", or with the report of the first program that
differs, minimized."""

MORE = """\
The alphabet: two capsules, two names of equal text at different addresses, a third
name, two payloads, NULL, all destructors that a program may install, one object of
another type, one exception. docs/exhaust.md lists the calls and says how many
programs there are.

Keeps the position in a state file. The same command continues there after Ctrl-C,
kill -9 or --seconds, as long as the code is the same.

Exit status: 0 no difference, 1 a difference, 2 bad input, 130 after Ctrl-C.

  tools/exhaust                              every program of up to 3 calls
  tools/exhaust --calls 4 --seconds 3600     of up to 4 calls, for an hour
  tools/exhaust --calls 4 --part 3/16        a sixteenth of them, for one machine
  tools/exhaust --join a.json b.json         the result of both parts together
  tools/exhaust --implementation cpython     the system's CPython
  tools/exhaust --implementation /usr/bin/python3 --calls 2
"""

LONGEST = 8
SECONDS_PER_JSON = 2


def part(text: str) -> str:
    """An argparse type that accepts I/N with 1 <= I <= N."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", text)
    if not match or int(match[1]) > int(match[2]):
        raise argparse.ArgumentTypeError(f"'{text}' is not a part such as 3/16")
    return text


def parse(argv: list[str], implementations: list[str]) -> argparse.Namespace:
    parser = Parser("tools/exhaust", ABOUT, MORE)
    parser.add_argument(
        "--calls",
        type=number(1, LONGEST),
        default=3,
        metavar="K",
        help="the most calls of a program, without those that allocate payloads "
        "and names (default 3)",
    )
    parser.add_argument(
        "--part",
        type=part,
        default="1/1",
        metavar="I/N",
        help="run only the I-th of N parts; the parts can run at the same time, "
        "on any machines",
    )
    add_implementation(parser, implementations)
    parser.add_argument(
        "--seconds",
        type=number(1),
        metavar="N",
        help="stop after N seconds (default: run to the end)",
    )
    parser.add_argument(
        "--state",
        type=pathlib.Path,
        metavar="FILE",
        help="the state file (default: a file in the folder of --output for each "
        "build and part)",
    )
    parser.add_argument(
        "--json",
        type=pathlib.Path,
        metavar="FILE",
        help="also write the result as JSON; it is up to date while the run lasts",
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        metavar="FOLDER",
        help="where state and findings are kept (default out/exhaust/NAME)",
    )
    parser.add_argument(
        "--join",
        type=pathlib.Path,
        nargs="+",
        metavar="FILE",
        help="run nothing; read the JSON files of all parts, and say what follows "
        "from them together",
    )
    return parser.parse_args(argv)


@dataclasses.dataclass(frozen=True)
class Files:
    """The built programs."""

    exhaust: pathlib.Path
    minimize: pathlib.Path
    repro: pathlib.Path


def build(implementation: str, root: pathlib.Path) -> Files:
    """Builds the programs for the implementation: a name, or CPython's path."""
    labels = ["//fuzz/driver:exhaust"] + [
        f"//fuzz:sequence_fuzz_{tool}" for tool in ("minimize", "repro")
    ]
    built = build_labels(labels, flags_of(implementation), root)
    return Files(
        built / "fuzz/driver/exhaust",
        built / "fuzz/sequence_fuzz_minimize",
        built / "fuzz/sequence_fuzz_repro",
    )


class Screen:
    """Shows the progress on a terminal, and keeps the JSON file up to date."""

    def __init__(
        self, asked: int, json: pathlib.Path | None, status: rich.status.Status
    ) -> None:
        self._asked = asked
        self._json = json
        self._status = status
        self._written = 0.0

    def look(self, progress: Progress) -> None:
        result = Result(progress, self._asked)
        if result.verdict == STOPPED:
            self._status.update(
                f"{calls(result.complete + 1)}: {result.more():,} programs agree, "
                f"about {progress.share:.1%}; {result.rate()}"
            )
        if self._json and time.monotonic() - self._written > SECONDS_PER_JSON:
            self._written = time.monotonic()
            write_whole(self._json, result.as_json())


def run_part(
    arguments: argparse.Namespace,
    root: pathlib.Path,
    start: pathlib.Path,
    console: rich.console.Console,
) -> Result:
    """Builds, runs the part of the programs that the user wants, and minimizes
    the first program that differs."""
    files = build(arguments.implementation, root)
    folder = root / "out/exhaust" / folder_word(arguments.implementation)
    if arguments.output:
        folder = start / arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    digest = run.digest_of(files.exhaust)
    name = arguments.part.replace("/", "-of-")
    state = folder / f"{digest}-{name}.state"
    if arguments.state:
        state = start / arguments.state
    program = folder / f"finding-{name}.prog"
    command: list[object] = [
        files.exhaust,
        f"--calls={arguments.calls}",
        f"--part={arguments.part}",
        f"--build={digest}",
        f"--state={state}",
        f"--finding={program}",
    ]
    if arguments.seconds:
        command.append(f"--seconds={arguments.seconds}")
    log = Log()
    with console.status("starting") as status:
        screen = Screen(arguments.calls, arguments.json, status)
        differs = run.walk(command, state, log, screen.look)
    progress = read(state)
    if not progress:
        raise Problem(f"{state} is gone; run the command again")
    finding = None
    if differs:
        finding = run.examine(program, files.minimize, files.repro, log)
    return Result(progress, arguments.calls, finding)


def show(
    result: Result, console: rich.console.Console, start: pathlib.Path
) -> None:
    if result.finding:
        console.print(f"\n{result.finding.report.rstrip()}\n", markup=False)
    console.print(result.sentence(), markup=False)
    console.print(
        f"{result.progress.implementation}; {result.rate()}", markup=False
    )
    if result.finding:
        where = os.path.relpath(result.finding.program, start)
        console.print(f"program {where}", markup=False)


def main(argv: list[str]) -> int:
    root, start = workspace_folder().resolve(), start_folder()
    arguments = parse(argv, known_implementations(root))
    if arguments.json:
        arguments.json = start / arguments.json
    console = rich.console.Console(highlight=False, soft_wrap=True)
    if arguments.join:
        result = joining.join([start / path for path in arguments.join])
    else:
        result = run_part(arguments, root, start, console)
    show(result, console, start)
    if arguments.json:
        write_whole(arguments.json, result.as_json())
    return 1 if result.finding else 0


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "exhaust",
            lambda: main(sys.argv[1:]),
            "interrupted; the same command continues",
        )
    )
