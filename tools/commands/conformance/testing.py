"""Runs all tests and programs on one implementation; makes its column of the
matrix."""

import pathlib
import time
from collections.abc import Callable, Mapping, Sequence

from tools.commands.conformance import programs as programs_module
from tools.commands.conformance import charge, matrix
from tools.commands.conformance.implementation import Implementation
from tools.commands.conformance.runner import (
    CRASHED,
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Worker,
    describe_status,
)
from tools.lib.contract import Contract, Rule
from tools.lib.problem import Problem


def start(implementation: Implementation, level: str) -> Worker:
    """Starts the worker and reads the implementation's name and profile. Returns the
    worker. Raises a Problem if the worker does not start."""
    folder = implementation.folder
    environment = dict(implementation.environment)
    own = Worker(implementation.command, environment, folder)
    run = own.start("info")
    if level == "documented":
        wanted = {**environment, "CAPSULE_PROFILE": "documented"}
        held = Worker(implementation.command, wanted, folder)
        answer = held.start("info")
        if answer.status == 0:
            own, run = held, answer
    if run.status != 0:
        last = (run.output.strip().splitlines() or ["nothing"])[-1]
        raise Problem(
            f"{implementation.path} does not start: "
            f"{describe_status(run.status)}; it says: {last}"
        )
    implementation.name = run.values("name")[0][0]
    implementation.profile = run.values("profile")[0][0]
    return own


def column_of(
    implementation: Implementation,
    worker: Worker,
    contract: Contract,
    rules: Sequence[Rule],
    root: pathlib.Path,
    count: int,
    say: Callable[[str], None],
    shorten: bool = True,
) -> matrix.Column:
    """Runs the tests and the programs; returns the Column. `worker` comes from
    start(), `say` is told what is done. Programs that show a broken rule are
    made shorter unless `shorten` is false."""
    begin = time.monotonic()
    folder = implementation.folder
    column = matrix.Column(
        implementation.name,
        str(implementation.path),
        implementation.profile,
        rules,
    )
    say(f"{column.name}: rule tests")
    results = _run_tests(worker, contract)
    failures = {
        result.case: _failure(rule, result)
        for rule, result in results
        if result.outcome in (FAILED, CRASHED)
    }
    programs = programs_module.Programs(
        worker, contract, root, folder / "programs"
    )
    remarks = list(implementation.remarks)
    if implementation.no_programs:
        remarks = [f"no programs were run: {implementation.no_programs}"]
    else:
        _run_programs(programs, worker, count, lambda t: say(f"{column.name}: {t}"))
    column.remark = "; ".join(remarks)
    column.programs = programs.count
    charges = charge.Charges(
        contract,
        [*failures.values(), *(item.failure() for item in programs.broken)],
    )
    say(f"{column.name}: the shortest programs")
    _add_programs(column, programs, programs.shortest(charges, shorten))
    _add_tests(column, contract, results, failures, charges)
    _add_left_out(column, implementation, contract)
    if not any(_ran(cell) for cell in column.cells.values()):
        raise Problem(
            f"{implementation.path}: neither tests nor programs could be built: "
            f"{next(iter(implementation.left_out.values()), 'no reason given')}"
        )
    column.seconds = time.monotonic() - begin
    return column


def _ran(cell: matrix.Cell) -> bool:
    return cell.outcome != matrix.NOT_APPLICABLE


def _run_tests(worker: Worker, contract: Contract) -> list[tuple[Rule, Result]]:
    """Runs the tests; returns (rule, Result) for each test."""
    names = [name for (name,) in worker.start("list").values("test")]
    results, _ = worker.run_list("tests", names)
    pairs = [(contract.rule_of_test(result.case), result) for result in results]
    return [(rule, result) for rule, result in pairs if rule is not None]


def _failure(rule: Rule, result: Result) -> charge.Failure:
    """Returns the charge.Failure of a test that did not pass."""
    return charge.Failure(
        rule.id,
        result.outcome == CRASHED,
        False,
        result.failures,
        charge.functions_of(result.output),
    )


def _add_tests(
    column: matrix.Column,
    contract: Contract,
    results: Sequence[tuple[Rule, Result]],
    failures: Mapping[str, charge.Failure],
    charges: charge.Charges,
) -> None:
    """Puts each result into the cell of the test's rule. A crash that is charged
    to another rule is shown in that rule's cell too."""
    for rule, result in results:
        outcome, text, blocker = result.outcome, result.text, ""
        if outcome == SKIPPED:
            outcome = matrix.NOT_APPLICABLE
        elif outcome == CRASHED:
            text = _with_last_line(text, result.output)
        if result.case in failures:
            failure = failures[result.case]
            charged = charges.of(failure)
            blocker = charged.blocker
            if charged.rule != rule.id and charged.rule in column.cells:
                text = f"died in {contract[charged.rule].function}: {text}"
                column.cells[charged.rule].add(result.case, outcome, text)
                blocker = charged.rule
        if blocker:
            outcome = matrix.BLOCKED
            text = f"blocked by {blocker}: {text}"
        if rule.id in column.cells:
            column.cells[rule.id].add(result.case, outcome, text, blocker)


def _add_left_out(
    column: matrix.Column, implementation: Implementation, contract: Contract
) -> None:
    """Adds the reasons why tests could not be built to the cells."""
    for test, reason in implementation.left_out.items():
        rule = contract.rule_of_test(test)
        if rule is not None and rule.id in column.cells:
            column.cells[rule.id].add(test, matrix.NOT_APPLICABLE, reason)


def _with_last_line(text: str, output: str) -> str:
    """Returns the text with the last line that the process printed before it died."""
    said = [
        line
        for line in output.strip().splitlines()
        if not line.startswith("worker: ")
    ]
    return f"{text}: {said[-1]}" if said else text


def _run_programs(
    programs: programs_module.Programs,
    worker: Worker,
    count: int,
    say: Callable[[str], None],
) -> None:
    """Runs the corpus, and `count` generated programs of each target; fewer of a
    target whose programs take longer."""
    say("the corpus")
    programs.run_corpus()
    for target, cost in worker.start("targets").values("target") if count else ():
        fewer = -(-count // int(cost))
        say(f"{fewer} programs of {target}")
        programs.run_generated(target, fewer)


def _add_programs(
    column: matrix.Column,
    programs: programs_module.Programs,
    shortest: Mapping[str, programs_module.Broken],
) -> None:
    """Adds the results of the programs to the cells."""
    for identity, times in programs.exercised.items():
        if identity in column.cells and times:
            column.cells[identity].add(
                "programs", PASSED, f"{times} comparisons"
            )
    for identity, broken in shortest.items():
        if identity in column.cells:
            cell = column.cells[identity]
            cell.add("programs", broken.outcome, broken.text)
            cell.program = broken.program
