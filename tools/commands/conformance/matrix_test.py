"""Tests of the matrix: its file, its page, and its tables on the terminal."""

import html.parser
import io
import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import pytest
import rich.console

from tools.commands.conformance import matrix, page, saved, show
from tools.lib.contract import Rule
from tools.lib.problem import Problem

RULES = [
    Rule(id, id.replace("-", "_"), "a section", function, level, text, source)
    for id, function, level, text, source in [
        ("GETP-1", "PyCapsule_GetPointer", "documented", "finds it", "the text"),
        ("GETP-10", "PyCapsule_GetPointer", "observed", "finds <it>", "measured"),
        ("GETN-1", "PyCapsule_GetName", "documented", "the name", "the text"),
        ("DTOR-1", "capsule destructors", "documented", "runs once", "the text"),
    ]
]


# The page loads nothing: no address of another file or host.
_LOADS = ("src=", "http:", "https:", "url(", "@import")


def of(columns: list[matrix.Column]) -> matrix.Matrix:
    """Returns the matrix of the columns."""
    found = {rule.id: ["x_test.cc: T.a"] for rule in RULES}
    return matrix.Matrix("observed", RULES, columns, found)


@pytest.fixture(name="rules")
def fixture_rules() -> list[Rule]:
    return RULES


@pytest.fixture(name="columns")
def fixture_columns(rules: list[Rule]) -> list[matrix.Column]:
    good = matrix.new_column("Good 1", "/a", "documented", rules)
    bad = matrix.new_column("Bad 2", "/b", "documented", rules)
    for column in (good, bad):
        for rule in rules[:3]:
            column.cells[rule.id].add("T.a", matrix.PASSED, "")
    good.cells["DTOR-1"].add("T.b", matrix.NOT_APPLICABLE, "no such thing")
    bad.cells["GETP-10"].add("T.c", matrix.FAILED, "expected <1>\x01")
    bad.cells["GETP-10"].program = 'c0 = PyCapsule_New(0x1, "<n>", NULL)\n'
    bad.cells["GETP-10"].shows = "2 of 5 runs"
    bad.cells["GETP-10"].c = "#include <Python.h>"
    bad.origin.commit = "0123456789ab+"
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
    marks = show.table(columns, rules, False).columns[2]._cells
    assert "blocked by GETP-1" in str(marks[1])
    assert not any("GETN-1 on Good" in text for text in show.details(columns, rules))
    suite = ElementTree.fromstring(show.junit_xml(columns, rules).encode())[0]
    messages = [node.get("message") for node in suite.iter("skipped")]
    assert "blocked by GETP-1" in messages
    assert suite.get("skipped") == "2"
    text = page.page(of(columns), None)
    assert ', blocked by <a href="#GETP-1">GETP-1</a>' in text
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


