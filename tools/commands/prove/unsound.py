"""Finds what CBMC 6.6 gets wrong in a source, so that nothing is proved of it:

- CBMC takes `(intptr_t)pointer < 0` for `pointer != NULL`. CBMC is right about a
  number that a variable or a function holds.
- CBMC leaves out assembly, and obeys the orders of a source that has some for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_COMPARES = (
    "CBMC is wrong about pointers that are compared as signed numbers, and the "
    "source casts to one"
)
_ASSEMBLY = "CBMC leaves out assembly, and the source has some"
_ORDERS = "the source has orders for CBMC"

_LINE = re.compile(r'^# \d+ "([^"]*)"')
_TYPEDEF = re.compile(r"\btypedef\s+((?:\w+\s+)+)(\w+)\s*;")

# The words of a type that is signed and at least as wide as a pointer.
_WORDS = {"long", "int", "signed", "__int128", "const", "volatile"}
_WIDE = {"long", "__int128"}

_CAST = re.compile(r"\(\s*((?:\w+\s+)*\w+)\s*\)\s*(?=[A-Za-z_(&*])")
_ORDER = re.compile(r"(?<![<>-])[<>](?![<>])")
_STATEMENT = re.compile(r"[;{}]")


def _lines_of(text: str, files: Iterable[str]) -> Iterator[str]:
    """Yields the lines of preprocessed text that come from the files or from
    folders of these names, with the macros that the lines expand."""
    wanted = tuple(files)
    inside = False
    for line in text.splitlines():
        marker = _LINE.match(line)
        if marker:
            inside = marker[1].startswith(wanted)
        elif inside:
            yield line


def _is_signed(type_name: str, known: set[str]) -> bool:
    words = set(type_name.split())
    return bool(words & known) or (bool(words & _WIDE) and words <= _WORDS)


def _typedefs(text: str) -> set[str]:
    """Returns the names of types that stand for a wide signed number."""
    known: set[str] = set()
    for type_name, name in _TYPEDEF.findall(text):
        if _is_signed(type_name, known):
            known.add(name)
    return known


def why(preprocessed: str, files: Iterable[str]) -> str:
    """Returns why nothing can be proved of a source; empty if nothing is in the way.
    Reads the preprocessed text of the source: what comes from these files, and from
    files in folders of these names."""
    code = "\n".join(_lines_of(preprocessed, files))
    if re.search(r"\b(asm|__asm|__asm__)\b", code):
        return _ASSEMBLY
    if "__CPROVER_" in code:
        return _ORDERS
    return _COMPARES if _compares(code, _typedefs(preprocessed)) else ""


def _compares(code: str, known: set[str]) -> bool:
    """True if a statement casts to a signed number as wide as a pointer and asks
    which of two numbers is larger. `known` are the names of such types."""
    return any(
        _ORDER.search(statement)
        and any(_is_signed(found, known) for found in _CAST.findall(statement))
        for statement in _STATEMENT.split(code)
    )
