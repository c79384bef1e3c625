"""The findings of all processes as one list: joined, with files and lines."""

import dataclasses
from typing import Any

from tools.commands.check import places
from tools.commands.check.channel import CALLS, COLUMN_NAMES, Process
from tools.commands.check.places import Place

ERROR, WARNING = "error", "warning"


@dataclasses.dataclass
class Finding:
    """One thing that is wrong or suspicious, and how often it was seen."""

    level: str
    rule: str
    text: str  # the rule's sentence
    function: str  # of which the rule speaks
    sentence: str  # what happened
    times: int
    capsule: dict[str, Any] | None
    made: Place | None
    made_python: str
    at: Place | None
    origin: str
    origin_at: Place | None
    c_frames: list[Place]
    python: list[str]
    tests: list[str]
    pids: list[int]

    def objects(self) -> set[str]:
        """Returns the names of the objects that take part."""
        taking = [self.at, self.made, self.origin_at]
        return {place.object_name for place in taking if place}

    def key(self) -> tuple[object, ...]:
        """Returns what makes two findings the same."""
        return (
            self.level,
            self.rule,
            self.sentence,
            self.at and self.at.identity(),
            self.made and self.made.identity(),
        )


@dataclasses.dataclass
class Report:
    """The result of a run."""

    findings: list[Finding]
    notes: list[str]
    processes: list[Process]
    table: dict[str, dict[str, int]]
    crashes: list[dict[str, Any]]
    ignored: int = 0

    def was_checked(self) -> bool:
        """True if a process ran whose interpreter was checked."""
        return any(process.start for process in self.processes)

    def count(self, level: str) -> int:
        return sum(finding.level == level for finding in self.findings)


def _finding(record: dict[str, Any], pid: int) -> Finding:
    capsule = record.get("capsule")
    return Finding(
        level=record["level"],
        rule=record["rule"],
        text=record["text"],
        function=record["function"],
        sentence=record["sentence"],
        times=record["times"],
        capsule=capsule,
        made=Place.of((capsule or {}).get("made")),
        made_python=(capsule or {}).get("python", ""),
        at=Place.of(record.get("at")),
        origin=record.get("origin", ""),
        origin_at=Place.of(record.get("origin_at")),
        c_frames=[
            place for frame in record["frames"] if (place := Place.of(frame))
        ],
        python=record["python"],
        tests=[record["test"]] if "test" in record else [],
        pids=[pid],
    )


def joined(findings: list[Finding]) -> list[Finding]:
    """Joins the same finding of several processes; errors come first."""
    by_key: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        known = by_key.setdefault(finding.key(), finding)
        if known is not finding:
            known.times += finding.times
            known.tests += finding.tests
            known.pids += finding.pids
    return sorted(by_key.values(), key=lambda finding: finding.level != ERROR)


def report_of(processes: list[Process]) -> Report:
    """Joins what all processes have told."""
    findings: list[Finding] = []
    by_number: dict[int, Finding] = {}
    notes: list[str] = []
    table: dict[str, dict[str, int]] = {}
    for process in processes:
        for record in process.findings:
            if record["kind"] == "again":
                known = by_number.get(record["number"])
                if known:
                    known.times += record["times"]
                continue
            finding = _finding(record, process.pid)
            by_number[record["number"]] = finding
            findings.append(finding)
        notes += [note for note in process.notes if note not in notes]
        if process.dropped:
            notes.append(
                f"process {process.pid}: {process.dropped} findings did not fit "
                "into its report"
            )
        for path, counts in process.counts.items():
            row = table.setdefault(path, dict.fromkeys(COLUMN_NAMES, 0))
            for column, number in counts.items():
                row[column] += number
    for row in table.values():
        row["calls"] = sum(row[column] for column in CALLS)
    findings = joined(findings)
    places.add_lines(findings)
    return Report(
        findings=findings,
        notes=notes,
        processes=processes,
        table=table,
        crashes=[process.crash for process in processes if process.crash],
    )
