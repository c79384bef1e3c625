"""The first line of the report: the verdict, and what the verdict rests on.

    OK          everything that was planned ran, and nothing was found
    INCOMPLETE  nothing was found, but something that was planned did not run
    NOT OK      there is a finding, or a planted bug was not found
"""

from __future__ import annotations

import itertools
from typing import Any

Values = dict[str, Any]

# The kinds of parts that can be missing.
LANE, REPLAY, EXHAUST = "lane", "replay", "exhaustive check"

OK, INCOMPLETE, NOT_OK = "OK", "INCOMPLETE", "NOT OK"


def verdict(values: Values) -> Values:
    """Returns {ok, word, reasons, basis, text}; `text` is the first line of the
    report. `values` is the report."""
    wrong, missing = _wrong(values), _missing(values)
    word = NOT_OK if wrong else INCOMPLETE if missing else OK
    reasons = wrong + missing
    head = f"{word} ({'; '.join(reasons)})" if reasons else word
    basis = "; ".join(_basis(values))
    return {
        "ok": word == OK,
        "word": word,
        "reasons": reasons,
        "basis": basis,
        "text": f"{head}: {basis}",
    }


def _wrong(values: Values) -> list[str]:
    """Returns the reasons why the campaign is not OK."""
    reasons = []
    if values["findings"]:
        reasons.append(plural(len(values["findings"]), "finding"))
    missed = [bug["bug"] for bug in _planted_that_ran(values) if not bug["found"]]
    if missed:
        reasons.append(f"planted bugs not found: {', '.join(missed)}")
    return reasons


def _missing(values: Values) -> list[str]:
    """Returns the reasons why the campaign is not complete."""
    reasons = []
    if not _programs(values):
        reasons.append("no program ran")
    holes = [item for item in values["not_run"] if item["is_hole"]]
    for kind, items in itertools.groupby(holes, lambda item: str(item["kind"])):
        count = len(list(items))
        reasons.append(f"{count} of {_planned(values, kind, count)} did not run")
    late = len(values["planted"]) - len(_planted_that_ran(values))
    if late:
        reasons.append(
            f"{late} of {plural(len(values['planted']), 'planted bug')} did not run"
        )
    reasons += [
        f"stopped early ({machine['stopped']})"
        for machine in values["machines"]
        if machine["stopped"]
    ]
    return reasons


def _planned(values: Values, kind: str, holes: int) -> str:
    """Returns how many parts of one kind were planned, in words."""
    if kind == LANE:
        return plural(len(values["lanes"]), kind)
    ran = values["replays"] if kind == REPLAY else values["exhaust"]
    return plural(holes + sum(not event["problem"] for event in ran), kind)


def _planted_that_ran(values: Values) -> list[Values]:
    return [bug for bug in values["planted"] if not bug.get("not_run")]


def _programs(values: Values) -> int:
    return sum(lane["executions"] for lane in values["lanes"])


def _basis(values: Values) -> list[str]:
    """Returns what the verdict rests on."""
    calls = sum(lane["calls"] for lane in values["lanes"])
    count = f"{large(_programs(values))} programs, {large(calls)} calls"
    parts = [count if values["findings"] else f"no difference in {count}"]
    parts += [
        f"{item['sentence']} on {item['implementation']}"
        for item in values["exhaust"]
    ]
    planted = _planted_that_ran(values)
    if planted:
        found = sum(bool(bug["found"]) for bug in planted)
        parts.append(f"{found} of {len(planted)} planted bugs found")
    else:
        parts.append("no planted bug")
    done, can = exercised(values)
    parts.append(f"{done} of {can} rules exercised")
    return parts


def exercised(values: Values) -> tuple[int, int]:
    """Returns (rules exercised, rules that programs can exercise)."""
    rules = values["rules"]
    done = {r for counts in rules["counts"].values() for r, n in counts.items() if n}
    can = {r for reachable in rules["reachable"].values() for r in reachable}
    return len(done), len(can | done)


def large(number: int) -> str:
    """Returns a number in words of science if it is large: 3.1e9."""
    if number < 100_000:
        return f"{number:,}"
    mantissa, _, exponent = f"{number:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def plural(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
