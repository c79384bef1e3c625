"""Tests of tools/commands/detect/summary.py: when the targets find a bug later than
random programs."""

from tools.commands.detect.measurement import Run
from tools.commands.detect.summary import OWN_EXECUTIONS, Summary, is_later

# Twenty draws each: one program in three finds the bug.
FIRST = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 4, 5, 5, 6, 8, 9, 12]
SECOND = [1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8]


def summary(*executions: int) -> Summary:
    return Summary(
        [
            Run(
                bug="bug",
                target="target",
                method="method",
                seed=seed,
                executions=count,
                seconds=1,
                finding="GETP-3",
                limit=1000,
            )
            for seed, count in enumerate(executions)
        ]
    )


def by_targets(*executions: int) -> Summary:
    return summary(*(count + OWN_EXECUTIONS for count in executions))


def test_chance_makes_no_bug_late() -> None:
    assert by_targets(*SECOND).median - OWN_EXECUTIONS > 2 * summary(*FIRST).median
    assert not is_later(by_targets(*SECOND), summary(*FIRST))
    assert not is_later(by_targets(*FIRST), summary(*SECOND))


def test_a_bug_that_takes_three_times_the_programs_is_late() -> None:
    assert is_later(by_targets(*(3 * count for count in SECOND)), summary(*FIRST))
    assert not is_later(by_targets(6, 6), summary(3, 3))
    assert is_later(by_targets(7, 6), summary(3, 3))
