"""Tests what counts as a source that CBMC gets wrong."""

from __future__ import annotations

import pytest

from tools.commands.prove import unsound

# A source with a header, as a preprocessor prints it.
TEXT = """\
# 1 "mine/capsule.c"
# 1 "/usr/include/stdint.h" 1
typedef long int __intptr_t;
typedef __intptr_t intptr_t;
typedef unsigned long int uintptr_t;
typedef int int32_t;
static inline int other(void *p) {{ return (intptr_t)p < 0; }}
# 2 "mine/capsule.c" 2
typedef intptr_t word;
int f(void *p, void *q)
{{
    {statement}
}}
"""


@pytest.mark.parametrize(
    "statement",
    [
        "return (intptr_t)p < 0;",
        "return 0 > (word)p;",
        "return (long)p >= 0;",
        "return ( signed long int ) (uintptr_t)p > 0;",
        "if (((intptr_t)(p)) <= -1) { return 1; }",
        "return (p != q ? (__int128)(intptr_t)p : 0) < 0;",
    ],
)
def test_an_order_of_a_pointer_as_a_signed_number_is_found(statement: str) -> None:
    assert "signed" in unsound.why(TEXT.format(statement=statement), ["mine/"])


@pytest.mark.parametrize(
    "statement",
    [
        "return (uintptr_t)p < 5;",
        "return (int32_t)(uintptr_t)p < 0;",
        "return (intptr_t)p == 0;",
        "intptr_t n = (intptr_t)p; return n < 0;",
        "intptr_t n = (intptr_t)((uintptr_t)p >> 4); return n;",
        "return q->n < (intptr_t)1;",
    ],
)
def test_what_cbmc_gets_right_is_no_hindrance(statement: str) -> None:
    assert not unsound.why(TEXT.format(statement=statement), ["mine/"])


@pytest.mark.parametrize(
    "statement, why",
    [
        ('__asm__("ud2"); return 0;', "assembly"),
        ('asm volatile ("" : : : "memory"); return 0;', "assembly"),
        ("__CPROVER_assume(0); return 0;", "orders for CBMC"),
    ],
)
def test_what_cbmc_leaves_out_or_obeys_is_found(statement: str, why: str) -> None:
    assert why in unsound.why(TEXT.format(statement=statement), ["mine/"])