def test_a_saved_matrix_is_read_unchanged(
    columns: list[matrix.Column], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "deep" / "matrix.json"
    whole = of(columns)
    matrix.write(path, saved.as_json(whole))
    assert [entry.name for entry in path.parent.iterdir()] == ["matrix.json"]
    again = saved.read(path)
    assert again == whole
    assert saved.as_json(again) == saved.as_json(whole)


def test_a_matrix_is_compared_with_a_saved_one(
    columns: list[matrix.Column], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "matrix.json"
    matrix.write(path, saved.as_json(of(columns)))
    old = saved.read(path)
    assert matrix.changes(old, of(columns)) == []
    columns[0].cells["GETN-1"].add("T.e", matrix.FAILED, "")
    del columns[0].cells["GETP-10"]
    columns[1].name = "New 3"
    assert matrix.changes(old, of(columns)) == [
        "Good 1: GETN-1 passed -> failed",
        "Good 1: GETP-10 passed -> no such rule",
        "New 3: not in the saved matrix",
        "Bad 2: only in the saved matrix",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        "null",
        '{"format": "another"}',
        '{"format": "capsule conformance 2"}',
        '{"format": "capsule conformance 2", "level": "observed", "rules": {}, '
        '"implementations": []}',
        '{"format": "capsule conformance 2", "level": "observed", "rules": {}, '
        '"implementations": [{"name": "x", "path": 1}]}',
    ],
)
def test_a_file_that_is_not_a_matrix(text: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "matrix.json"
    path.write_text(text)
    with pytest.raises(saved.BadFile):
        saved.read(path)
    with pytest.raises(Problem, match="m.json .*; give a matrix.json"):
        saved.read_for_user(path, "m.json")


def test_a_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(saved.BadFile, match="No such file"):
        saved.read(tmp_path / "none")


def test_matrices_of_two_machines_are_one(columns: list[matrix.Column]) -> None:
    good, bad = columns
    bad.name = good.name = "Same 1"
    good.path = bad.path = "/same"
    good.origin.machine, bad.origin.machine = "here", "there"
    del bad.cells["GETN-1"]
    other = matrix.Matrix("observed", [r for r in RULES if r.id != "GETN-1"], [bad])
    joined = saved.join([of([good]), other], ["a.json", "b.json"])
    assert [rule.id for rule in joined.rules] == [rule.id for rule in RULES]
    assert [column.name for column in joined.columns] == [
        "Same 1 (/same) (here)",
        "Same 1 (/same) (there)",
    ]
    missing = joined.columns[1].cells["GETN-1"]
    assert missing.outcome == matrix.NOT_APPLICABLE
    assert "had no such rule" in missing.text
    assert joined.columns[1].cells["GETP-10"].outcome == matrix.FAILED
    assert joined.evidence["GETP-1"] == ["x_test.cc: T.a"]


def test_matrices_of_two_levels_are_not_joined(
    columns: list[matrix.Column]
) -> None:
    other = of(columns)
    other.level = "documented"
    with pytest.raises(Problem, match="b.json is of the level documented"):
        saved.join([of(columns), other], ["a.json", "b.json"])


def test_junit_has_a_case_for_each_rule_of_each_implementation(
    columns: list[matrix.Column], rules: list[Rule]
) -> None:
    root = ElementTree.fromstring(show.junit_xml(columns, rules).encode())
    good, bad = root.findall("testsuite")
    assert [case.get("name") for case in bad] == [rule.id for rule in rules]
    assert bad.get("failures") == "2"
    assert good.get("skipped") == "1"
    failure = bad.find("testcase/failure")
    assert failure is not None and failure.text is not None
    assert failure.get("message") == "failed: finds <it>"
    assert "expected <1>\\x01" in failure.text and '"<n>"' in failure.text


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


class Links(html.parser.HTMLParser):
    """Collects the ids of a page, the targets of its links, and the tags that are
    not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name == "href" and value:
                self.targets.append(value)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        # The end of a paragraph may be left out.
        while self.open[-1] == "p" != tag:
            self.open.pop()
        assert self.open.pop() == tag


def test_every_link_of_the_page_has_a_target(columns: list[matrix.Column]) -> None:
    columns[0].cells["GETN-1"].add("T.e", matrix.BLOCKED, "", "GETP-1")
    found = Links(page.page(of(columns), ["a"], "saved.json"))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert found.targets and all(
        target[0] == "#" and target[1:] in found.ids for target in found.targets
    )


def test_the_page_shows_each_failure_and_escapes_it(
    columns: list[matrix.Column]
) -> None:
    text = page.page(of(columns), ["a -> b"], "old<1>.json")
    assert '<a href="#GETP-10.2" title="Bad 2: failed"' in text
    assert 'id="GETP-10.2"' in text and 'id="DTOR-1.2"' in text
    assert "#include &lt;Python.h&gt;" in text and "finds &lt;it&gt;" in text
    assert "run again: 2 of 5 runs" in text
    assert "a -&gt; b" in text and "Since old&lt;1&gt;.json" in text
    assert "commit 0123456789ab+" in text
    assert "x_test.cc: T.a" in text
    assert not any(word in text for word in _LOADS)


def test_the_page_shows_broken_rules_before_those_that_differ(
    columns: list[matrix.Column]
) -> None:
    good, bad = columns
    bad.cells["GETN-1"] = matrix.Cell()
    first = page.page(of(columns), None).partition('id="rules"')[0]
    broken, different = first.split("<details>")[:2]
    assert '"#GETP-10.1"' in broken and '"#DTOR-1.1"' in broken
    assert '"#GETN-1.1"' not in broken and '"#GETN-1.1"' in different
    assert '"#GETP-1.1"' not in first
    assert "2 rules are broken somewhere, and 1 of 2 keep every rule" in broken


def test_rules_are_grouped_by_function() -> None:
    assert [(group.title, len(group.rules)) for group in page.groups(RULES)] == [
        ("PyCapsule_GetPointer", 2),
        ("other: a section", 2),
    ]


def test_equal_cells_share_their_evidence(columns: list[matrix.Column]) -> None:
    shared = page.evidence(of(columns), RULES[0])
    assert [item.numbers for item in shared] == [[1, 2]]
    own = page.evidence(of(columns), RULES[1])
    assert [item.numbers for item in own] == [[1], [2]]


def test_reasons_are_grouped(columns: list[matrix.Column]) -> None:
    good, bad = columns
    good.cells["GETN-1"] = matrix.Cell([matrix.Case("T", matrix.NOT_APPLICABLE, "no such thing")])
    bad.cells["GETN-1"] = matrix.Cell([matrix.Case("T", matrix.NOT_APPLICABLE, "no such thing")])
    (reason,) = page.reasons(of(columns))
    assert reason.text == "no such thing"
    assert reason.where == {(1, 2): ["GETN-1"], (1,): ["DTOR-1"]}


def test_a_run_that_stopped_says_so(columns: list[matrix.Column]) -> None:
    columns[1].programs, columns[1].planned = 596, 2069
    columns[1].remarks = ["sequence_fuzz stopped after 40 failed programs"]
    text = page.page(of(columns), None)
    assert "596 of 2069" in text and columns[1].remarks[0] in text
    assert any("stopped after 40" in line for line in show.details(columns, RULES))
    console = rich.console.Console(width=200, record=True, file=io.StringIO())
    console.print(show.table(columns, RULES, False))
    assert re.search(r"programs +0 +596 of 2069", console.export_text())


def test_a_fault_of_the_host_is_not_a_fault_of_capsules(
    columns: list[matrix.Column]
) -> None:
    cell = columns[0].cells["GETN-1"]
    cell.add("T.e", matrix.HOST, "dies of no memory")
    cell.c = "int main(void);"
    assert cell.outcome == matrix.HOST and columns[0].is_clean()
    text = page.page(of(columns), None)
    assert "A C program without capsules" in text and "int main(void);" in text
    assert any("GETN-1 on Good 1: host" in t for t in show.details(columns, RULES))


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
    for column in columns:
        column.name = column.path = "Same"
    matrix.give_names(columns)
    assert [column.name for column in columns] == ["Same (Same) #1", "Same (Same) #2"]


def test_the_json_is_one_object_per_implementation(
    columns: list[matrix.Column]
) -> None:
    value = json.loads(saved.as_json(of(columns)))
    assert value["level"] == "observed"
    assert value["implementations"][1]["origin"]["commit"] == "0123456789ab+"
    assert value["implementations"][1]["rules"]["DTOR-1"]["outcome"] == "crashed"
