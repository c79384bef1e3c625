"""One implementation, put through everything: the column of the matrix."""

import time

from tools.commands.conformance import programs as programs_module
from tools.commands.conformance import blame, matrix, sources
from tools.commands.conformance.runner import (
    CRASHED,
    FAILED,
    PASSED,
    SKIPPED,
    Worker,
    describe_status,
)
from tools.lib.problem import Problem


# Targets whose programs import modules or start interpreters: so many times
# fewer of them are run.
SLOW = {"import_fuzz": 20, "interpreter_fuzz": 200}


def start(implementation, level):
    """A worker that starts; learns what the implementation is called. A Problem
    where it does not start."""
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


def column_of(implementation, worker, contract, rules, root, count, say):
    """Runs the tests and programs; the Column. `worker` comes from start(),
    `say` is told what is done."""
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
    failures = _failures(results, contract)
    named = []
    remarks = list(implementation.remarks)
    if implementation.no_programs:
        remarks = [f"no programs were run: {implementation.no_programs}"]
    else:
        named = _run_programs(
            column, worker, contract, root, folder, count, say, failures
        )
    column.remark = "; ".join(remarks)
    _add_tests(column, implementation, contract, results, failures, named)
    if not any(_ran(cell) for cell in column.cells.values()):
        raise Problem(
            f"{implementation.path}: neither tests nor programs could be built: "
            f"{next(iter(implementation.left_out.values()), 'no reason given')}"
        )
    column.seconds = time.monotonic() - begin
    return column


def _ran(cell):
    return cell.outcome != matrix.NOT_APPLICABLE


def _run_tests(worker, contract):
    """(rule, Result) of each test."""
    names = [name for (name,) in worker.start("list").values("test")]
    results, _ = worker.run_list("tests", names)
    pairs = [(contract.rule_of_test(result.case), result) for result in results]
    return [(rule, result) for rule, result in pairs if rule is not None]


def _failures(results, contract):
    """{test: (its rule, what it may have failed for)}"""
    return {
        result.case: (
            rule.id,
            blame.suspects(contract, rule, result, result.outcome == CRASHED),
        )
        for rule, result in results
        if result.outcome in (FAILED, CRASHED)
    }


def _add_tests(column, implementation, contract, results, failures, named):
    """`named` are the rules that programs have found to be broken."""
    blocked = dict(
        zip(failures, blame.blockers(failures.values(), named), strict=True)
    )
    for rule, result in results:
        if rule.id not in column.cells:
            continue
        outcome, text = result.outcome, result.text
        if outcome == SKIPPED:
            outcome = matrix.NOT_APPLICABLE
        elif outcome == CRASHED:
            text = _with_last_line(text, result.output)
        if blocked.get(result.case):
            outcome = matrix.BLOCKED
            text = f"blocked by {blocked[result.case]}: {text}"
        column.cells[rule.id].add(
            result.case, outcome, text, blocked.get(result.case)
        )
    for test, reason in implementation.left_out.items():
        rule = contract.rule_of_test(test)
        if rule is not None and rule.id in column.cells:
            column.cells[rule.id].add(test, matrix.NOT_APPLICABLE, reason)


def _with_last_line(text, output):
    """What a process said before it died, in one line."""
    said = [
        line
        for line in output.strip().splitlines()
        if not line.startswith("worker: ")
    ]
    return f"{text}: {said[-1]}" if said else text


def _run_programs(
    column, worker, contract, root, folder, count, say, failures
):
    """Returns the rules that programs have found to be broken."""
    programs = programs_module.Programs(
        worker, contract, root, folder / "programs"
    )
    say(f"{column.name}: the corpus")
    programs.run_corpus()
    for target in sources.targets(root) if count else ():
        fewer = -(-count // SLOW.get(target, 1))
        say(f"{column.name}: {fewer} programs of {target}")
        programs.run_generated(target, fewer)
    column.programs = programs.count
    for identity, times in programs.exercised.items():
        if identity in column.cells and times:
            column.cells[identity].add(
                "programs", PASSED, f"{times} comparisons"
            )
    found = {
        broken.rule.id for broken in programs.broken if broken.outcome == FAILED
    }
    named = [rule.id for rule in contract.rules if rule.id in found]
    every = blame.broken(failures.values(), named)
    programs.place_crashes(every)
    say(f"{column.name}: the shortest programs")
    for identity, broken in programs.shortest().items():
        if identity in column.cells:
            cell = column.cells[identity]
            blocker = blame.base(identity, every)
            outcome = matrix.BLOCKED if blocker else broken.outcome
            cell.add("programs", outcome, broken.text, blocker)
            cell.program = broken.program
    return named
