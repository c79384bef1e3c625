"""Tests of tools/lib/arguments.py: which values the parser accepts, and the one
line that a user sees for a wrong value."""

import pytest

from tools.lib.arguments import Parser, number, one_of, seconds
from tools.lib.problem import INTERRUPTED, Problem, exit_status


def parser() -> Parser:
    made = Parser("tools/some", "About this tool.", "More of it.")
    made.add_argument("--jobs", type=number(1, 256), default=1)
    made.add_argument("--time", type=seconds, default=1.0)
    made.add_argument("--kind", type=one_of(["cat", "dog"]))
    return made


def test_values_are_read() -> None:
    found = parser().parse_args(["--jobs=256", "--time=0.5", "--kind", "dog"])
    assert (found.jobs, found.time, found.kind) == (256, 0.5, "dog")


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--jobs=0", "'0' is not a whole number from 1 to 256; try --help"),
        ("--jobs=257", "'257' is not a whole number from 1 to 256"),
        ("--jobs=1.5", "'1.5' is not a whole number"),
        ("--jobs=\u0663", "is not a whole number"),
        ("--time=0", "'0' is not a number above 0"),
        ("--time=nan", "'nan' is not a number above 0"),
        ("--time=soon", "'soon' is not a number above 0"),
        ("--kind=cow", "there is no 'cow'; there are cat, dog; try --help"),
        ("--job=1", "--job=1"),
        ("more", "more"),
    ],
)
def test_a_wrong_argument_gives_one_line(
    argument: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> int:
        parser().parse_args([argument])
        return 0

    assert exit_status("some", main) == 2
    error = capsys.readouterr().err
    assert error.startswith("some: ") and error.count("\n") == 1
    assert words in error and "try --help" in error


def test_help_keeps_the_lines_of_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    assert "\nAbout this tool.\n" in capsys.readouterr().out


def test_an_error_that_ends_a_tool_gives_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped_by(error: BaseException) -> tuple[int, str]:
        def main() -> int:
            raise error

        return exit_status("some", main, "stopped; go on"), capsys.readouterr().err

    assert stopped_by(Problem("no cat; get one")) == (2, "some: no cat; get one\n")
    assert stopped_by(KeyboardInterrupt()) == (INTERRUPTED, "some: stopped; go on\n")
    assert stopped_by(OSError(28, "No space left", "/full")) == (
        2,
        "some: /full: No space left; check disk and permissions\n",
    )
