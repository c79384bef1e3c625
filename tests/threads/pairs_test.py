"""THR-2: which pairs of calls are a data race on one capsule of the reference."""

import os
import subprocess

import pytest

# The parts of the capsule that each call reads and writes. `module` stands for the objects
# that an import uses: the reference has no lock around imports (THR-3), and its
# counts are no atomic variables.
READS = {
    "New": "",
    "CheckExact": "",
    "IsValid": "name",
    "GetPointer": "name pointer",
    "GetName": "name",
    "GetContext": "context",
    "GetDestructor": "destructor",
    "SetPointer": "",
    "SetName": "",
    "SetContext": "",
    "SetDestructor": "",
    "Import": "name pointer",
    "Repr": "name",
    "INCREF": "",
    "DECREF": "",
}
WRITES = {
    "SetPointer": "pointer",
    "SetName": "name",
    "SetContext": "context",
    "SetDestructor": "destructor",
    "Import": "count module",
    "INCREF": "count",
    "DECREF": "count",
}


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], str]:
    done = subprocess.run(
        [os.environ["PAIRS"]], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    return {(first, second): verdict for first, second, verdict in lines}


def is_a_race(first: str, second: str) -> bool:
    def conflict(writer: str, other: str) -> bool:
        touched = f"{READS[other]} {WRITES.get(other, '')}".split()
        return any(part in touched for part in WRITES.get(writer, "").split())

    return conflict(first, second) or conflict(second, first)


def test_a_pair_races_if_one_call_writes_what_the_other_uses(
    found: dict[tuple[str, str], str],
) -> None:
    names = list(READS)
    assert len(found) == len(names) * (len(names) + 1) // 2
    for (first, second), verdict in found.items():
        wanted = "race" if is_a_race(first, second) else "-"
        assert verdict == wanted, f"{first} and {second}"


def test_bad_input_is_one_line_and_status_2() -> None:
    done = subprocess.run(
        ["tests/threads/pairs_on", "/nothing"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("pairs_on: give the path of an interpreter")
    assert done.stderr.count("\n") == 1
