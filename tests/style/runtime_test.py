"""Tests that code outside of capsule/runtime needs each function in that
folder."""

import pathlib
import re

from tools.lib import c_tokens, repository

RUNTIME = "capsule/runtime/"

# The public headers of the runtime.
API = "capsule/reference/include/"

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")


def read(path: pathlib.Path) -> str:
    return (repository.ROOT / path).read_text(encoding="utf-8")


def is_inside(path: pathlib.Path) -> bool:
    return str(path).startswith((RUNTIME, API))


def needed(roots: set[str], names: dict[str, set[str]]) -> set[str]:
    """Returns the names that the roots use, directly or through other items.

    names  {item: the words in it}"""
    found: set[str] = set()
    more = roots
    while more:
        found |= more
        more = {word for name in more for word in names.get(name, ())} - found
    return found


def test_what_is_needed_is_found_through_others() -> None:
    names = {"a": {"b"}, "b": {"c"}, "d": {"a", "e"}}
    assert needed({"a", "x"}, names) == {"a", "b", "c", "x"}


def test_each_function_of_the_runtime_is_needed_outside() -> None:
    paths = [path for end in (".c", ".cc", ".h", ".def") for path in repository.files(end)]
    names: dict[str, set[str]] = {}
    functions: dict[str, pathlib.Path] = {}
    for path in filter(is_inside, paths):
        tokens = c_tokens.tokens(read(path))
        for item in c_tokens.items(tokens):
            words = {t.text for t in tokens[item.first : item.last] if t.is_word()}
            names.setdefault(item.name, set()).update(words)
            if item.has_body and path.suffix == ".c" and "static" not in words:
                functions[item.name] = path
    roots: set[str] = set()
    for path in paths:
        if not is_inside(path):
            # Names in strings count, because the harness prints C programs.
            roots.update(_WORD.findall(_COMMENT.sub(" ", read(path))))
    found = needed(roots, names)
    lost = [f"{path}: {name}" for name, path in functions.items() if name not in found]
    assert len(functions) > 100
    assert not lost, (
        "nothing outside of capsule/runtime needs these functions; delete them "
        "and their declarations:\n" + "\n".join(sorted(lost))
    )
