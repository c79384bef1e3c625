"""Tests of the matrix: its file, its page, and its tables on the terminal."""

import io
import json
import pathlib
import xml.etree.ElementTree as ElementTree

import pytest
import rich.console

from tools.commands.conformance import matrix, page, show
from tools.lib.contract import Rule

RULES = [
    Rule(id, id.replace("-", "_"), "", function, level, text, source)
    for id, function, level, text, source in [
        ("GETP-1", "PyCapsule_GetPointer", "documented", "finds it", "the text"),
        ("GETP-10", "PyCapsule_GetPointer", "observed", "finds <it>", "measured"),
        ("GETN-1", "PyCapsule_GetName", "documented", "the name", "the text"),
        ("DTOR-1", "capsule destructors", "documented", "runs once", "the text"),
    ]
]


@pytest.fixture(name="rules")
def fixture_rules() -> list[Rule]:
    return RULES


@pytest.fixture(name="columns")
def fixture_columns(rules: list[Rule]) -> list[matrix.Column]:
    good = matrix.Column("Good 1", "/a", "documented", rules)
    bad = matrix.Column("Bad 2", "/b", "documented", rules)
    for column in (good, bad):
        for rule in rules[:3]:
            column.cells[rule.id].add("T.a", matrix.PASSED, "")
    good.cells["DTOR-1"].add("T.b", matrix.NOT_APPLICABLE, "no such thing")
    bad.cells["GETP-10"].add("T.c", matrix.FAILED, "expected <1>\x01")
    bad.cells["GETP-10"].program = 'c0 = PyCapsule_New(0x1, "<n>", NULL)\n'
    bad.cells["DTOR-1"].add("T.b", matrix.CRASHED, "signal SIGSEGV")
    return [good, bad]


def test_a_blocked_rule_has_neither_failed_nor_passed(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    good, bad = columns
    good.cells["GETN-1"].add("T.e", matrix.BLOCKED, "blocked by X", "GETP-1")
    cell = good.cells["GETN-1"]
    assert (cell.outcome, cell.blockers) == (matrix.BLOCKED, ["GETP-1"])
    assert not good.is_clean()
    assert cell.as_json()["blocked_by"] == ["GETP-1"]
    marks = show.table(columns, rules, False).columns[2]._cells
    assert "blocked by GETP-1" in str(marks[1])
    assert not any("GETN-1 on Good" in text for text in show.details(columns, rules))
    suite = ElementTree.fromstring(show.junit(columns, rules).encode())[0]
    messages = [node.get("message") for node in suite.iter("skipped")]
    assert "blocked by GETP-1" in messages
    assert suite.get("skipped") == "2"
    text = page.page(columns, rules, "observed", None, {"Good 1": {}, "Bad 2": {"GETP-10": ""}})
    assert '<a href="#GETP-1-1">GETP-1</a>' in text
    bad.cells["GETN-1"].add("T.e", matrix.BLOCKED, "", "GETP-1")
    bad.cells["GETN-1"].add("T.f", matrix.FAILED, "")
    assert bad.cells["GETN-1"].outcome == matrix.FAILED


def test_the_worst_case_of_a_rule_counts(columns: list[matrix.Column]) -> None:
    good, bad = columns
    assert good.is_clean() and not bad.is_clean()
    assert bad.cells["GETP-10"].outcome == matrix.FAILED
    assert bad.cells["GETP-1"].outcome == matrix.PASSED
    assert good.cells["DTOR-1"].outcome == matrix.NOT_APPLICABLE
    assert good.cells["DTOR-1"].text == "no such thing"
    bad.cells["GETP-10"].add("T.d", matrix.CRASHED, "")
    assert bad.cells["GETP-10"].outcome == matrix.CRASHED
    assert (bad.count(matrix.PASSED), bad.count(matrix.CRASHED)) == (2, 2)


def test_a_saved_matrix_is_read_and_compared(
    columns: list[matrix.Column], rules: list[Rule], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "deep" / "matrix.json"
    matrix.write(path, matrix.as_json(columns, rules, "observed"))
    assert [entry.name for entry in path.parent.iterdir()] == ["matrix.json"]
    old = matrix.read(path)
    assert matrix.changes(old, columns) == []
    columns[0].cells["GETN-1"].add("T.e", matrix.FAILED, "")
    columns[1].name = "New 3"
    assert matrix.changes(old, columns) == [
        "Good 1: GETN-1 passed -> failed",
        "New 3: not in the saved matrix",
    ]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "another"}'])
def test_a_file_that_is_not_a_matrix(text: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "matrix.json"
    path.write_text(text)
    with pytest.raises(matrix.BadFile):
        matrix.read(path)


def test_a_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(matrix.BadFile, match="No such file"):
        matrix.read(tmp_path / "none")


def test_junit_has_a_case_for_each_rule_of_each_implementation(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    root = ElementTree.fromstring(show.junit(columns, rules).encode())
    good, bad = root.findall("testsuite")
    assert [case.get("name") for case in bad] == [rule.id for rule in rules]
    assert (bad.get("failures"), bad.get("errors")) == ("1", "1")
    assert good.get("skipped") == "1"
    failure = bad.find("testcase/failure")
    assert failure is not None and failure.text is not None
    assert failure.get("message") == "finds <it>"
    assert "expected <1>?" in failure.text and '"<n>"' in failure.text


def test_many_implementations_are_several_tables(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    many = [columns[0]] * 7
    tables = list(show.tables(many, rules, True, 80))
    assert [len(table.columns) - 2 for table in tables] == [3, 3, 1]
    for table in tables:
        console = rich.console.Console(width=80, record=True, file=io.StringIO())
        console.print(table)
        assert "\u2026" not in console.export_text()


def test_the_page_shows_each_failure_and_escapes_it(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    sources: dict[str, dict[str, str]] = {
        "Good 1": {},
        "Bad 2": {"GETP-10": "#include <Python.h>"},
    }
    text = page.page(columns, rules, "observed", ["a -> b"], sources)
    assert '<a href="#GETP-10-2">failed</a>' in text
    assert 'id="GETP-10-2"' in text and 'id="DTOR-1-2"' in text
    assert "#include &lt;Python.h&gt;" in text and "finds &lt;it&gt;" in text
    assert "a -&gt; b" in text
    assert "src=" not in text and "http" not in text


def test_the_terminal_lists_what_does_not_pass(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    texts = list(show.details(columns, rules))
    assert texts[0] == "Good 1: not applicable: DTOR-1: no such thing"
    assert texts[1].startswith("GETP-10 on Bad 2: failed: finds <it>")
    assert "    c0 = PyCapsule_New" in texts[1]
    assert "signal SIGSEGV" in texts[2]
    listed = [row for row in show.table(columns, rules, False).columns[0].cells]
    assert listed[:2] == ["GETP-10", "DTOR-1"]


def test_columns_with_the_same_name_show_their_paths(
    columns: list[matrix.Column]
) -> None:
    columns[1].name = "Good 1"
    matrix.give_names(columns)
    assert [column.name for column in columns] == ["Good 1 (/a)", "Good 1 (/b)"]


def test_the_json_is_one_object_per_implementation(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    value = json.loads(matrix.as_json(columns, rules, "documented"))
    assert value["level"] == "documented"
    assert value["implementations"][1]["rules"]["DTOR-1"]["outcome"] == "crashed"
