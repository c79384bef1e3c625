"""The command line of tools/overnight."""

from __future__ import annotations

import argparse
import datetime
import pathlib
from collections.abc import Sequence

from tools.commands.fuzz.build import name_or_python
from tools.commands.overnight import plan
from tools.lib.arguments import Parser, number
from tools.lib.problem import Problem

ABOUT = """\
Fuzzes every target on every implementation for hours, goes on after findings, and
writes one page for the morning: index.html, report.json, junit.xml and
report.sarif in the output folder."""

MORE = """\
Exit status: 0 the campaign is OK, 1 it is not (a finding, a planted bug that was
not found, or a part that did not run), 2 bad input or a full disk.

  tools/overnight                            eight hours on all processors
  tools/overnight --until 07:30 --jobs 2     until half past seven, two jobs
  tools/overnight --hours 0.01 --targets name,table --settings default
                                             a campaign of half a minute
  tools/overnight --resume                   go on after an interruption
  tools/overnight --baseline out/overnight.1 say what is new since then
  tools/overnight --adopt FINDING            keep a finding as a regression test
  tools/overnight --join A B --output BOTH   one report of two machines
"""


def hours(text: str) -> float:
    """An argparse type that accepts hours above zero; returns seconds."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number of hours above 0 and up to 1000"
        )
    return value * 3600


def until(text: str) -> float:
    """An argparse type that accepts a time of day, HH:MM; returns the seconds
    until then."""
    try:
        time = datetime.datetime.strptime(text, "%H:%M")
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a time of day, such as 07:30"
        ) from None
    now = datetime.datetime.now()
    then = now.replace(
        hour=time.hour, minute=time.minute, second=0, microsecond=0
    )
    if then <= now:
        then += datetime.timedelta(days=1)
    return (then - now).total_seconds()


def parse(
    argv: Sequence[str], targets: list[str], implementations: list[str]
) -> argparse.Namespace:
    """Returns the arguments. Raises Problem."""
    parser = Parser(
        "tools/overnight",
        ABOUT,
        MORE,
        usage="tools/overnight [--hours H | --until HH:MM] [--jobs N]\n"
        "           [--implementation NAME|PATH ...] [--targets NAME,...]\n"
        "           [--settings NAME,...] [--seed N] [--planted N]\n"
        "           [--memory MIB] [--output FOLDER] [--baseline FOLDER]\n"
        "       tools/overnight --resume [--output FOLDER] [--baseline FOLDER]\n"
        "       tools/overnight --adopt FINDING [--output FOLDER]\n"
        "       tools/overnight --join FOLDER ... --output FOLDER",
    )
    time = parser.add_mutually_exclusive_group()
    time.add_argument(
        "--hours",
        dest="seconds",
        type=hours,
        metavar="H",
        help="how long to run, without the build (default 8)",
    )
    time.add_argument(
        "--until",
        type=until,
        metavar="HH:MM",
        help="when to end, with the build",
    )
    parser.add_jobs("processes")
    parser.add_argument(
        "--implementation",
        action="append",
        type=name_or_python(implementations),
        metavar="NAME|PATH",
        help=f"{', '.join(implementations)}, or the path of a Python 3 with its "
        "headers; may be given several times (default: reference and cpython)",
    )
    parser.add_argument(
        "--targets",
        metavar="NAME,...",
        help=f"some of {', '.join(targets)}; _fuzz may be left out (default all)",
    )
    parser.add_argument(
        "--settings",
        default=",".join(plan.ALL_SETTINGS),
        metavar="NAME,...",
        help=f"some of {', '.join(plan.ALL_SETTINGS)}: the default build, "
        "malloc() in place of the arena, each profile, MemorySanitizer for the "
        "reference, and the exhaustive check (default all)",
    )
    parser.add_seed("the campaign")
    parser.add_argument(
        "--planted",
        type=number(0, 300),
        metavar="N",
        help="how many planted bugs the campaign must find (default: one for "
        "each twenty minutes, at least 1, at most 24)",
    )
    parser.add_argument(
        "--memory",
        type=number(256, 2**20),
        default=2048,
        metavar="MIB",
        help="MiB that one job may use (default 2048)",
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        metavar="FOLDER",
        help="folder of the campaign (default out/overnight)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the campaign in the output folder",
    )
    parser.add_argument(
        "--baseline",
        type=pathlib.Path,
        metavar="FOLDER",
        help="folder of an earlier campaign: the report says which findings are "
        "new, still there or gone",
    )
    parser.add_argument(
        "--adopt",
        metavar="FINDING",
        help="write the program of a finding into corpus/ and replay it",
    )
    parser.add_argument(
        "--join",
        nargs="+",
        type=pathlib.Path,
        metavar="FOLDER",
        help="write one report of several campaigns, and join their corpora",
    )
    arguments = parser.parse_args(argv)
    arguments.targets = _targets(arguments.targets, targets)
    arguments.settings = _some_of(
        arguments.settings, plan.ALL_SETTINGS, "--settings"
    )
    names = arguments.implementation or ["reference", "cpython"]
    arguments.implementation = list(dict.fromkeys(names))
    _check(arguments, argv)
    return arguments


def _some_of(text: str, known: Sequence[str], flag: str) -> list[str]:
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in known:
            raise Problem(
                f"{flag}: there is no '{name}'; there are {', '.join(known)}"
            )
    if not names:
        raise Problem(f"{flag} names nothing; there are {', '.join(known)}")
    return [name for name in known if name in names]


def _targets(text: str | None, known: Sequence[str]) -> list[str]:
    if text is None:
        return list(known)
    names = [
        name if name in known else f"{name}_fuzz"
        for name in text.split(",")
        if name
    ]
    for name in names:
        if name not in known:
            name = name.removesuffix("_fuzz")
            raise Problem(
                f"there is no target '{name}'; there are {', '.join(known)}"
            )
    return _some_of(",".join(names), known, "--targets")


# {flag: the flags that go with it}. These flags do not start a campaign, so the other
# flags have nothing to say.
_MODES = {
    "--resume": ("--output", "--baseline"),
    "--adopt": ("--output",),
    "--join": ("--output",),
}


def _check(arguments: argparse.Namespace, argv: Sequence[str]) -> None:
    flags = [word.partition("=")[0] for word in argv if word.startswith("--")]
    for mode, others in _MODES.items():
        for flag in flags if mode in flags else []:
            if flag not in (mode, *others):
                raise Problem(f"{mode} and {flag} exclude each other; leave one out")
    if arguments.join and not arguments.output:
        raise Problem("--join needs --output FOLDER for the joint report; give one")
    if arguments.seconds is None:
        arguments.seconds = arguments.until or 8 * 3600.0
