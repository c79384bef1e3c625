"""What CBMC found, by rule."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

PROVED = "proved"
REFUTED = "refuted"
# The checker met a function that the environment does not have, or a loop that
# runs longer than its bound, or gave up after another failure: the result says
# nothing.
NOT_ASKED = "not asked"

# Undefined behaviour, which no rule needs to name.
SAFETY = "memory"

_ASSERTION = re.compile(r"([A-Z][A-Z0-9-]*-[0-9]+|environment): (.+)", re.S)
_CANNOT = re.compile(r"no body for|unwinding assertion")
_LOOP = re.compile(r"(.+)\.unwind\.\d+")


@dataclasses.dataclass(frozen=True)
class Assertion:
    """One assertion of a step, or one check of CBMC."""

    rule: str  # an id, or SAFETY
    text: str
    verdict: str
    place: str  # "capsule.c:95"
    property: str = ""  # CBMC's name of the assertion
    trace: tuple[Any, ...] = ()


def _place(result: dict[str, Any]) -> str:
    location = result.get("sourceLocation", {})
    name = str(location.get("file", "")).rpartition("/")[2]
    return f"{name}:{location.get('line', '?')}" if name else "?"


def _assertion(result: dict[str, Any]) -> Assertion:
    description = str(result["description"])
    status = str(result["status"])
    match = _ASSERTION.fullmatch(description)
    rule, text = match.groups() if match else (SAFETY, description)
    loop = _LOOP.fullmatch(str(result.get("property", "")))
    if loop:
        text = f"a loop of {loop[1]} runs longer than its bound"
    cannot = rule == "environment" or _CANNOT.search(description)
    if status == "SUCCESS":
        answer = PROVED
    elif status == "FAILURE" and not cannot:
        answer = REFUTED
    else:
        answer = NOT_ASKED
    return Assertion(
        rule=SAFETY if rule == "environment" else rule,
        text=text,
        verdict=answer,
        place=_place(result),
        property=str(result.get("property", "")),
        trace=tuple(result.get("trace", ())),
    )


def assertions(messages: Iterable[dict[str, Any]]) -> list[Assertion]:
    """Returns the assertions of CBMC's messages; none if CBMC failed."""
    found = []
    for message in messages:
        found += [_assertion(result) for result in message.get("result", ())]
    return found


def error(messages: Iterable[dict[str, Any]]) -> str:
    """Returns the first error of CBMC's messages, or an empty text."""
    for message in messages:
        if message.get("messageType") == "ERROR":
            return str(message.get("messageText", ""))
    return ""


def by_rule(found: Iterable[Assertion]) -> dict[str, str]:
    """Returns the worst verdict of each rule."""
    rank = (PROVED, NOT_ASKED, REFUTED)
    verdicts: dict[str, str] = {}
    for assertion in found:
        old = verdicts.get(assertion.rule, PROVED)
        verdicts[assertion.rule] = max(old, assertion.verdict, key=rank.index)
    return verdicts


def overall(found: Iterable[Assertion]) -> str:
    """Returns the verdict of a step: proved only if each assertion is, and if
    there is one."""
    verdicts = by_rule(found)
    if not verdicts:
        return NOT_ASKED
    # A refutation beside an unanswered question may be its consequence only if
    # the question comes from the environment, so it stays a refutation.
    for verdict in (REFUTED, NOT_ASKED):
        if verdict in verdicts.values():
            return verdict
    return PROVED
