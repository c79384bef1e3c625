"""tools/prove: every function, from every state."""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import textwrap
from collections.abc import Sequence

from rich.console import Console

from tools.commands.prove import (
    bugs,
    checker,
    column,
    cpython,
    header,
    mutants,
    program,
    proof,
    report,
    steps,
    verdict,
)
from tools.commands.prove.shown import Runner
from tools.lib import bug, choice, contract
from tools.lib.arguments import Parser, seconds
from tools.lib.problem import Problem, exit_status

_ROOT = pathlib.Path(__file__).resolve().parents[3]

_ABOUT = textwrap.dedent(
    """\
    Proves with the model checker CBMC that each function keeps its contract from
    any legal state: for any pointers, names, counts, exceptions and values of
    static variables, and therefore after calls of any number.

      tools/prove                          every function of the reference
      tools/prove PyCapsule_SetName        one function
      tools/prove GETP-3                   the functions that a rule is about
    """
)
_MORE = textwrap.dedent(
    """\
    Other capsules are proved as they are, without a change to their file:

      tools/prove --cpython 3.13           those of Debian's source package
      tools/prove --cpython ~/cpython      those of a source tree

    or with --source and the folders of the headers:

      tools/prove --source ~/mine/capsule.c --include ~/mine/include

    The planted bugs of tests/bugs test the proofs:

      tools/prove --bugs names_by          which proofs refute them
      tools/prove --table                  how many, by file

    So do wrong versions: each function with a body that is nonsense, and a list of
    wrong versions of CPython's capsules:

      tools/prove --mutants PyCapsule_SetName
      tools/prove --cpython 3.13 --mutants PyCapsule_SetName

    The verdicts are a column of the matrix too:

      tools/prove --cpython 3.13 --matrix proved.json
      tools/conformance --join out/conformance/matrix.json proved.json

    Where calls can build the state of a refutation, tools/prove builds the reference
    with the source, runs the calls as a program, and prints the program with the
    rule that the program breaks.

    docs/proof.md says what a proof means and what its bounds are.

    Exit status: 0 all is proved, 1 something is refuted or without an answer,
    2 bad input or no CBMC.
    """
)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("tools/prove", _ABOUT, _MORE)
    parser.add_argument(
        "what",
        nargs="?",
        metavar="FUNCTION | RULE-ID",
        help="default: everything",
    )
    parser.add_argument(
        "--cpython",
        metavar="VERSION | TREE",
        help="prove CPython's capsules: 3.11, 3.13, or a source tree",
    )
    parser.add_argument(
        "--source", metavar="FILE", help="the C file under proof"
    )
    parser.add_argument(
        "--include",
        metavar="FOLDER",
        action="append",
        default=[],
        help="a folder with headers of FILE; may be repeated",
    )
    parser.add_argument(
        "--limit",
        metavar="SECONDS",
        type=seconds,
        default=600.0,
        help="processor time for the proof of one function (default: 600); after "
        "that, the answer is `not asked`",
    )
    parser.add_argument(
        "--bugs",
        metavar="REGEX",
        help="prove the planted bugs of tests/bugs whose names match",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="write what the proofs say into the line `Proof:` of each bug",
    )
    parser.add_argument(
        "--table",
        action="store_true",
        help="print how many planted bugs the rule tests, fuzzing and proofs "
        "find, by file, from the headers of the bugs",
    )
    parser.add_argument(
        "--mutants",
        action="store_true",
        help="prove wrong versions: each function with nonsense as its body, and with "
        "--cpython those of tests/steps/cpython.mutants",
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write the verdicts to FILE as JSON"
    )
    parser.add_argument(
        "--matrix",
        metavar="FILE",
        help="write the verdicts to FILE as a column of the matrix",
    )
    return parser.parse_args(arguments)


def _source(options: argparse.Namespace) -> program.Source | None:
    if options.cpython in cpython.VERSIONS:
        return cpython.of_version(options.cpython)
    if options.cpython is not None:
        tree = pathlib.Path(options.cpython).resolve()
        if not (tree / "Objects/capsule.c").exists():
            raise Problem(
                f"{options.cpython}: no source tree of CPython and none of "
                + ", ".join(cpython.VERSIONS)
                + "; give a folder with Objects/capsule.c"
            )
        return cpython.of_tree(tree)
    if options.source is None:
        if options.include:
            raise Problem("--include without --source; name the file too")
        return None
    for path in (options.source, *options.include):
        if not pathlib.Path(path).exists():
            raise Problem(f"{path}: there is no such file; check the path")
    return program.Source(
        str(pathlib.Path(options.source).resolve()),
        tuple(str(pathlib.Path(path).resolve()) for path in options.include)
        or program.reference(_ROOT, steps.read(_ROOT)[0].subject).includes,
        core=bool(options.include),
    )


