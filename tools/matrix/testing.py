"""One implementation, put through everything: the column of the matrix."""

import time

import matrix
import programs as programs_module
import sources
from problem import Problem
from runner import CRASHED, PASSED, SKIPPED, Worker, describe_status


# Targets whose programs import modules or start interpreters: so many times
# fewer of them are run.
SLOW = {"import_fuzz": 20, "interpreter_fuzz": 200}


def _start(implementation, level, folder):
    """A worker that starts; learns what the implementation is called."""
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


def column_of(implementation, contract, rules, level, root, count, say):
    """Runs the tests and programs; the Column. `say` is told what is done."""
    begin = time.monotonic()
    folder = implementation.folder
    worker = _start(implementation, level, folder)
    column = matrix.Column(
        implementation.name,
        str(implementation.path),
        implementation.profile,
        rules,
    )
    say(f"{column.name}: rule tests")
    _run_tests(column, worker, implementation, contract)
    remarks = list(implementation.remarks)
    if implementation.no_programs:
        remarks = [f"no programs were run: {implementation.no_programs}"]
    else:
        _run_programs(column, worker, contract, root, folder, count, say)
    column.remark = "; ".join(remarks)
    if not any(_ran(cell) for cell in column.cells.values()):
        raise Problem(
            f"{implementation.path}: neither tests nor programs could be built: "
            f"{next(iter(implementation.left_out.values()), 'no reason given')}"
        )
    column.seconds = time.monotonic() - begin
    return column


def _ran(cell):
    return cell.outcome != matrix.NOT_APPLICABLE


def _run_tests(column, worker, implementation, contract):
    names = [name for (name,) in worker.start("list").values("test")]
    results, _ = worker.run_list("tests", names)
    for result in results:
        rule = contract.rule_of_test(result.case)
        if rule is None or rule.id not in column.cells:
            continue
        outcome = result.outcome
        if outcome == SKIPPED:
            outcome = matrix.NOT_APPLICABLE
        text = result.text
        if outcome == CRASHED:
            text = _with_last_line(text, result.output)
        column.cells[rule.id].add(result.case, outcome, text)
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


def _run_programs(column, worker, contract, root, folder, count, say):
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
    say(f"{column.name}: the shortest programs")
    for identity, broken in programs.shortest().items():
        if identity in column.cells:
            cell = column.cells[identity]
            cell.add("programs", broken.outcome, broken.text)
            cell.program = broken.program
