"""Writes JUnit XML, the report format that most build servers read."""

import dataclasses
import xml.etree.ElementTree as xml
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(frozen=True)
class Case:
    """One test case.

    failure  the headline of the failure; "" if the case passed
    text     details: of the failure, or what the case printed
    skipped  the reason why the case did not run; "" if the case ran
    seconds  how long the case ran, or None
    """

    group: str
    name: str
    failure: str = ""
    text: str = ""
    skipped: str = ""
    seconds: float | None = None


def document(suite: str, cases: Iterable[Case]) -> str:
    """Returns the XML document of one suite."""
    return documents({suite: cases})


def documents(suites: Mapping[str, Iterable[Case]]) -> str:
    """Returns the XML document of several suites, {name: cases}."""
    root = xml.Element("testsuites")
    for name, cases in suites.items():
        root.append(_suite(name, list(cases)))
    return xml.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cases: list[Case]) -> xml.Element:
    element = xml.Element(
        "testsuite",
        name=printable(name),
        tests=str(len(cases)),
        failures=str(sum(bool(case.failure) for case in cases)),
        skipped=str(sum(bool(case.skipped) for case in cases)),
    )
    for case in cases:
        element.append(_case(case))
    return element


def _case(case: Case) -> xml.Element:
    element = xml.Element(
        "testcase", classname=printable(case.group), name=printable(case.name)
    )
    if case.seconds is not None:
        element.set("time", f"{case.seconds:.3f}")
    if case.failure:
        failure = xml.SubElement(
            element, "failure", message=printable(case.failure)
        )
        failure.text = printable(case.text)
    elif case.skipped:
        xml.SubElement(element, "skipped", message=printable(case.skipped))
    elif case.text:
        xml.SubElement(element, "system-out").text = printable(case.text)
    return element


def printable(text: str) -> str:
    """Returns the text without the characters that XML forbids: each becomes
    \\xNN."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text
    )
