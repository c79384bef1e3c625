"""Tests of bad input to tools/overnight: one line that says what is wrong and what to
do, and exit status 2."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib

import pytest

from tools.commands.overnight import __main__ as overnight
from tools.commands.overnight import plan, summary
from tools.lib.problem import exit_status

GARBAGE = bytes(range(256))


@pytest.fixture(autouse=True)
def checkout(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a checkout without code, from which nothing can be built, and a folder
    for each kind of damage."""
    hosts = [f"capsule/{name}/host.c" for name in ("reference", "cpython")]
    for path in ["fuzz/name_fuzz.c", *hosts]:
        file = tmp_path / path
        file.parent.mkdir(parents=True)
        file.touch()
    for folder, name, data in (
        ("other-version", "plan.json", b'{"version": 99}'),
        ("other-version", "report.json", b'{"version": 99}'),
        ("garbage", "plan.json", GARBAGE),
        ("garbage", "report.json", GARBAGE),
        ("truncated", "plan.json", b'{"version": %d, "jobs"' % plan.VERSION),
        ("truncated", "report.json", b'{"version": %d, "lanes"' % summary.VERSION),
        ("empty", "plan.json", b'{"version": %d}' % plan.VERSION),
        ("empty", "report.json", b'{"version": %d}' % summary.VERSION),
        ("list", "plan.json", b"[]"),
        ("list", "report.json", b"[]"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(data)
    odd = {"version": summary.VERSION, "findings": [{"signature": 7}]}
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/report.json").write_text(json.dumps(odd))
    (tmp_path / "file").touch()
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))


DAMAGED = ("garbage", "truncated", "empty", "list", "other-version")
READING = [(flag, name) for flag in ("--baseline", "--join") for name in DAMAGED]


@pytest.mark.parametrize(
    "arguments, words",
    [
        *(([f"--resume --output {name}"], "plan.json") for name in DAMAGED),
        (["--resume --output none"], "there is no campaign in"),
        (["--resume --output file"], "there is no campaign in"),
        *(([f"{flag} {name} --output new"], "") for flag, name in READING),
        *(
            ([f"{flag} {name} --output new"], "cannot read")
            for flag in ("--baseline", "--join")
            for name in ("none", "file", "/dev/null")
        ),
        (["--baseline odd --output new"], "is damaged"),
        (["--join odd --output new"], "is damaged"),
        (["--join none"], "--join needs --output FOLDER"),
        (["--output file"], "is not a folder; give another"),
        *(
            ([f"--until {text}"], f"'{text}' is not a time of day, such as 07:30")
            for text in ("25:00", "7", "noon", "07:30:00")
        ),
        *(
            ([f"--hours {text}"], f"'{text}' is not a number of hours above 0")
            for text in ("0", "-1", "nan", "inf", "1e9", "x")
        ),
        (["--hours 1 --until 07:30"], "not allowed with argument"),
        (["--implementation nosuch"], "there is no 'nosuch'; there are cpython, "),
        (["--implementation /dev/null"], "/dev/null is not a program; give the path"),
        (["--implementation /bin/true"], "/bin/true is no CPython 3 with its headers"),
        (["--targets nosuch"], "there is no target 'nosuch'; there are name_fuzz"),
        (["--targets ,"], "--targets names nothing; there are name_fuzz"),
        (["--settings nosuch"], "there is no 'nosuch'; there are default, "),
        (["--adopt nosuch --output new"], "there is no finding 'nosuch' in"),
        (["--adopt", ""], "there is no finding '' in"),
        (["--jobs 0"], "'0' is not a whole number from 1"),
        (["--seed x"], "'x' is not a whole number from 1"),
        (["--planted -1"], "'-1' is not a whole number from 0"),
        (["--memory 1"], "'1' is not a whole number from 256"),
        (["--resume --hours 3"], "--resume and --hours exclude each other"),
        (["--resume --adopt x"], "--resume and --adopt exclude each other"),
        (["--join a --targets name"], "--join and --targets exclude each other"),
        (["surplus"], "unrecognized arguments: surplus"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: str, tmp_path: pathlib.Path
) -> None:
    argv = [word for text in arguments for word in text.split(" ")]
    before = sorted(tmp_path.rglob("*"))
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        status = exit_status("overnight", lambda: overnight.main(argv))
    text = said.getvalue()
    assert status == 2, text
    assert text.startswith("overnight: ") and text.count("\n") == 1, text
    assert words in text and "; " in text, text
    assert sorted(tmp_path.rglob("*")) == before, "something was written"


def test_no_time_left_after_the_build_is_one_line() -> None:
    made = plan.plan_of(
        {
            "seconds": 60.0,
            "jobs": 1,
            "seed": 1,
            "memory": 256,
            "slice_seconds": 1,
            "targets": [],
            "implementations": [],
            "chosen": [],
            "lanes": [],
            "planted": [],
            "replays": [],
            "exhaust": [],
            "not_run": {},
            "facts": {},
        }
    )
    said = io.StringIO()

    def late() -> int:
        made.shorten(61.0)
        return 0

    with contextlib.redirect_stderr(said):
        assert exit_status("overnight", late) == 2
    assert said.getvalue() == (
        "overnight: no time is left after the build; give a later --until\n"
    )
