"""Decides which lane gets the next slice of processor time.

Three pools share the time:

    floor      the lane with the least time so far, so that every lane gets some
    reward     the lane that found the most new inputs per second lately
    generated  generated programs without guidance, the lane with the least time

Each lane gets its first slice before any lane gets a second one. After that, the
pool that is furthest behind its share comes next. The decision depends only on the
numbers of the lanes: the same numbers give the same order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

FLOOR, REWARD, UNGUIDED = "floor", "reward", "generated"

# The shares of processor time; docs/overnight.md states them.
SHARES = {FLOOR: 0.40, REWARD: 0.40, UNGUIDED: 0.20}

# The weight of a slice against the slices before it.
_NEWEST = 0.5


@dataclasses.dataclass
class Standing:
    """The numbers of one lane.

    seconds    processor time so far
    score      new inputs per second, a mean in which late slices count more
    is_guided  False for a lane of generated programs
    slices     how many slices the lane had
    running    how many of its slices run now
    """

    name: str
    is_guided: bool
    seconds: float = 0.0
    score: float = 0.0
    slices: int = 0
    running: int = 0

    def add(self, seconds: float, new: int) -> None:
        """Adds a slice that has ended."""
        self.seconds += seconds
        self.slices += 1
        rate = new / max(seconds, 0.1)
        self.score = (1 - _NEWEST) * self.score + _NEWEST * rate


class Scheduler:
    """Chooses lanes. `standings` is shared with the caller, who updates it."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        self.standings = list(standings)
        self.spent = dict.fromkeys(SHARES, 0.0)  # seconds, by pool

    def choose(self) -> tuple[Standing, str] | None:
        """Returns (the lane that comes next, its pool); None if there is no
        lane."""
        for standing in self.standings:
            if not standing.slices and not standing.running:
                return standing, FLOOR if standing.is_guided else UNGUIDED
        for pool in sorted(SHARES, key=self._lag):
            candidates = self._candidates(pool)
            if candidates:
                return min(candidates, key=_ORDER[pool]), pool
        return None

    def charge(self, pool: str, seconds: float) -> None:
        """Books processor time on a pool."""
        self.spent[pool] += seconds

    def _lag(self, pool: str) -> tuple[float, int]:
        """The smaller, the further the pool is behind its share."""
        return self.spent[pool] / SHARES[pool], list(SHARES).index(pool)

    def _candidates(self, pool: str) -> list[Standing]:
        lanes = [s for s in self.standings if s.is_guided == (pool != UNGUIDED)]
        if pool == REWARD:
            # A lane that has not run yet has no score.
            lanes = [s for s in lanes if s.slices and s.score > 0]
        return lanes


# Of equal lanes, min() takes the first one in the order of the plan: every target in
# the default build comes before other allocators and profiles.
def _least_time(standing: Standing) -> tuple[int, float]:
    return standing.running, standing.seconds


def _most_new(standing: Standing) -> tuple[int, float]:
    return standing.running, -standing.score


_ORDER = {FLOOR: _least_time, REWARD: _most_new, UNGUIDED: _least_time}
