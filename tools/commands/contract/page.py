"""Writes docs/contract.md: every rule with its source, tests and programs."""

from __future__ import annotations

import pathlib
import textwrap

from tools.lib import contract as contracts
from tools.lib.contract import Contract, Fact, Profile, Rule

PAGE = pathlib.Path("docs/contract.md")

_HEAD = """\
# The contract

`tools/contract --write` generates this page from `capsule/contract.def` and
`capsule/profile.def`. Do not edit it.

A rule has one sentence, in our own words, and the source that it comes from;
[sources.md](sources.md) lists the documents that sources cite. Each rule has a
level:

- `documented`: every implementation must obey.
- `observed`: what CPython does beyond its documentation. Only profiles with the
  fact `observed_rules` must obey.
- `advice`: advice to people. No program can test it.

The name of a test begins with the rule that the test checks. The first line of a
program in `corpus/` names the rule that the program shows. Random programs also
exercise a rule, unless the rule gives a reason why no program can.
"""

_PROFILES = """\
## Profiles

Implementations differ where the contract permits it. A fact describes one such
difference. A profile is the set of facts that are true of a version of Python, or
of another implementation; `capsule/profile.c` defines the profiles.
"""


def _item(text: str) -> str:
    return textwrap.fill(
        text,
        80,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _rule(
    rule: Rule,
    facts: list[Fact],
    tests: list[tuple[pathlib.Path, str]],
    programs: list[pathlib.Path],
) -> str:
    """Returns the paragraph of one rule. Paths are relative to the root."""
    lines = [f"### {rule.id}", ""]
    lines += textwrap.wrap(f"**{rule.function}**: {rule.text}.", 80)
    lines += ["", _item(f"Level: {rule.level}."), _item(f"Source: {rule.source}.")]
    lines += [
        _item(f"Differs where [`{fact.name}`](#profiles): {fact.text}.")
        for fact in facts
        if rule.id in fact.rules
    ]
    by_file: dict[pathlib.Path, list[str]] = {}
    for path, test in tests:
        by_file.setdefault(path, []).append(test.rpartition(".")[2])
    for path, names in by_file.items():
        shown = ", ".join(f"`{name}`" for name in names)
        lines.append(_item(f"Tests in [{path.name}](../{path}): {shown}."))
    if rule.rests_on:
        ids = (f"[{other}](#{other.lower()})" for other in rule.rests_on)
        lines.append(_item(f"The tests rest on {', '.join(ids)}."))
    if rule.no_program:
        lines.append(_item(f"No program: {rule.no_program}."))
    elif rule.needs:
        calls = ", ".join(f"`{call}`" for call in rule.needs)
        lines.append(_item(f"Random programs exercise it with {calls}."))
    else:
        lines.append("- Random programs of every kind exercise it.")
    if programs:
        shown = ", ".join(f"[{path.stem}](../{path})" for path in programs)
        lines.append(_item(f"Programs: {shown}."))
    return "\n".join(lines) + "\n"


def _table(facts: list[Fact], profiles: list[Profile]) -> str:
    """Returns a paragraph for each fact, with the profiles that have the fact."""
    lines = []
    for fact in facts:
        names = [f"`{p.name}`" for p in profiles if fact.name in p.facts]
        lines.append(
            _item(f"`{fact.name}`: {fact.text}. True of {', '.join(names)}.")
        )
    return "\n".join(lines) + "\n"


def page(root: pathlib.Path, contract: Contract) -> str:
    """Returns the text of docs/contract.md for the checkout at `root`."""
    tests = {
        identity: [(path.relative_to(root), name) for path, name in found]
        for identity, found in contracts.tests_by_rule(root, contract).items()
    }
    programs = {
        identity: [path.relative_to(root) for path in found]
        for identity, found in contracts.programs_by_rule(root, contract).items()
    }
    parts = [_HEAD]
    section, number = "", 0
    for rule in contract.rules:
        if rule.section != section:
            section, number = rule.section, number + 1
            parts.append(f"## {number}. {section[0].upper()}{section[1:]}\n")
        parts.append(
            _rule(
                rule,
                contract.facts,
                tests.get(rule.id, []),
                programs.get(rule.id, []),
            )
        )
    parts += [_PROFILES, _table(contract.facts, contract.profiles)]
    return "\n".join(parts)
