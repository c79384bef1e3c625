"""Finds planted bugs that no longer apply to the code, and updates their edits.

A bug stops applying when the old text of an edit is changed. git has older
versions of the file. The newest version to which the edit applies shows where the
old text was; comparing that version with the current one gives the text that is
there now.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import os
import pathlib
import subprocess

from tools.lib import bug, c_tokens, edits, record
from tools.lib.edits import Code, DoesNotApply, Edit
from tools.lib.problem import Problem

# The most versions of a file to search for one to which a bug applies.
_VERSIONS = 50

Span = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Broken:
    """An edit that does not apply.

    why   the reason
    now   the current text in the place of the old text; "" if the place is gone
    new   an edit that plants the bug in the current code, or None
    """

    edit: Edit
    why: str
    now: str
    new: Edit | None


class Workspace:
    """The current code and its older versions in git."""

    def __init__(self, root: pathlib.Path) -> None:
        self._root = root
        self.code = functools.cache(self._code)
        self._versions = functools.cache(self._list_versions)
        self._version = functools.cache(self._read_version)

    def broken(self, planted: bug.Bug) -> list[Broken]:
        """Returns the edits of the bug that do not apply."""
        found = []
        for edit in planted.edits:
            try:
                self.code(edit.path).place(edit)
            except DoesNotApply as error:
                found.append(self._broken(edit, error.why))
        return found

    def _broken(self, edit: Edit, why: str) -> Broken:
        code = self.code(edit.path)
        good = self._good(edit)
        item = _same_item(good, edit.item, code) if good else None
        if good is None or item is None:
            return Broken(edit, why, "", None)
        if edit.before:
            new = dataclasses.replace(edit, item=item.name)
            return Broken(edit, why, item.name, new)
        span = _span_now(good, good.place(edit), code, item)
        now = record.text_of(code, *span)
        if not now:
            return Broken(edit, why, "", None)
        new = _with_context(code, item, span, _merged(edit, now), edit)
        return Broken(edit, why, now, new)

    def _good(self, edit: Edit) -> Code | None:
        """Returns the newest version of the file to which the edit applies."""
        for version in self._versions(edit.path):
            code = self._version(version, edit.path)
            try:
                code.place(edit)
            except DoesNotApply:
                continue
            return code
        return None

    def _code(self, path: str) -> Code:
        return Code(bug.read_code(self._root / path))

    def _list_versions(self, path: str) -> list[str]:
        log = self._git("log", f"-{_VERSIONS}", "--format=%H", "--", path)
        return ["HEAD", *log.split()]

    def _read_version(self, version: str, path: str) -> Code:
        return Code(self._git("show", f"{version}:{path}"))

    def _git(self, *arguments: str) -> str:
        """Returns what git prints; "" if git fails."""
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self._root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                check=False,
            ).stdout
        except FileNotFoundError as error:
            raise Problem("git is not installed; run tools/setup") from error


def _same_item(good: Code, name: str, code: Code) -> c_tokens.Item | None:
    """Returns the item with this name. If there is none, it may have been
    renamed: returns the item that is most similar to that of `good`."""
    named = code.named(name)
    if named:
        return named[0]
    (old, *_) = good.named(name)
    words = good.words[old.first : old.last]

    def likeness(item: c_tokens.Item) -> float:
        return difflib.SequenceMatcher(
            None, words, code.words[item.first : item.last], autojunk=False
        ).ratio()

    known = {item.name for item in good.items}
    found = [item for item in code.items if item.name and item.name not in known]
    best = max(found, key=likeness, default=None)
    return best if best and likeness(best) > 0.5 else None


def _span_now(good: Code, span: Span, code: Code, item: c_tokens.Item) -> Span:
    """Returns the span in the current item that corresponds to the span in the
    good version."""
    old = next(i for i in good.items if i.first <= span[0] and span[1] <= i.last)
    matcher = difflib.SequenceMatcher(
        None,
        good.words[old.first : old.last],
        code.words[item.first : item.last],
        autojunk=False,
    )
    first, last = span[0] - old.first, span[1] - old.first
    start = end = 0
    for tag, i, j, k, l in matcher.get_opcodes():
        if i <= first < j:
            start = k + first - i if tag == "equal" else k
        if i < last <= j:
            end = k + last - i if tag == "equal" else l
    return item.first + start, item.first + max(start, end)


def _merged(edit: Edit, now: str) -> str:
    """Applies to the edit's new text the changes from its old text to `now`.

    Where the edit and those changes replace the same place, the edit's text
    wins."""
    old = c_tokens.words(edit.old)
    current = c_tokens.tokens(now)
    new = c_tokens.tokens(edit.new)
    planted = _opcodes(old, new)
    text = edit.new
    for tag, i, j, k, l in reversed(_opcodes(old, current)):
        if tag == "equal":
            continue
        around = [
            (c + i - a, c + j - a)
            for t, a, b, c, _ in planted
            if t == "equal" and a <= i and j <= b and (i < j or a < i < b)
        ]
        if around:
            first, last = around[0]
            word = now[current[k].start : current[l - 1].end] if k < l else ""
            if first == last:
                text = f"{text[:new[first].start]}{word} {text[new[first].start:]}"
            else:
                text = text[: new[first].start] + word + text[new[last - 1].end :]
    return text


def _opcodes(
    old: list[str], new: list[c_tokens.Token]
) -> list[tuple[str, int, int, int, int]]:
    matcher = difflib.SequenceMatcher(
        None, old, [token.text for token in new], autojunk=False
    )
    # typeshed of Debian 13 gives the tag a narrower type than str.
    return [(str(tag), i, j, k, l) for tag, i, j, k, l in matcher.get_opcodes()]


def _with_context(
    code: Code, item: c_tokens.Item, span: Span, new: str, edit: Edit
) -> Edit:
    """Returns an edit of the span with enough context to make the old text
    unique."""
    first, last = record.unique(code, item.name, span)
    before = record.text_of(code, first, span[0])
    behind = record.text_of(code, span[1], last)
    if before:
        new = before + _gap(code, span[0]) + new
    if behind:
        new = new + _gap(code, span[1]) + behind
    return Edit(edit.path, item.name, False, record.text_of(code, first, last), new)


def _gap(code: Code, index: int) -> str:
    """Returns the white space before a token, with at most one line break."""
    gap = code.text[code.tokens[index - 1].end : code.tokens[index].start]
    return "\n" if "\n" in gap else gap


def check(root: pathlib.Path, bugs: list[bug.Bug]) -> int:
    """Prints the bugs that do not apply; returns their number."""
    workspace = Workspace(root)
    count = 0
    for planted in bugs:
        broken = workspace.broken(planted)
        count += bool(broken)
        for item in broken:
            print(_about(root, planted, item))
            _print_text("old", item.edit.old)
            _print_text("now", item.now)
        if broken:
            print(f"    tools/planted --replant {planted.name}")
    print(f"{len(bugs)} bugs, {count} do not apply")
    return count


def _about(root: pathlib.Path, planted: bug.Bug, item: Broken) -> str:
    return (
        f"{planted.path.relative_to(root)}: {item.edit.path}, "
        f"{item.edit.item}: {item.why}"
    )


def _print_text(label: str, text: str) -> None:
    for number, line in enumerate(text.splitlines()):
        print(f"    {label if number == 0 else '':3}  {line}")


def replant_all(root: pathlib.Path, bugs: list[bug.Bug]) -> bool:
    """Updates the files of the bugs that do not apply to the current code.

    Returns False, and prints what to do, if a bug must be updated by hand."""
    workspace = Workspace(root)
    done = [_replant(root, planted, workspace.broken(planted)) for planted in bugs]
    return all(done)


def _replant(root: pathlib.Path, planted: bug.Bug, broken: list[Broken]) -> bool:
    path = planted.path.relative_to(root)
    if not broken:
        return True
    for item in broken:
        if item.new is None:
            print(
                f"{_about(root, planted, item)}, and no text is in its "
                "place; write the edit by hand"
            )
            return False
    anew = {item.edit: item.new for item in broken if item.new}
    text = edits.written([anew.get(edit, edit) for edit in planted.edits])
    header = planted.path.read_text(encoding="utf-8").partition("\n@ ")[0]
    write(planted.path, f"{header}\n{text}")
    print(f"{path} is updated; now run: bazel test //tests/bugs:{planted.name}")
    print(text)
    return True


def write(path: pathlib.Path, text: str) -> None:
    """Writes a file through a temporary file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
