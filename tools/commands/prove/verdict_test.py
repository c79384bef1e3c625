"""Tests how an answer of CBMC on an assertion becomes a verdict."""

from __future__ import annotations

import pytest

from tools.commands.prove import verdict


def result(status: str, description: str, property: str = "f.assertion.1") -> object:
    """One result of CBMC."""
    return {"status": status, "description": description, "property": property}


@pytest.mark.parametrize(
    "status, description, wanted",
    [
        ("SUCCESS", "NEW-2: refused", verdict.PROVED),
        ("FAILURE", "NEW-2: refused", verdict.REFUTED),
        ("FAILURE", "pointer NULL", verdict.REFUTED),
        # CBMC gives up on what stands behind a failure.
        ("UNKNOWN", "NEW-2: refused", verdict.NOT_ASKED),
        ("ERROR", "NEW-2: refused", verdict.NOT_ASKED),
        ("FAILURE", "environment: has memory", verdict.NOT_ASKED),
        ("FAILURE", "no body for callee f", verdict.NOT_ASKED),
        ("FAILURE", "unwinding assertion loop 0", verdict.NOT_ASKED),
    ],
)
def test_only_success_is_a_proof(
    status: str, description: str, wanted: str
) -> None:
    message = {"result": [result(status, description)]}
    assert [each.verdict for each in verdict.assertions([message])] == [wanted]


def test_a_loop_beyond_its_bound_is_named() -> None:
    message = {
        "result": [
            result("FAILURE", "unwinding assertion loop 0", "strcmp.unwind.0")
        ]
    }
    found = verdict.assertions([message])
    assert found[0].text == "a loop of strcmp runs longer than its bound"


def test_no_assertion_is_no_proof() -> None:
    assert verdict.overall([]) == verdict.NOT_ASKED
