"""Turns a finding into a regression test: writes its program into corpus/, with
the result that the contract requires, and replays it."""

from __future__ import annotations

import pathlib
import re
import subprocess

from tools.commands.fuzz.build import build
from tools.commands.overnight import records, signature, storage
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.plan import corpus_of
from tools.lib import contract as contracts
from tools.lib.contract import Rule
from tools.lib.problem import Problem

_EXPECTED = re.compile(r"^  expected +(?P<text>.+)$", re.MULTILINE)
_UNDER_TEST = re.compile(r"^  (?:under test|rule) +(?P<rule>[A-Z0-9-]+) ", re.MULTILINE)

_LONGEST = 60  # characters of a file name, without rule and suffix


def adopt(name: str, folder: Folder, root: pathlib.Path) -> int:
    """Adopts the finding with this identity, or the beginning of it."""
    source = records.find(folder.findings, name)
    values = storage.read_json(source / "finding.json", "a finding")
    path = source / "program.prog"
    if not path.exists():
        raise Problem(
            f"{source} has no program: the finding does not show by itself, or "
            "its input is no program; see report.txt there"
        )
    target = values["lane"]["target"]
    report = (source / "report.txt").read_text(encoding="utf-8")
    rule = _rule(values["name"], report, root)
    title = f"{rule.id}: {rule.text}" if rule else f"Bug: {values['signature']}"
    lines = path.read_text(encoding="utf-8").splitlines()
    if lines and lines[0].startswith("#"):
        lines.pop(0)
    plain = "\n".join([f"# {title}", *lines]) + "\n"
    text = with_expectation(plain, report)
    regression = corpus_of(root, target) / "regression"
    program = build([target], [], root) / target
    written = _write(regression, _file_name(rule, values["signature"]), text)
    passes = _passes(program, written)
    if not passes and text != plain:
        storage.write(written, plain)
        passes = _passes(program, written)
        # If the program passes now, it cannot state this expectation.
        if not passes:
            storage.write(written, text)
    print(f"adopted     {written.relative_to(root)}")
    if passes:
        print("The replay passes: the reference does not have the defect.")
    else:
        print("The replay fails as long as the defect is there.")
    return 0


def _rule(name: str, report: str, root: pathlib.Path) -> Rule | None:
    """Returns the rule that the finding breaks, or else the rule under test."""
    under_test = _UNDER_TEST.search(report)
    wanted = [name, under_test["rule"] if under_test else ""]
    rules = {rule.id: rule for rule in contracts.read(root).rules}
    return next((rules[ident] for ident in wanted if ident in rules), None)


def with_expectation(text: str, report: str) -> str:
    """Returns the program with the expected result behind the call that the
    report names. Returns it unchanged if the report names no call or result."""
    number, expected = signature.failing_call(report), _EXPECTED.search(report)
    if number is None or not expected:
        return text
    lines = text.splitlines()
    calls = [i for i, line in enumerate(lines) if line and line[0] != "#"]
    if number >= len(calls):
        return text
    lines[calls[number]] += f"  # -> {expected['text']}"
    return "\n".join(lines) + "\n"


def _file_name(rule: Rule | None, signature: str) -> str:
    words = rule.text if rule else signature
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    if len(slug) > _LONGEST:
        slug = slug[:_LONGEST].rpartition("_")[0]
    return f"{rule.id}_{slug}" if rule else slug


def _write(folder: pathlib.Path, name: str, text: str) -> pathlib.Path:
    """Writes the program under a name that is unused in the folder."""
    path, number = folder / f"{name}.prog", 1
    while path.exists():
        number += 1
        path = folder / f"{name}_{number}.prog"
    storage.write(path, text)
    return path


def _passes(program: pathlib.Path, path: pathlib.Path) -> bool:
    """Replays the file; returns True if nothing is wrong with the result."""
    done = subprocess.run(
        [program, path],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0
