"""Makes edits from two versions of a file.

An edit stops applying when somebody changes its old text. Therefore an edit
quotes only the text that it replaces. It quotes more only where that text is not
unique or is hard to read.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from tools.lib import c_tokens
from tools.lib.edits import Code, Edit

# Two changes with at most this many tokens between them become one edit.
_NEAR = 6

# The most tokens that an edit quotes before and after the changed tokens to show
# a whole expression or statement.
_READABLE = 16

# Where an expression or a statement begins and ends.
_BEFORE = {*"([{};,?:=", "&&", "||", "return", c_tokens.END_OF_DIRECTIVE}
_BEHIND = {*")]{};,?:", "&&", "||", c_tokens.END_OF_DIRECTIVE}

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

Span = tuple[int, int]


def edits_between(path: str, old: str, new: str) -> list[Edit]:
    """Returns the edits that turn the code `old` into the code `new`.

    path  the file that the edits name
    """
    before, after = Code(old), Code(new)
    found = []
    for change in _changes(before, after):
        found.append(_edit(path, before, after, *_moved(before, after, *change)))
    return found


def text_of(code: Code, first: int, last: int) -> str:
    """Returns the text of tokens[first:last] without comments. Removes the
    indentation of the first line from all lines."""
    if first >= last:
        return ""
    start = code.tokens[first].start
    in_directive = code.tokens[first].in_directive
    lines = [
        # An edit shows a directive without its continuation backslashes.
        line.rstrip("\\ ") if in_directive else line.rstrip()
        for line in _COMMENT.sub("", code.text[start : code.tokens[last - 1].end])
        .splitlines()
    ]
    lines = [line for line in lines if line]
    head = code.text[code.text.rfind("\n", 0, start) + 1 : start]
    indents = [len(head) - len(head.lstrip())] if head.strip() else [len(head)]
    indents += [len(line) - len(line.lstrip()) for line in lines[1:]]
    return "\n".join([lines[0], *(line[min(indents) :] for line in lines[1:])])


def unique(code: Code, item: str, span: Span) -> Span:
    """Returns the shortest span around `span` whose text occurs once in the
    items with this name."""
    first, last = span
    around = next(i for i in code.items if i.first <= first and last <= i.last)
    for more in range(around.last - around.first):
        spans = [
            (first - left, last + more - left)
            for left in range(more + 1)
            if around.first <= first - left
            and last + more - left <= around.last
            and first - left < last + more - left
        ]
        found = [s for s in spans if code.count(item, *s) == 1]
        if found:
            return min(found, key=lambda s: (_is_odd(code, *s), s))
    return around.first, around.last


def _changes(before: Code, after: Code) -> Iterator[tuple[Span, Span]]:
    """Yields the spans of tokens that differ. Compares whole lines first, as a
    reader does, then drops the tokens that changed lines have in common."""
    found: list[tuple[int, int, int, int]] = []
    lines = difflib.SequenceMatcher(
        None,
        before.text.splitlines(True),
        after.text.splitlines(True),
        autojunk=False,
    )
    for tag, i, j, k, l in lines.get_opcodes():
        if tag == "equal":
            continue
        first, last = before.at_line(i), before.at_line(j)
        start, end = after.at_line(k), after.at_line(l)
        if found and first - found[-1][1] <= _NEAR:
            first, _, start, _ = found.pop()
        found.append((first, last, start, end))
    for first, last, start, end in found:
        if first < last:
            while first < last and start < end and _same(before, first, after, start):
                first, start = first + 1, start + 1
            while first < last and start < end and _same(before, last - 1, after, end - 1):
                last, end = last - 1, end - 1
        if first < last or start < end:
            yield (first, last), (start, end)


def _same(before: Code, index: int, after: Code, other: int) -> bool:
    return before.tokens[index].text == after.tokens[other].text


def _moved(before: Code, after: Code, old: Span, new: Span) -> tuple[Span, Span]:
    """Shifts an insertion or a removal to the most readable place. Several
    places can give the same result: in `a b a b`, either `a b` can be removed."""
    if (old[0] < old[1]) == (new[0] < new[1]):
        return old, new
    code, span = (after, new) if old[0] == old[1] else (before, old)
    shifts = [0]
    for step in (-1, 1):
        shift = 0
        while _can_shift(code, span[0] + shift, span[1] + shift, step):
            shift += step
            shifts.append(shift)

    def unreadable(shift: int) -> tuple[int, int]:
        first, last = span[0] + shift, span[1] + shift
        words = [token.text for token in code.tokens[first:last]]
        return (
            4 * (not _is_balanced(code, first, last))
            + 2 * (code.tokens[first - 1].text not in "{};")
            + 2 * (words[-1] not in "};")
            + (words[0] == "}"),
            abs(shift),
        )

    best = min(shifts, key=unreadable)
    return (old[0] + best, old[1] + best), (new[0] + best, new[1] + best)


def _can_shift(code: Code, first: int, last: int, step: int) -> bool:
    if step < 0:
        return first > 0 and _same(code, first - 1, code, last - 1)
    return last < len(code.tokens) and _same(code, first, code, last)


def _is_balanced(code: Code, first: int, last: int) -> bool:
    depth = 0
    for token in code.tokens[first:last]:
        depth += token.text in c_tokens.OPENING
        depth -= token.text in c_tokens.CLOSING
        if depth < 0:
            return False
    return depth == 0


def _is_odd(code: Code, first: int, last: int) -> int:
    """Returns 0 for text that reads well, more for text that does not."""
    has_word = any(token.is_word() for token in code.tokens[first:last])
    return 2 * (not _is_balanced(code, first, last)) + (not has_word)


def _edit(path: str, before: Code, after: Code, old: Span, new: Span) -> Edit:
    first, last = old
    item = _item_around(before, old)
    if item is None:
        following = next(i for i in before.items if i.first >= first and i.name)
        return Edit(path, following.name, True, "", text_of(after, *new))
    span = unique(before, item.name, old)
    if _starts_or_ends_inside_a_line(before if first < last else after, old, new):
        span = _readable(before, item, span)
    left, right = first - span[0], span[1] - last
    return Edit(
        path,
        item.name,
        False,
        text_of(before, *span),
        text_of(after, new[0] - left, new[1] + right),
    )


def _item_around(code: Code, span: Span) -> c_tokens.Item | None:
    """Returns the item that contains the span; None if the span lies between
    items."""
    first, last = span
    for item in code.items:
        if item.name and item.first <= first and last <= item.last:
            if first < last or item.first < first < item.last:
                return item
    return None


def _starts_or_ends_inside_a_line(code: Code, old: Span, new: Span) -> bool:
    if old[0] < old[1] and new[0] < new[1]:
        return True
    first, last = old if old[0] < old[1] else new
    start, end = code.tokens[first].start, code.tokens[last - 1].end
    head = code.text[code.text.rfind("\n", 0, start) + 1 : start]
    return bool(head.strip() or code.text[end:].partition("\n")[0].strip())


def _readable(code: Code, item: c_tokens.Item, span: Span) -> Span:
    """Returns the shortest expression or statement that contains the span and
    lies in the same lines; the span itself if there is none."""
    first, last = span
    start = code.text.rfind("\n", 0, code.tokens[first].start)
    end = code.text.find("\n", code.tokens[last - 1].end - 1)
    found = [
        (i, j)
        for i in range(first, max(item.first, first - _READABLE) - 1, -1)
        if code.tokens[i].start > start
        and (i == item.first or code.tokens[i - 1].text in _BEFORE)
        for j in range(last, min(item.last, last + _READABLE) + 1)
        if code.tokens[j - 1].end <= end
        and (j == item.last or code.tokens[j].text in _BEHIND)
        and _is_balanced(code, i, j)
    ]
    return min(found, key=lambda s: s[1] - s[0], default=span)
