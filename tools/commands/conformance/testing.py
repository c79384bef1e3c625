"""Runs all tests and programs on one implementation; makes its column of the
matrix."""

import pathlib
import time
from collections.abc import Callable, Mapping, Sequence

from tools.commands.conformance import programs as programs_module
from tools.commands.conformance import c_programs, charge, helpers, matrix, origin
from tools.commands.conformance.hosts import (
    Died,
    Host,
    Shown,
    makes_allocations_fail,
    needs_failed_allocation,
)
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
from tools.lib.contract import Contract, Rule, programs_by_rule, tests_by_rule
from tools.lib.problem import Problem


def start(implementation: Implementation, level: str) -> Worker:
    """Starts the worker and reads the implementation's name and profile. Returns the
    worker. Raises a Problem if the worker does not start."""
    own = implementation.worker()
    run = own.start("info")
    if level == "documented":
        held = implementation.worker(CAPSULE_PROFILE="documented")
        answer = held.start("info")
        if answer.status == 0:
            own, run = held, answer
    if run.status != 0:
        last = (run.output.strip().splitlines() or ["nothing"])[-1]
        raise Problem(
            f"{implementation.shown} does not start: "
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
    converter: helpers.Converter | None = None,
) -> matrix.Column:
    """Runs the tests and the programs; returns the Column. `worker` comes from
    start(), `say` is told what is done. With a `converter`, programs that show a
    broken rule are made shorter, run again and converted to C."""
    begin = time.monotonic()
    folder = implementation.folder
    column = matrix.new_column(
        implementation.name,
        implementation.shown,
        implementation.profile,
        rules,
    )
    column.origin = origin.here(root)
    say(f"{column.name}: rule tests")
    host = implementation.host()
    results = [
        (rule, _of_host(host, rule, result, column))
        for rule, result in _run_tests(worker, contract)
    ]
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
    column.remarks = [*remarks, *programs.remarks]
    programs.broken = [
        item for item in programs.broken if not _is_of_host(host, item, column)
    ]
    column.programs, column.planned = programs.count, programs.planned
    charges = charge.Charges(
        contract,
        [*failures.values(), *(item.failure() for item in programs.broken)],
        {rule.id for rule, result in results if result.outcome == PASSED},
    )
    say(f"{column.name}: the shortest programs")
    shortest = programs.shortest(charges, converter is not None)
    _add_programs(column, programs, shortest, charges)
    if converter:
        _add_c(column, converter, implementation, folder / "programs")
    _add_tests(column, contract, results, failures, charges, root)
    _add_left_out(column, implementation, contract)
    if not any(_ran(cell) for cell in column.cells.values()):
        raise Problem(
            f"{implementation.shown}: neither tests nor programs could be built: "
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


def _of_host(
    host: Host | None, rule: Rule, result: Result, column: matrix.Column
) -> Result:
    """Returns the result of a test; with the outcome HOST if the test died of a
    fault of the host, whose program the cell then shows."""
    if host is None or result.outcome != CRASHED or rule.id not in column.cells:
        return result
    died = Died(
        charge.functions_of(result.output),
        result.output,
        needs_failed_allocation(rule),
    )
    shown = host.fault_of(died)
    if shown is None:
        return result
    _show_fault(column.cells[rule.id], shown)
    return result._replace(outcome=matrix.HOST, text=f"{result.text}: {shown.text()}")


def _is_of_host(
    host: Host | None, broken: programs_module.Broken, column: matrix.Column
) -> bool:
    """True if the program died of a fault of the host; then the cell says so."""
    cell = column.cells.get(broken.rule.id)
    if host is None or broken.outcome != CRASHED or cell is None:
        return False
    died = Died(broken.functions, broken.text, makes_allocations_fail(broken.whole))
    shown = host.fault_of(died)
    if shown is None:
        return False
    if not any(case.outcome == matrix.HOST for case in cell.cases):
        cell.add("programs", matrix.HOST, shown.text())
    _show_fault(cell, shown)
    return True


def _show_fault(cell: matrix.Cell, shown: Shown) -> None:
    cell.c, cell.c_shows = shown.source, f"{shown.how}, {shown.shows}"


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
    root: pathlib.Path,
) -> None:
    """Puts each result into the cell of the test's rule. A crash that is charged
    to another rule is shown in that rule's cell too."""
    for rule, result in results:
        outcome, text, blocker = result.outcome, result.text, ""
        if outcome == SKIPPED:
            outcome = matrix.NOT_APPLICABLE
        elif outcome == CRASHED:
            words = programs_module.last_words(result.output)
            text = f"{text}: {words}" if words else text
        text = text.replace(f"{root}/", "")
        if result.case in failures:
            failure = failures[result.case]
            charged = charges.of(failure)
            blocker = charged.blocker
            if charged.rule != rule.id and charged.rule in column.cells:
                text = f"died in {contract[charged.rule].function}: {text}"
                column.cells[charged.rule].add(result.case, outcome, text)
                blocker = charged.rule
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
    charges: charge.Charges,
) -> None:
    """Adds the results of the programs to the cells. `shortest` has the shortest
    program for each rule that programs have broken."""
    for identity, times in programs.exercised.items():
        if identity in column.cells and times:
            text = f"{times} comparisons"
            if programs.count < programs.planned:
                text += f" in {programs.count} of {programs.planned} programs"
            column.cells[identity].add("programs", PASSED, text)
    for identity, broken in shortest.items():
        if identity in column.cells:
            cell = column.cells[identity]
            blocker = charges.of(broken.failure()).blocker
            cell.add("programs", broken.outcome, broken.text, blocker)
            cell.program, cell.shows = broken.program, broken.shows


def _add_c(
    column: matrix.Column,
    converter: helpers.Converter,
    implementation: Implementation,
    folder: pathlib.Path,
) -> None:
    """Adds the C text of each program, and what it does when it runs again."""
    for identity, cell in column.cells.items():
        if cell.program:
            path = folder / f"{identity}.prog"
            matrix.write(path, cell.program)
            cell.c = converter.to_c(path)
            c_file = path.with_suffix(".c")
            matrix.write(c_file, cell.c)
            seen = c_programs.run_again(c_file, implementation.compile_c)
            cell.c_shows, cell.c_output = seen.shows, seen.output


def evidence(root: pathlib.Path, contract: Contract) -> dict[str, list[str]]:
    """Returns {id of a rule: its tests as "FILE: NAME", and its programs as
    "FILE"}, for readers of the matrix."""
    found: dict[str, list[str]] = {rule.id: [] for rule in contract.rules}
    for identity, tests in tests_by_rule(root, contract).items():
        found[identity] += [f"{path.relative_to(root)}: {name}" for path, name in tests]
    for identity, paths in programs_by_rule(root, contract).items():
        found[identity] += [str(path.relative_to(root)) for path in paths]
    return found
