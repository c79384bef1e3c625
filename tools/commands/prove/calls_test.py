"""Tests that a refutation becomes a program of calls."""

from __future__ import annotations

import re
from typing import Any

from tools.commands.prove import calls
from tools.commands.prove.story import Capsule, Story
from tools.lib.repository import ROOT


def chosen(number: int) -> dict[str, Any]:
    """A choice, as CBMC's trace has it."""
    return {"binary": f"{number:064b}", "data": str(number)}


def story(**more: Any) -> Story:
    """Two capsules: the first has the second name of three."""
    return Story(
        names=[b"", b"a.\xff", b"b"],
        addresses=[0x100, 0x200, 0x300],
        capsules=[
            Capsule(address=0x10, pointer=0x5EED, name=1, context=0x7, destructor=0),
            Capsule(address=0x20, pointer=0x1, references=260),
        ],
        **more,
    )


def first(step: str, told: Story) -> list[str]:
    """The lines of the first program."""
    return next(iter(calls.programs(step, told))).text.splitlines()


SETUP = [
    'n1 = name("a.\\xff")',
    "c0 = PyCapsule_New(0x5eed, n1, log)",
    "PyCapsule_SetContext(c0, 0x7)",
    "c1 = PyCapsule_New(0x1, NULL, NULL)",
]


def test_the_calls_build_the_state_and_make_the_call() -> None:
    told = story(choices=[("the object", chosen(0)), ("name", chosen(3))])
    assert first("PyCapsule_GetPointer", told) == [
        *SETUP,
        "PyCapsule_GetPointer(c0, NULL)",
    ]


def test_the_program_has_the_pointers_of_the_state() -> None:
    told = story(choices=[("value", chosen(0xDECAFBAD))])
    program = next(iter(calls.programs("PyCapsule_SetPointer", told)))
    assert program.addresses == (1, 2, 0x5EED, 0x7, 0xDECAFBAD)


def test_a_pointer_may_be_the_address_of_a_capsule_or_of_a_name() -> None:
    told = story(choices=[("value", chosen(0x20))])
    assert first("PyCapsule_SetContext", told)[-1] == "PyCapsule_SetContext(c0, at_c1)"
    told = story(choices=[("value", chosen(0x200))])
    assert first("PyCapsule_SetContext", told)[-1] == "PyCapsule_SetContext(c0, at_n1)"


def test_an_exception_and_a_lack_of_memory_come_before_the_call() -> None:
    told = story(pending=1, no_memory=[False, True])
    assert first("PyCapsule_New", told)[-3:] == [
        "PyErr_SetNone(PyExc_KeyError)",
        "fail_allocation(2)",
        "c2 = PyCapsule_New(NULL, n0, log)",
    ]


def test_an_exception_may_have_a_text() -> None:
    assert first("PyCapsule_GetName", story(pending=2))[-2] == (
        'PyErr_SetString(PyExc_KeyError, "a text")'
    )


def test_counts_of_references_are_tried_later() -> None:
    texts = [each.text for each in calls.programs("PyCapsule_IsValid", story())]
    assert "take_references" not in texts[0]
    assert any(
        "take_references(c1, 257)\ntake_references(c1, 2)\n" in text
        for text in texts
    )


def test_a_destructor_that_is_arbitrary_code_is_each_of_the_language() -> None:
    told = story(choices=[("the capsule has a destructor", chosen(1))])
    texts = [each.text for each in calls.programs("capsule_destruction", told)]
    assert all(text.endswith("\nPy_DECREF(c0)\n") for text in texts)
    assert any("PyCapsule_SetDestructor(c0, set_all_fields)" in t for t in texts)


def test_a_state_with_more_pointers_than_the_language_has_no_program() -> None:
    told = story()
    told.capsules = [Capsule(pointer=0x100000 + i, context=i + 9) for i in range(6)]
    assert not list(calls.programs("PyCapsule_IsValid", told))


def test_modules_are_no_calls() -> None:
    assert not calls.known("PyCapsule_Import")


def test_the_tables_of_the_program_language_are_the_same() -> None:
    source = (ROOT / "fuzz/program/program.c").read_text(encoding="utf-8")
    header = (ROOT / "fuzz/program/program.h").read_text(encoding="utf-8")
    counts = re.search(r"COUNTS\[COUNTS_COUNT\] = \{([^}]*)\}", source)
    most = re.search(r"ADDRESS_COUNT = (\d+) \}", header)
    assert counts and most
    assert set(calls._COUNTS) <= set(map(int, re.findall(r"\d+", counts[1])))
    assert calls._MOST_ADDRESSES == int(most[1])
