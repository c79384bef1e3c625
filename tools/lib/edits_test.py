"""Tests of tools/lib/edits.py: which code an edit matches, when an edit fails,
and how a recorded edit looks."""

import pathlib
import re

import pytest

from tools.lib import bug, c_tokens, edits, record

CODE = """\
#include <stdbool.h>

typedef struct {
    int count; /* never negative */
    const char *name;
} Thing;

#define IS_EMPTY(thing)                                                        \\
    ((thing)->count == 0)

__attribute__((cold)) static void refuse(const char *message);

static int twice(int value)
{
    if (value < 0) {
        refuse("negative "
               "value");
        return 0;
    }
    return value + value; /* no overflow */
}

static void refuse(const char *message)
{
    puts(message);
}

static const int table[] = {1, 2, 3};
"""


def applied(text: str, code: str = CODE) -> str:
    return edits.apply(code, edits.parse(text))


def words(text: str) -> list[str]:
    return c_tokens.words(text)


def test_the_named_items_of_a_file() -> None:
    names = [item.name for item in edits.Code(CODE).items if item.name]
    assert names == "Thing IS_EMPTY refuse twice refuse table".split()


def test_an_edit_changes_the_named_function() -> None:
    code = applied("@ a.c twice\n- value + value\n+ 2 * value\n")
    assert words(code) == words(CODE.replace("value + value", "2 * value"))


@pytest.mark.parametrize(
    "change",
    [
        ("/* no overflow */", "// may overflow"),
        ("int value)\n{\n    if (value < 0) {", "int value) { if (value<0)\n{"),
        ('"negative "\n               "value"', '"negative value"'),
        ("puts(message);", "fputs(message, stderr);"),
        ("static const int table", "int another;\n\nstatic const int table"),
    ],
)
def test_comments_formatting_and_neighbours_break_no_edit(
    change: tuple[str, str],
) -> None:
    assert change[0] in CODE
    code = CODE.replace(*change)
    refusal = re.compile(r'refuse\("negative.*?\)', re.DOTALL)
    text = '@ a.c twice\n- refuse("negative value")\n+ abort()\n'
    assert words(applied(text, code)) == words(refusal.sub("abort()", code))


def test_a_definition_goes_before_a_declaration() -> None:
    code = applied("@ a.c refuse\n- message\n+ message + 1\n  );\n")
    assert "puts(message + 1" in code.replace("\n", "")


def test_new_code_before_a_definition() -> None:
    code = applied("@ a.c before twice\n+ #include <stdio.h>\n+ static int calls;\n")
    assert words(code) == words(
        CODE.replace(
            "static int twice", "#include <stdio.h>\nstatic int calls;\nstatic int twice"
        )
    )


def test_a_macro_stays_in_one_line() -> None:
    code = applied("@ a.c IS_EMPTY\n- == 0\n+ <\n+ 1\n")
    assert words(code) == words(CODE.replace("== 0", "< 1"))


def test_two_edits_of_one_function() -> None:
    text = "@ a.c twice\n- < 0\n+ <= 0\n\n- value + value\n+ value\n"
    changed = CODE.replace("< 0", "<= 0").replace("value + value", "value")
    assert words(applied(text)) == words(changed)


@pytest.mark.parametrize(
    "text, why",
    [
        ("@ a.c twice\n- value - value\n+ 0\n", "`value - value` is gone"),
        ("@ a.c twice\n- value\n+ 0\n", "`value` occurs 4 times"),
        ("@ a.c thrice\n- value\n+ 0\n", "there is no thrice in the file"),
        ("@ a.c twice\n- value <\n+ 0 <\n\n- < 0\n+ > 0\n", "the same text"),
    ],
)
def test_an_edit_that_does_not_apply_says_why(text: str, why: str) -> None:
    with pytest.raises(edits.DoesNotApply, match=f"a.c, th?.*: .*{why}"):
        applied(text)


@pytest.mark.parametrize(
    "text, why",
    [
        ("- old\n+ new\n", "no line `@ FILE"),
        ("@ a.c twice\nold\n", "'old' is neither"),
        ("@ a.c twice\n+ new\n", "no old text"),
        ("@ a.c before twice\n- old\n", "takes new lines only"),
        ("@ a.c twice\n", "there is no edit"),
    ],
)
def test_a_malformed_edit_says_why(text: str, why: str) -> None:
    with pytest.raises(edits.Malformed, match=why):
        edits.parse(text)


@pytest.mark.parametrize(
    "change, lines",
    [
        (("value + value", "value"), ["- value + value", "+ value"]),
        (("        return 0;\n", ""), ["- return 0;"]),
        (
            ("    return value +", "    value++;\n    return value +"),
            ["+ value++;", "  return value"],
        ),
        (("static int twice", "int calls;\n\nstatic int twice"), ["+ int calls;"]),
        (("== 0)", "<= 0)"), ["- (thing)->count == 0", "+ (thing)->count <= 0"]),
    ],
)
def test_a_change_is_recorded_with_little_old_text(
    change: tuple[str, str], lines: list[str]
) -> None:
    found = record.edits_between("a.c", CODE, CODE.replace(*change))
    assert edits.written(found).splitlines()[1:] == lines
    assert words(edits.apply(CODE, found)) == words(CODE.replace(*change))


def test_a_header_changes_sources_that_name_what_uses_the_edited_item() -> None:
    header = "#define INNER 1\n#define OUTER (INNER + 1)\n#define OTHER 2\n"
    assert edits.users({"INNER"}, header) == {"INNER", "OUTER"}


@pytest.mark.parametrize("path", bug.all_paths(pathlib.Path()), ids=str)
def test_a_planted_bug_has_the_format_that_tools_write(path: pathlib.Path) -> None:
    found = bug.read(path).edits
    text = path.read_text(encoding="utf-8")
    assert edits.written(found) == "@ " + text.partition("\n@ ")[2]


def test_there_are_planted_bugs() -> None:
    assert len(bug.all_paths(pathlib.Path())) > 200
