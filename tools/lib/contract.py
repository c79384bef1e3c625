"""The contract: its rules, the profiles, and the rule of a test or a program.

capsule/contract_json.c prints the contract; this module is its only reader.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Any

from tools.lib.problem import Problem

_COMPILER = "cc"
_SOURCES = (
    "capsule/contract.c",
    "capsule/contract_json.c",
    "capsule/profile.c",
)

# The levels. Each level includes all earlier ones.
LEVELS = ("documented", "observed", "advice")

_TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)

# The first line of a program: "# GETP-3: a prefix does not match". A program
# that shows a defect of the harness has "Bug" instead of a rule.
_TITLE = re.compile(r"# ([A-Z0-9-]+-[0-9]+|Bug): \S")
_RULE_OF_FILE = re.compile(r"([A-Z][A-Z0-9-]*-[0-9]+)_")


@dataclasses.dataclass(frozen=True)
class Rule:
    """A row of capsule/contract.def."""

    id: str  # "GETP-3"
    identifier: str  # "GETP_3"
    section: str
    function: str  # "PyCapsule_GetPointer", or another subject
    level: str  # one of LEVELS
    text: str
    source: str
    no_program: str = ""  # why no program can exercise the rule
    needs: tuple[str, ...] = ()  # calls that a program needs to exercise it
    rests_on: tuple[str, ...] = ()  # ids of rules that the rule's tests rest on


@dataclasses.dataclass(frozen=True)
class Fact:
    """A row of capsule/profile.def."""

    name: str
    text: str
    rules: tuple[str, ...]  # ids


@dataclasses.dataclass(frozen=True)
class Profile:
    """The facts that are true of one version of Python."""

    name: str
    facts: tuple[str, ...]  # names


def _fields(cls: Any, value: dict[str, Any]) -> Any:
    """Returns an object of the class `cls`, with tuples in place of lists."""
    return cls(
        **{
            name: tuple(item) if isinstance(item, list) else item
            for name, item in value.items()
        }
    )


class Contract:
    """The rules in the order of contract.def, the facts and the profiles."""

    def __init__(
        self,
        rules: Sequence[Rule],
        facts: Sequence[Fact] = (),
        profiles: Sequence[Profile] = (),
    ) -> None:
        self.rules = list(rules)
        self.facts = list(facts)
        self.profiles = list(profiles)
        self._ids = {rule.id: rule for rule in self.rules}

    @classmethod
    def of_json(cls, text: str) -> Contract:
        """Returns the contract from the output of capsule/contract_json."""
        value = json.loads(text)
        return cls(
            [_fields(Rule, row) for row in value["rules"]],
            [_fields(Fact, row) for row in value["facts"]],
            [_fields(Profile, row) for row in value["profiles"]],
        )

    def __getitem__(self, identity: str) -> Rule:
        return self._ids[identity]

    def __contains__(self, identity: object) -> bool:
        return identity in self._ids

    def rule_of_test(self, test: str) -> Rule | None:
        """Returns the rule that a test checks: the test's name begins with the
        rule's identifier and `_`. The longest matching identifier wins.

        `test` is the name of the test. A "Suite." before the name and a "/0"
        after it are ignored: "Suite.GETP_3_APrefix/0"."""
        name = test.rpartition(".")[2].partition("/")[0]
        fitting = [
            rule
            for rule in self.rules
            if name.startswith(rule.identifier + "_")
        ]
        if not fitting:
            return None
        return max(fitting, key=lambda rule: len(rule.identifier))

    def rule_of_program(self, text: str) -> Rule | None:
        """Returns the rule that the first line of a program names, or None for
        a program that shows a defect of the harness."""
        title = _TITLE.match(text)
        return self._ids.get(title[1]) if title else None

    def wrong_title(self, path: pathlib.Path, text: str) -> str:
        """Returns what is wrong with the first line of a program of the corpus;
        "" if the line is right."""
        title = _TITLE.match(text)
        if not title:
            return "begins with neither `# ID: text` nor `# Bug: text`"
        if title[1] != "Bug" and title[1] not in self:
            return f"names {title[1]}, which is not a rule"
        named = _RULE_OF_FILE.match(path.name)
        if named and named[1] != title[1]:
            return f"names {title[1]}, but its file name begins with {named[1]}"
        return ""


def tests_of(text: str) -> list[str]:
    """Returns "Suite.Name" for each test in the text of a C++ file."""
    return [f"{suite}.{name}" for suite, name in _TEST.findall(text)]


def tests_by_rule(
    root: pathlib.Path, contract: Contract
) -> dict[str, list[tuple[pathlib.Path, str]]]:
    """Returns {id of a rule: its tests, each as (file, "Suite.Name")}.

    Leaves out rules without a test. Reads the C++ files below tests/."""
    found: dict[str, list[tuple[pathlib.Path, str]]] = {}
    for path in sorted((root / "tests").rglob("*_test.cc")):
        for test in tests_of(path.read_text()):
            rule = contract.rule_of_test(test)
            if rule:
                found.setdefault(rule.id, []).append((path, test))
    return found


def corpus_of(root: pathlib.Path) -> list[pathlib.Path]:
    """Returns the paths of the programs that must keep the contract, sorted.

    Leaves out corpus/misuse, whose programs break the contract,
    corpus/program, which holds inputs for the parser of programs, and
    corpus/wild, whose programs were recorded and show no rule in particular."""
    return sorted(
        path
        for path in (root / "corpus").glob("*/*/*.prog")
        if path.relative_to(root / "corpus").parts[0] not in ("misuse", "program", "wild")
    )


def programs_by_rule(
    root: pathlib.Path, contract: Contract
) -> dict[str, list[pathlib.Path]]:
    """Returns {id of a rule: the programs of the corpus that show the rule}."""
    found: dict[str, list[pathlib.Path]] = {}
    for path in corpus_of(root):
        rule = contract.rule_of_program(path.read_text())
        if rule:
            found.setdefault(rule.id, []).append(path)
    return found


def json_of(root: pathlib.Path) -> str:
    """Compiles capsule/contract_json.c, which takes a fraction of a second, and
    returns what the program prints. `root` is the root of the repository."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/contract_json"
        command = [_COMPILER, "-std=c11", f"-I{root}", "-o", program]
        command += [str(root / source) for source in _SOURCES]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise Problem(
                f"there is no {_COMPILER}; run tools/setup"
            ) from None
        if done.returncode != 0:
            raise Problem(
                "capsule/contract.def does not compile; correct it: "
                + next(
                    (line for line in done.stdout.splitlines() if "error" in line),
                    done.stdout,
                )
            )
        return subprocess.run(
            [program], stdout=subprocess.PIPE, text=True, check=True
        ).stdout


def read(root: pathlib.Path) -> Contract:
    """Returns the contract of the checkout at `root`."""
    return Contract.of_json(json_of(root))
