"""Tests of signatures: the same defect has one name, two defects have two."""

from tools.commands.overnight import signature
from tools.commands.overnight.signature import Signature

VIOLATION = """\
contract violation: GETP-3  PyCapsule_GetPointer: names are compared byte by byte
  implementation  reference 0.1 (profile cpython-3.14)
  call 2          PyCapsule_GetPointer(c0, "a")
  expected        NULL, ValueError
  got             0x1, no exception
  source          C API reference, PyCapsule_GetPointer
  signature       GETP-3 PyCapsule_GetPointer: NULL, ValueError; #, no exception
  program
    c0 = PyCapsule_New(0x1, "", NULL)
"""

ASAN = """\
=================================================================
==12==ERROR: AddressSanitizer: {} on address 0x602000000010 at pc 0x55
READ of size 1 at 0x602000000010 thread T0
    #0 0x55cf11 in strcmp (/x/name_fuzz_bin+0x1)
    #1 0x55cf22 in names_match /proc/self/cwd/capsule/reference/capsule.c:40:33
    #2 0x55cf33 in PyCapsule_IsValid /proc/self/cwd/capsule/reference/capsule.c:9:3
    #3 0x55cf44 in perform /proc/self/cwd/fuzz/executor/capsules.c:3:1
    #4 0x55cf45 in main /proc/self/cwd/fuzz/driver/repro.c:3:1

0x602000000010 is located 0 bytes inside of 2-byte region
freed by thread T0 here:
    #0 0x55 in free (/x/name_fuzz_bin+0x2)
    #1 0x56 in PyCapsule_SetName /proc/self/cwd/capsule/reference/capsule.c:8:3
while running a program
  finding         AddressSanitizer: {}
  implementation  reference 0.1 (profile cpython-3.14)
  call 3          PyCapsule_IsValid(c0, n0)
"""

HANG = """\
repro: the input does not end within 10 seconds
while running a program
  implementation  reference 0.1 (profile cpython-3.14)
  call 2          PyCapsule_GetName(c0)
"""


def test_a_violation_has_the_signature_that_the_executor_wrote() -> None:
    assert signature.signature_of(VIOLATION) == Signature(
        "GETP-3 PyCapsule_GetPointer: NULL, ValueError; #, no exception", "GETP-3"
    )


def test_a_sanitizers_error_has_its_class_and_the_implementations_frames() -> None:
    name = "heap-use-after-free"
    assert signature.signature_of(ASAN.format(name, name)) == Signature(
        "AddressSanitizer: heap-use-after-free in names_match, PyCapsule_IsValid",
        "AddressSanitizer: heap-use-after-free",
    )


def test_the_arenas_and_mallocs_name_of_freed_memory_are_one() -> None:
    found = [
        signature.signature_of(ASAN.format(name, name))
        for name in ("use-after-poison", "heap-use-after-free")
    ]
    assert found[0] == found[1]


def test_other_frames_are_another_defect() -> None:
    name = "heap-use-after-free"
    text = ASAN.format(name, name)
    other = text.replace("names_match", "some_other_function")
    assert signature.signature_of(text) != signature.signature_of(other)


def test_a_hang_is_a_class_of_its_own() -> None:
    assert signature.signature_of(HANG) == Signature(
        "time limit in PyCapsule_GetName", "time limit"
    )
    assert signature.is_hang("ALARM: working on the last Unit for 10 seconds")


def test_a_consequence_names_the_known_difference() -> None:
    name = "SEGV"
    text = ASAN.format(name, name).replace(
        "  implementation", "  after           GETP-3 f: 0; 1\n  implementation"
    )
    found = signature.signature_of(text)
    assert found and found.after == "GETP-3 f: 0; 1"


def test_an_uninitialised_value_is_found() -> None:
    text = (
        "==9==WARNING: MemorySanitizer: use-of-uninitialized-value\n"
        "    #0 0x55 in PyCapsule_New capsule/reference/capsule.c:50:3\n"
    )
    found = signature.signature_of(text)
    assert found and found.text == (
        "MemorySanitizer: use-of-uninitialized-value in PyCapsule_New"
    )


def test_a_text_without_a_finding_has_no_signature() -> None:
    assert signature.signature_of("INFO: Seed: 7\n#2 INITED\n") is None


def test_the_head_of_a_signature_is_its_name() -> None:
    assert signature.head("GETP-3 PyCapsule_GetPointer: 0; 1") == "GETP-3"
    assert (
        signature.head("AddressSanitizer: SEGV in f, g") == "AddressSanitizer: SEGV"
    )
