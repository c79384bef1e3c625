"""Tests of reports that are compared with a baseline, or joined."""

import pathlib

import pytest

from tools.commands.overnight import baseline, joining, page, storage, summary
from tools.commands.overnight.sample_report import GETP, VAL, finding, values
from tools.lib.problem import Problem


# --- baseline ------------------------------------------------------------------


def test_findings_are_new_still_there_or_gone() -> None:
    made = values(finding(GETP))
    baseline.compare(made, values(finding(GETP), finding(VAL)), "before")
    assert [f["state"] for f in made["findings"]] == [summary.STILL]
    assert [f["signature"] for f in made["gone"]] == [VAL]
    other = values(finding(VAL))
    baseline.compare(other, values(), "before")
    assert other["findings"][0]["state"] == summary.NEW


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "is damaged"),
        ('{"version": 99}', "has version 99"),
        (f'{{"version": {summary.VERSION}}}', "is damaged"),
    ],
)
def test_a_bad_baseline_is_one_line(
    tmp_path: pathlib.Path, text: str, words: str
) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(Problem, match=words):
        baseline.read(tmp_path)
    with pytest.raises(Problem, match="cannot read"):
        baseline.read(tmp_path / "none")


# --- joining -------------------------------------------------------------------


def test_joined_reports_add_up() -> None:
    both = joining.joined(
        [values(finding(GETP)), values(finding(GETP), finding(VAL))]
    )
    assert [m["facts"]["machine"] for m in both["machines"]] == ["one", "one 2"]
    assert {f["signature"]: f["times"] for f in both["findings"]} == {
        GETP: 4,
        VAL: 2,
    }
    assert "4,000 programs, 20,000 calls" in both["verdict"]["text"]
    assert "2 of 2 planted bugs found" in both["verdict"]["text"]
    assert both["rules"]["counts"]["name_fuzz"]["GETP-3"] == 28
    assert page.page(both)


def test_a_report_without_a_part_is_one_line(tmp_path: pathlib.Path) -> None:
    made = values()
    del made["machines"][0]["parts"]
    storage.write_json(tmp_path / "a/report.json", made)
    with pytest.raises(Problem, match="lacks a part"):
        joining.join([tmp_path / "a"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_joining_copies_corpora_and_findings(tmp_path: pathlib.Path) -> None:
    for name, data in (("a", b"x"), ("b", b"y")):
        folder = tmp_path / name
        storage.write_json(folder / "report.json", values(machine=name))
        unit = folder / "corpus/name_fuzz" / joining.corpus.digest(data)
        unit.parent.mkdir(parents=True)
        unit.write_bytes(data)
    out = tmp_path / "both"
    assert joining.join([tmp_path / "a", tmp_path / "b"], out) == 0
    assert len(list((out / "corpus/name_fuzz").iterdir())) == 2
    assert (out / "index.html").exists()
    with pytest.raises(Problem, match="has a report already"):
        joining.join([tmp_path / "a"], out)
