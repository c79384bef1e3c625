"""Names a finding so that the same defect has the same name in every program that
shows it.

    GETP-3 PyCapsule_GetPointer: NULL, ValueError: ...; #, no exception
    AddressSanitizer: heap-use-after-free in names_match, PyCapsule_IsValid
    time limit in PyCapsule_GetName

The executor writes the first form itself (fuzz/executor/quarantine.h).
"""

from __future__ import annotations

import dataclasses
import re

from tools.commands.detect import report

_ROW = r"^  {} +(?P<text>.+)$"
_SIGNATURE = re.compile(_ROW.format("signature"), re.MULTILINE)
_AFTER = re.compile(_ROW.format("after"), re.MULTILINE)
_RULE = re.compile(r"^  rule +(?P<rule>[A-Z0-9]+(?:-[A-Z0-9]+)+) ", re.MULTILINE)
_CALL = re.compile(
    r"^  (?:call (?:\d+|  )|in destructor) +(?:\w+: )?(?:\w+ = )?(?P<name>\w+)\(",
    re.MULTILINE,
)
_PROGRAM = re.compile(r"^  program\n((?:    .*\n?)+)", re.MULTILINE)
_NUMBER = re.compile(r"^  call (?P<number>\d+) ", re.MULTILINE)
_FRAME = re.compile(r"^ +#\d+ 0x[0-9a-f]+ (?:in )?(?P<name>\S+) (?P<place>.+)$")
_MEMORY_SANITIZER = re.compile(
    r"^==\d+==WARNING: (MemorySanitizer: [\w-]+)", re.MULTILINE
)
_TIME_LIMIT = re.compile(
    r"^ALARM: |^repro: the input does not end within|time limit$"
    r"|ERROR: libFuzzer: timeout",
    re.MULTILINE,
)
_OUT_OF_MEMORY = re.compile(r"ERROR: libFuzzer: out-of-memory")

HANG = "time limit"
OUT_OF_MEMORY = "out of memory"

# How many functions of a stack trace are part of a signature.
_FRAMES = 3


@dataclasses.dataclass(frozen=True)
class Signature:
    """A finding's signature `text` and its short `name`: the rule, or the class
    of a sanitizer's error. If `after` is not empty, the program had shown the
    known difference `after` before; the finding is a consequence of it."""

    text: str
    name: str
    after: str = ""


def is_hang(text: str) -> bool:
    """True if the report says that a program did not end."""
    return bool(_TIME_LIMIT.search(text))


def signature_of(text: str) -> Signature | None:
    """Returns the signature of the first finding in a report; None if the report
    names none."""
    after = _AFTER.search(text)
    known = after["text"].strip() if after else ""
    if match := _SIGNATURE.search(text):
        whole = match["text"].strip()
        return Signature(whole, whole.partition(" ")[0], known)
    name = _name(text)
    if not name:
        return None
    functions = ", ".join(_functions(text)) or _function_under_test(text)
    whole = f"{name} in {functions}" if functions else name
    rule = _RULE.search(text)
    return Signature(whole, rule["rule"] if rule else name, known)


def _name(text: str) -> str:
    if is_hang(text):
        return HANG
    if _OUT_OF_MEMORY.search(text):
        return OUT_OF_MEMORY
    if match := _MEMORY_SANITIZER.search(text):
        return match[1]
    named = report.findings(text)
    return joint_name(named[0]) if named else ""


def joint_name(name: str) -> str:
    """Returns one name for what AddressSanitizer calls by two names: the arena
    poisons blocks in place of freeing them."""
    return name.replace("use-after-poison", "heap-use-after-free")


def _functions(text: str) -> list[str]:
    """Returns the innermost functions of the implementation in the first stack
    trace of the report."""
    found: list[str] = []
    started = False
    for line in text.splitlines():
        match = _FRAME.match(line)
        if not match:
            if started:
                break
            continue
        started = True
        if _is_of_implementation(match["name"], match["place"]):
            found.append(match["name"])
    return found[:_FRAMES]


def _is_of_implementation(name: str, place: str) -> bool:
    if re.search(r"(^|/)capsule/", place):
        return True
    return name.startswith(("Py", "_Py")) and "fuzz/" not in place


def _function_under_test(text: str) -> str:
    calls = _CALL.findall(text)
    return calls[-1] if calls else ""


def program(report: str) -> str:
    """Returns the program in a report; "" if there is none."""
    match = _PROGRAM.search(report)
    if not match:
        return ""
    return "".join(f"{line.strip()}\n" for line in match[1].splitlines())


def failing_call(report: str) -> int | None:
    """Returns the position, from 0, of the call of the program that fails; None if
    the report names none."""
    match = _NUMBER.search(report)
    return int(match["number"]) - 1 if match else None


def head(text: str) -> str:
    """Returns the name of a finding from its signature: the rule, or the class of
    a sanitizer's error."""
    if re.match(r"[A-Z0-9]+(-[A-Z0-9]+)+ ", text):
        return text.partition(" ")[0]
    return text.partition(" in ")[0]
