"""Tests of the scheduler: shares, floor, determinism."""

import collections

from tools.commands.overnight.scheduler import (
    FLOOR,
    SHARES,
    UNGUIDED,
    Scheduler,
    Standing,
)


def lanes() -> list[Standing]:
    guided = [Standing(f"guided {n}", True) for n in range(5)]
    return guided + [Standing(f"generated {n}", False) for n in range(3)]


def run(standings: list[Standing], slices: int) -> list[tuple[str, str]]:
    """Runs slices of one second. Only the lane `guided 3` finds inputs."""
    scheduler = Scheduler(standings)
    order = []
    for _ in range(slices):
        choice = scheduler.choose()
        assert choice
        standing, pool = choice
        order.append((standing.name, pool))
        scheduler.charge(pool, 1.0)
        standing.add(1.0, 10 if standing.name == "guided 3" else 0)
    return order


def test_the_same_numbers_give_the_same_order() -> None:
    assert run(lanes(), 200) == run(lanes(), 200)


def test_each_pool_gets_its_share() -> None:
    order = run(lanes(), 1000)
    pools = collections.Counter(pool for _, pool in order)
    for pool, share in SHARES.items():
        assert abs(pools[pool] / 1000 - share) < 0.02, pools


def test_every_lane_gets_its_part_of_the_floor() -> None:
    order = run(lanes(), 1000)
    names = collections.Counter(name for name, _ in order)
    guided = [names[f"guided {n}"] for n in range(5)]
    # `guided 3` has the reward and so needs nothing of the floor.
    floor = 1000 * SHARES[FLOOR] / 4
    for number in (0, 1, 2, 4):
        assert guided[number] >= floor * 0.95, names
    for number in range(3):
        share = 1000 * SHARES[UNGUIDED] / 3
        assert abs(names[f"generated {number}"] - share) <= 2


def test_each_lane_gets_a_slice_before_any_lane_gets_two() -> None:
    order = run(lanes(), 8)
    assert sorted(name for name, _ in order) == sorted(s.name for s in lanes())


def test_the_lane_with_new_inputs_gets_the_reward() -> None:
    names = collections.Counter(name for name, _ in run(lanes(), 1000))
    assert names["guided 3"] == max(names.values())
    assert names["guided 3"] >= 1000 * (1 - SHARES[FLOOR] - SHARES[UNGUIDED]) * 0.9


def test_a_lane_that_finds_nothing_any_more_loses_the_reward() -> None:
    standing = Standing("lane", True)
    standing.add(1.0, 100)
    before = standing.score
    for _ in range(10):
        standing.add(1.0, 0)
    assert standing.score < before / 500


def test_two_jobs_take_different_lanes() -> None:
    standings = lanes()
    scheduler = Scheduler(standings)
    first = scheduler.choose()
    assert first
    first[0].running += 1
    scheduler.charge(first[1], 1.0)
    second = scheduler.choose()
    assert second and second[0] is not first[0]


def test_without_lanes_nothing_is_chosen() -> None:
    assert Scheduler([]).choose() is None
