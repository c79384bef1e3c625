"""What the detectors read."""

from tools.commands.detect import detectors


def test_what_a_program_gets_for_itself_is_no_call() -> None:
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
