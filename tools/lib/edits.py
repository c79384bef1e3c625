"""An edit of C code: old text in a named definition, and the new text.

Texts are compared token by token, so that comments, white space and line breaks
do not matter. CONTRIBUTING.md, "Plant a bug", describes the format of edits.
"""

from __future__ import annotations

import bisect
import dataclasses
import difflib
import itertools
import re

from tools.lib import c_tokens

# The most characters of the old text that an error message shows.
_SHOWN = 50

_HEADING = re.compile(r"@ (\S+) (before )?(\w+)")


class Malformed(Exception):
    """The text of an edit has a wrong format."""


class DoesNotApply(Exception):
    """The code does not contain the old text of an edit exactly once."""

    def __init__(self, edit: Edit, why: str):
        super().__init__(f"{edit.path}, {edit.item}: {why}")
        self.edit = edit
        self.why = why


@dataclasses.dataclass(frozen=True)
class Edit:
    """A change of one place in the code.

    path     the file, relative to the root of the repository
    item     the function, variable, type or macro that contains the place
    before   True if the edit inserts `new` before the item and leaves the item
             as it is
    old, new the text to replace, and its replacement; `old` is empty if `before`
    """

    path: str
    item: str
    before: bool
    old: str
    new: str


def parse(text: str) -> list[Edit]:
    """Returns the edits in a text; raises Malformed."""
    edits: list[Edit] = []
    heading = None
    body: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line[:2] in ("- ", "+ ", "  ") or line in ("-", "+"):
            body.append(line)
            continue
        if body:
            edits.append(_edit(heading, body))
            body = []
        if line:
            heading = _HEADING.fullmatch(line)
            if not heading:
                raise Malformed(
                    f"'{line}' is neither `@ FILE [before] NAME` nor a line "
                    "that starts with '- ', '+ ' or two blanks"
                )
    if not edits:
        raise Malformed("there is no edit")
    return edits


def _edit(heading: re.Match[str] | None, body: list[str]) -> Edit:
    if heading is None:
        raise Malformed(f"no line `@ FILE [before] NAME` before '{body[0]}'")
    path, before, item = heading.groups()
    old = "\n".join(line[2:] for line in body if line[0] != "+")
    new = "\n".join(line[2:] for line in body if line[0] != "-")
    if bool(before) == bool(c_tokens.words(old)):
        raise Malformed(
            f"{path}, {item}: "
            + ("`before` takes new lines only" if before else "no old text")
        )
    return Edit(path, item, bool(before), old, new)


def written(edits: list[Edit]) -> str:
    """Returns the edits as text that parse() reads back."""
    lines: list[str] = []
    heading = ""
    for edit in edits:
        if lines:
            lines.append("")
        last, heading = heading, (
            f"@ {edit.path} {'before ' if edit.before else ''}{edit.item}"
        )
        if heading != last:
            lines.append(heading)
        differ = difflib.SequenceMatcher(
            None, edit.old.splitlines(), edit.new.splitlines(), autojunk=False
        )
        for tag, i, j, k, l in differ.get_opcodes():
            old, new = edit.old.splitlines()[i:j], edit.new.splitlines()[k:l]
            if tag == "equal":
                lines += [f"  {line}" for line in old]
            else:
                lines += [f"- {line}".rstrip() for line in old]
                lines += [f"+ {line}".rstrip() for line in new]
    return "\n".join(lines) + "\n"


class Code:
    """The text of a file, with its tokens and top-level items."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = c_tokens.tokens(text)
        self.words = [token.text for token in self.tokens]
        self.items = c_tokens.items(self.tokens)
        self._lines: list[int] | None = None

    def named(self, name: str) -> list[c_tokens.Item]:
        """Returns the items with this name. If some of them are definitions of
        functions, returns only the definitions."""
        found = [item for item in self.items if item.name == name]
        return [item for item in found if item.has_body] or found

    def at_line(self, line: int) -> int:
        """Returns the index of the first token in this line or after it. Lines
        are numbered from 0."""
        if self._lines is None:
            lengths = [0, *(len(text) for text in self.text.splitlines(True))]
            self._lines = list(itertools.accumulate(lengths))
        starts = [token.start for token in self.tokens]
        return bisect.bisect_left(starts, self._lines[line])

    def places(self, item: str, words: list[str]) -> list[tuple[int, int]]:
        """Returns each place of the words in the items with this name, as
        (first, last) of tokens[first:last]."""
        return [
            (first, first + len(words))
            for around in self.named(item)
            for first in range(around.first, around.last - len(words) + 1)
            if self.words[first : first + len(words)] == words
        ]

    def count(self, item: str, first: int, last: int) -> int:
        """Returns how often the items with this name contain the text of
        tokens[first:last]."""
        return len(self.places(item, self.words[first:last]))

    def place(self, edit: Edit) -> tuple[int, int]:
        """Returns the place of the edit's old text. Raises DoesNotApply unless
        there is exactly one such place."""
        named = self.named(edit.item)
        if not named:
            raise DoesNotApply(edit, f"there is no {edit.item} in the file")
        if edit.before:
            return named[0].first, named[0].first
        places = self.places(edit.item, c_tokens.words(edit.old))
        if len(places) != 1:
            count = f"occurs {len(places)} times" if places else "is gone"
            raise DoesNotApply(edit, f"`{_shortened(edit.old)}` {count}")
        return places[0]


def apply(text: str, edits: list[Edit]) -> str:
    """Returns the text of a file after its edits; raises DoesNotApply."""
    code = Code(text)
    behind = len(code.tokens)
    placed = sorted(((code.place(edit), edit) for edit in edits), key=_place)
    for (first, last), edit in reversed(placed):
        if last > behind:
            raise DoesNotApply(edit, "two edits change the same text")
        behind = first
        start = code.tokens[first].start
        end = code.tokens[last - 1].end if last > first else start
        in_directive = not edit.before and code.tokens[first].in_directive
        new = f" {_one_line(edit.new)} " if in_directive else f"\n{edit.new}\n"
        text = text[:start] + new + text[end:]
    return text


def _place(placed: tuple[tuple[int, int], Edit]) -> tuple[int, int]:
    return placed[0]


def _shortened(text: str) -> str:
    line = _one_line(text)
    return line if len(line) <= _SHOWN else line[:_SHOWN] + " ..."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def users(items: set[str], header: str) -> set[str]:
    """Returns the names whose meaning changes when `items` of a header change:
    the items themselves and every item that uses one of them, directly or
    through other items.

    header  the text of the header
    """
    code = Code(header)
    names: set[str] = set()
    more = items
    while more:
        names |= more
        more = {
            item.name
            for item in code.items
            if item.name
            and any(t.text in more for t in code.tokens[item.first : item.last])
        } - names
    return names
