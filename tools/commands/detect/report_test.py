"""Tests of tools/commands/detect/report.py: which finding a line reports."""

import pytest

from tools.commands.detect import report


@pytest.mark.parametrize(
    "line, finding",
    [
        ("contract violation: GETP-3  PyCapsule_GetPointer: names", "GETP-3"),
        (
            "  finding         AddressSanitizer: heap-use-after-free",
            "AddressSanitizer: heap-use-after-free",
        ),
        (
            "==7==ERROR: AddressSanitizer: use-after-poison on address 0x7f",
            "AddressSanitizer: use-after-poison",
        ),
        (
            "==7==ERROR: AddressSanitizer: attempting double-free on 0xaa in",
            "AddressSanitizer: attempting double-free",
        ),
        (
            "==7==ERROR: LeakSanitizer: detected memory leaks",
            "LeakSanitizer: detected memory leaks",
        ),
        (
            "a.c:3:4: runtime error: null pointer passed as argument 1, which",
            "UndefinedBehaviorSanitizer: null pointer passed as argument",
        ),
        (
            "a.c:3:4: runtime error: signed integer overflow: -5 - 7 cannot be",
            "UndefinedBehaviorSanitizer: signed integer overflow",
        ),
        ("==7== ERROR: libFuzzer: deadly signal", "deadly signal"),
        ("capsule reference: Py_DECREF of a dead object", "capsule reference"),
    ],
)
def test_a_report_has_a_name(line: str, finding: str) -> None:
    assert report.findings(f"before\n{line}\nafter\n") == [finding]


def test_a_line_that_only_mentions_a_sanitizer_is_not_a_finding() -> None:
    assert report.findings("Combine with AddressSanitizer: better\n") == []


def test_the_executor_names_a_finding_once() -> None:
    text = (
        "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x7f\n"
        "  finding         AddressSanitizer: heap-use-after-free\n"
    )
    assert report.findings(text) == ["AddressSanitizer: heap-use-after-free"]