def _prove_bugs(
    options: argparse.Namespace, every: Sequence[steps.Step]
) -> int:
    """Prints a line for each bug, in the order of the bugs. Records each answer
    as soon as there is one, so that a slow bug does not hold back the others."""
    builder = program.Builder(checker.Checker(), _ROOT)
    answers = []

    def answer(planted: bug.Bug) -> bugs.Answer:
        found = bugs.prove(_ROOT, planted, every, options.limit, builder)
        if options.record:
            header.record(found)
        return found

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(answer, choice.chosen_bugs(_ROOT, options.bugs)):
            answers.append(found)
            folder = found.bug.path.parent.name
            print(
                f"{found.verdict:9}  {folder}/{found.bug.name}: "
                + (" ".join(found.rules) or found.why),
                flush=True,
            )
    builder.close()
    report.show_counts([found.verdict for found in answers])
    if options.json:
        report.write(
            options.json,
            json.dumps(
                {
                    f"{found.bug.path.parent.name}/{found.bug.name}": {
                        "verdict": found.verdict,
                        "rules": found.rules,
                        "assertions": found.assertions,
                        "why": found.why,
                    }
                    for found in answers
                },
                indent=2,
            ),
        )
    return 0


def _mutants_of(
    source: program.Source, own: Sequence[steps.Step]
) -> list[mutants.Mutant]:
    """The list of wrong versions is one of CPython's capsules."""
    text = pathlib.Path(source.path).read_text(encoding="utf-8")
    listed = mutants.read(_ROOT) if source.core else []
    return [*listed, *mutants.nonsense(text, source.path, own)]


def _prove_mutants(
    options: argparse.Namespace,
    every: Sequence[steps.Step],
    source: program.Source | None,
) -> int:
    """Prints a line for each wrong version of each source."""
    answers = []
    for subject in dict.fromkeys(step.subject for step in every):
        of = source or program.reference(_ROOT, subject)
        own = [step for step in every if step.subject == subject]
        for found in mutants.prove(
            _ROOT, own, of, _mutants_of(of, own), options.limit
        ):
            answers.append(found)
            print(
                f"{found.verdict:9}  {found.title}: "
                + (f"{found.step}: " if found.rules else "")
                + (" ".join(found.rules) or found.why),
                flush=True,
            )
    report.show_counts([found.verdict for found in answers])
    return 0


def _steps_for(source: program.Source) -> list[steps.Step]:
    """Returns the steps of a source that is not the reference's: those of the
    file with its name."""
    text = pathlib.Path(source.path).read_text(encoding="utf-8")
    every = steps.read(_ROOT, text if source.core else "")
    name = pathlib.Path(source.path).name
    found = [
        step for step in every if pathlib.Path(step.subject.source).name == name
    ]
    if not found:
        names = sorted({pathlib.Path(s.subject.source).name for s in every})
        raise Problem(
            f"{source.path}: there are steps for files of the names "
            + ", ".join(names)
        )
    return found


def _main() -> int:
    options = _parse(sys.argv[1:])
    if options.record and options.bugs is None:
        raise Problem("--record without --bugs; say which bugs")
    if options.table:
        print(header.table(choice.chosen_bugs(_ROOT, "")), end="")
        return 0
    every = steps.read(_ROOT)
    if options.bugs is not None:
        return _prove_bugs(options, every)
    what = options.what
    every_rule = contract.read(_ROOT).rules
    rules = {rule.id: rule.function for rule in every_rule}
    source = _source(options)
    if source is not None:
        every = _steps_for(source)
    chosen = proof.chosen(every, what, rules) if what else every
    if options.mutants:
        return _prove_mutants(options, chosen, source)

    def source_of(step: steps.Step) -> program.Source:
        return source or program.reference(_ROOT, step.subject)

    proofs = proof.prove(
        _ROOT,
        source_of,
        chosen,
        limit=options.limit,
        tell=report.tell,
    )
    if what in rules:
        proofs = [
            found
            for found in proofs
            if any(assertion.rule == what for assertion in found.assertions)
        ]
    report.show_table(proofs, Console(width=110))
    report.show_refutations(
        proofs, source_of, Runner(_ROOT, _ROOT / "out/prove/objects")
    )
    own = source or program.reference(_ROOT, every[0].subject)
    if options.json:
        report.write(options.json, report.as_json(proofs, own))
    if options.matrix:
        text = column.of(
            _ROOT, proofs, own.implementation, own.path, every_rule
        )
        report.write(options.matrix, text)
    return 0 if all(p.verdict == verdict.PROVED for p in proofs) else 1


if __name__ == "__main__":
    sys.exit(exit_status("prove", _main))
