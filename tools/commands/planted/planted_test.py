"""What the matrix makes of planted bugs: each red in its own rule, and few
others with it. All of them: tools/planted."""

import pytest

from tools.commands.planted import __main__ as planted
from tools.lib.problem import Problem


# Bugs, and the most rules that may be red: a comparison that fails, a crash in
# a function, one at the end of capsules, a leak, memory that is not set, and
# steps that nearly every test takes.
BUGS = {
    "names_ignore_case": 5,
    "new_message": 1,
    "new_without_memory_crashes": 3,
    "is_valid_crashes_on_null": 4,
    "dealloc_frees_nothing": 4,
    "new_leaks_reference": 3,
    "new_context_uninitialised": 3,
    "new_forgets_destructor": 5,
}


@pytest.fixture(name="shown", scope="module")
def fixture_shown(tmp_path_factory):
    """What is printed of all of them, by bug."""
    folder = tmp_path_factory.mktemp("planted")
    lines = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda text, **_: lines.append(text))
        status = planted.main(
            [
                f"--output={folder}",
                f"--bugs=/({'|'.join(BUGS)})$",
                "--programs=10",
                "--jobs=2",
            ]
        )
    assert status == 0, lines
    assert lines.pop().startswith(f"{len(BUGS)} bugs; ")
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_red_in_its_own_rule_and_hardly_elsewhere(name, shown):
    own, _, rest = shown[name].partition("; ")
    others = rest.partition(";")[0].removeprefix("others: ").split()
    others = others if rest.startswith("others") else []
    assert own != "not shown"
    assert len(own.split()) + len(others) <= BUGS[name], shown[name]


@pytest.mark.parametrize(
    "argument, words",
    [
        ("--bugs=(", "unterminated"),
        ("--bugs=nosuchbug", "matches no bug"),
        ("--programs=-1", "invalid number"),
        ("--nosuch", "--nosuch"),
    ],
)
def test_bad_arguments(argument, words):
    with pytest.raises(Problem, match=words):
        planted.main([argument])
