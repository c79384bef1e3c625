"""Prints what the proofs found, and writes the files that --json and --matrix name."""

from __future__ import annotations

import json
import pathlib
import sys
import textwrap
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from tools.commands.prove import program, steps, story, verdict
from tools.commands.prove.proof import Proof
from tools.commands.prove.shown import Runner
from tools.lib.problem import Problem


def _rules_of(found: Proof, wanted: str) -> str:
    rules = []
    for rule, answer in sorted(verdict.by_rule(found.assertions).items()):
        if answer == wanted:
            rules.append(rule)
    return " ".join(rules)


def show_table(proofs: Sequence[Proof], console: Console) -> None:
    """Prints a table with a row for each step."""
    table = Table(title="from any state")
    table.add_column("function", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("s", justify="right")
    table.add_column("proved")
    table.add_column("refuted")
    for found in proofs:
        table.add_row(
            found.step.title,
            found.verdict,
            f"{found.seconds:.1f}",
            _rules_of(found, verdict.PROVED),
            _rules_of(found, verdict.REFUTED),
        )
    console.print(table)


def _show_refutation(found: Proof, source: program.Source, runner: Runner) -> None:
    """Prints what is refuted in a step, how the first assertion is, and a program
    that shows the refutation."""
    refuted = [a for a in found.assertions if a.verdict == verdict.REFUTED]
    refuted.sort(key=lambda a: a.rule == verdict.SAFETY)
    for assertion in refuted:
        print(
            f"refuted: {assertion.rule}  {found.step.title}: {assertion.text}  "
            f"({assertion.place})"
        )
    if not refuted:
        return
    told = story.read(refuted[0].trace, pathlib.Path(source.path).name)
    for title, text in story.lines(told):
        print(f"  {title:24} {text}")
    shown = runner.show(found, source)
    if not shown.program:
        print(f"no program of calls shows this: {shown.report}")
        return
    print("this program of calls shows the refutation:")
    print(textwrap.indent(shown.program, "  "), end="")
    print("and was run:")
    print(textwrap.indent(shown.report, "  "))


def show_refutations(
    proofs: Sequence[Proof],
    source_of: Callable[[steps.Step], program.Source],
    runner: Runner,
) -> None:
    """Prints why steps have no answer, and each refutation."""
    for found in proofs:
        if found.why:
            print(f"not asked: {found.step.title}: {found.why}")
        for assertion in found.assertions:
            # Behind a refutation, CBMC leaves assertions undecided.
            if assertion.verdict == found.verdict == verdict.NOT_ASKED:
                print(
                    f"not asked: {found.step.title}: {assertion.text}  "
                    f"({assertion.place})"
                )
        _show_refutation(found, source_of(found.step), runner)


def tell(found: Proof) -> None:
    """Says how far the proofs are."""
    print(
        f"prove: {found.step.title}: {found.verdict} in {found.seconds:.1f} s",
        file=sys.stderr,
        flush=True,
    )


def as_json(proofs: Sequence[Proof], source: program.Source) -> str:
    """Returns the verdicts. "memory" stands for undefined behaviour, and is no
    rule."""
    found = [each for one in proofs for each in one.assertions]
    rules = verdict.by_rule(found)
    return json.dumps(
        {
            "format": 1,
            "implementation": source.implementation,
            "source": pathlib.Path(source.path).name,
            "rules": rules,
            "functions": {
                found.step.title: {
                    "verdict": found.verdict,
                    "seconds": round(found.seconds, 2),
                    "rules": verdict.by_rule(found.assertions),
                }
                for found in proofs
            },
        },
        indent=2,
    )


def write(path: str, text: str) -> None:
    """Writes a file whole or not at all."""
    target = pathlib.Path(path)
    staged = target.with_name(target.name + ".new")
    try:
        staged.write_text(text + "\n", encoding="utf-8")
        staged.replace(target)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}; choose another file") from error


def show_counts(verdicts: Sequence[str]) -> None:
    """Prints how many wrong versions have each verdict."""
    for wanted in (verdict.REFUTED, verdict.PROVED, verdict.NOT_ASKED):
        print(f"{verdicts.count(wanted)} {wanted}")
