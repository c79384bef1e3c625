"""Tests of the words in this repository: no comment begins with "Whether", and
each file opens with a line that says what the file is for."""

import re

from tools.lib import repository

# A comment or docstring, possibly in a patch, that begins with "Whether".
WHETHER = re.compile(r'^[+ ]?\s*(?:/\*|//|#|""")\s*Whether\b')

# The beginning of a file that says what the file is for: a comment or docstring. A
# source file may include its own header first instead.
OPENING = {
    ".c": r'/\*|#include "{header}"\n',
    ".cc": r'//|/\*|#include "{header}"\n',
    ".h": r"/\*|//",
    ".def": r"/\*",
    ".py": r'"""',
    ".bzl": r'"""',
    ".sh": r"#!.*\n# ",
    ".md": r"\S",
}


def test_no_comment_begins_with_whether() -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in repository.files(
            *(".c", ".cc", ".h", ".def", ".py", ".bzl", ".sh", ".patch", ".bug")
        )
        for number, line in enumerate(
            (repository.ROOT / path).read_text().splitlines(), 1
        )
        if WHETHER.match(line)
    ]
    assert not found, 'write "True if ..." or "Returns ...":\n' + "\n".join(found)


def test_each_file_opens_with_a_line_that_says_what_it_is_for() -> None:
    silent = []
    for path in repository.files(*OPENING):
        header = re.escape(str(path.with_suffix(".h")))
        opening = OPENING[path.suffix].replace("{header}", header)
        if not re.match(opening, (repository.ROOT / path).read_text()):
            silent.append(str(path))
    assert not silent, "these need an opening line:\n" + "\n".join(silent)
