"""The command line of a Python tool: a parser whose errors are one line.

The messages about values are our own, so that tests can compare them: the
messages of argparse differ between versions of Python."""

import argparse
import os
from collections.abc import Callable, Iterable
from typing import NoReturn

from tools.lib.problem import Problem


class Parser(argparse.ArgumentParser):
    """Parses the arguments of the command `prog`.

    --help prints `about`, the flags and `more`, with the line breaks of the
    source. The parser accepts only full flag names. Bad arguments raise a
    Problem."""

    def __init__(
        self, prog: str, about: str, more: str = "", usage: str | None = None
    ) -> None:
        super().__init__(
            prog=prog,
            description=about,
            epilog=more,
            usage=usage,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; try --help")

    def add_jobs(self, what: str, default: int | None = None) -> None:
        """Adds --jobs N: how many of `what` run at once. The default is one for
        each processor, or `default`."""
        self.add_argument(
            "--jobs",
            type=number(1, 256),
            default=default or os.cpu_count() or 1,
            metavar="N",
            help=f"{what} to run at once (default "
            f"{default or 'one for each processor'})",
        )

    def add_seed(self, what: str) -> None:
        """Adds --seed N. Without the flag, `seed` is None and the tool draws a
        seed."""
        self.add_argument(
            "--seed",
            type=number(1, 2**31),
            metavar="N",
            help=f"seed of {what} (default: a new random seed)",
        )


def number(least: int, most: int = 10**9) -> Callable[[str], int]:
    """Returns an argparse type that accepts the whole numbers from `least` to
    `most`."""

    def parse(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"'{text}' is not a whole number from {least} to {most}"
            )
        return value

    return parse


def seconds(text: str) -> float:
    """An argparse type that accepts a time in seconds above zero."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 10**9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return value


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """Returns an argparse type that accepts one of these names."""
    known = list(names)

    def parse(text: str) -> str:
        if text not in known:
            raise argparse.ArgumentTypeError(
                f"there is no '{text}'; there are {', '.join(known)}"
            )
        return text

    return parse
