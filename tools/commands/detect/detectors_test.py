"""Tests of tools/commands/detect/detectors.py: how the calls of a program are
counted."""

from tools.commands.detect import detectors


def test_lines_that_allocate_memory_do_not_count_as_calls() -> None:
    text = """# GETP-1: a title
p0 = payload(16)
n0 = name("demo._C_API")

c0 = PyCapsule_New(p0, n0, NULL)
PyCapsule_GetPointer(c0, n0)  # -> p0
"""
    assert detectors.calls(text) == [
        "c0 = PyCapsule_New(p0, n0, NULL)",
        "PyCapsule_GetPointer(c0, n0)",
    ]
