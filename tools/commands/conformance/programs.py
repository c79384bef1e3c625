"""Runs programs on an implementation, those of the corpus and generated ones, and
minimizes the programs that break a rule."""

import collections
import pathlib
import re
from typing import NamedTuple

from tools.commands.conformance import charge
from tools.commands.conformance.runner import (
    CRASHED,
    FAILED,
    PASSED,
    SKIPPED,
    Result,
    Worker,
)
from tools.lib.contract import Contract, Rule, corpus_of


# The most failing programs per target. Further programs are not run, for the case
# that an implementation fails all of them. The matrix says so.
_ENOUGH = 40
_SECONDS_TO_SHORTEN = 5

# The number of times that a printed program runs again, each in a fresh process.
RUNS = 5

_VIOLATION = re.compile(r"^contract violation: (\S+)  (.*)$", re.M)
_UNDER_TEST = re.compile(r"^  under test +(\S+)", re.M)
_CALL = re.compile(r"^  (?:call +\d*|in destructor) +(?:\w+: )?(.*)$", re.M)
_CALLED = re.compile(r"(?:\w+ = )?(\w+)\(")
_NUMBER = re.compile(r"^worker: program \d+\n", re.M)
_PROGRAM = re.compile(r"^  program\n((?:    .*\n?)*)", re.M)

# A call in a destructor, or the getters that the executor calls there, and the rules
# that say which calls a destructor may make. A call that kills the process there may
# be right everywhere else.
_INSIDE = re.compile(
    r"^  in destructor +(?:\w+: )?(?:(PyCapsule_\w+)|after .*, while the harness itself "
    r"calls the getters)",
    re.M,
)
_OF_CAPSULES = re.compile(r"PyCapsule_(Set|Get|IsValid)")
_RULES_INSIDE = {"Set": "DTOR-3", "Get": "DTOR-2", "IsValid": "DTOR-2"}

# Words of the line in which a runtime says why it aborts.
_LAST_WORDS = re.compile(r"assert|fatal|abort|error|corrupt|invalid", re.I)

# The executor's text in place of a call while it cleans up after a program.
_AT_THE_END = "none: the program has ended"


class Broken(NamedTuple):
    """A program that did not pass, and the rule that it has broken."""

    rule: Rule
    outcome: str
    text: str  # what is wrong
    program: str  # the text of a program that shows it
    functions: tuple[str, ...] = ()  # of a crash, the innermost first
    reported: str = ""  # id of the rule that the report names; `rule` is charged
    whole: str = ""  # the text of the program that ran
    shows: str = ""  # "always" or "2 of 5 runs": what running it again showed

    def failure(self) -> charge.Failure:
        return charge.Failure(
            self.rule.id,
            self.outcome == CRASHED,
            True,
            functions=self.functions,
        )


def _report(output: str) -> str:
    """Returns the executor's report, without lines such as paths of files."""
    start = output.find("contract violation: ")
    if start < 0:
        start = max(output.find("while running a program"), 0)
    end = output.find("\n  program\n", start)
    return output[start : end if end > 0 else None].strip()


def last_words(output: str) -> str:
    """Returns what a process said about its death: the line of an assertion or a
    fatal error, or else its last line; "" if it said nothing. Leaves out the lines
    of the worker and of the executor."""
    said = []
    for line in output.splitlines():
        if line.startswith("while running a program"):
            break
        if line.strip() and not line.startswith("worker: "):
            said.append(line.strip())
    found = [line for line in said if _LAST_WORDS.search(line)]
    return found[0] if found else said[-1] if said else ""


def _functions_of(output: str) -> tuple[str, ...]:
    """Returns the functions in which a program died, the innermost first: what
    the worker has seen on its stack, then the calls of the report."""
    found = list(charge.functions_of(output))
    for call in reversed(_CALL.findall(output)):
        if called := _CALLED.match(call):
            found.append(called[1])
        elif call.startswith(_AT_THE_END):
            found.append("_Py_Dealloc")
    return tuple(found)


def _rule_of_crash(
    contract: Contract, title: str, output: str, functions: tuple[str, ...]
) -> Rule:
    """Returns the rule of a program that died. It is about the innermost function
    that the contract knows: the rule of the title, the rule that the executor
    held the call to, or the first one that is. If a destructor called the function,
    it is the rule about such calls."""
    inside = _INSIDE.search(output)
    named = contract.rule_of_program(title)
    under_test = _UNDER_TEST.search(output)
    held_to = None
    if under_test and under_test[1] in contract:
        held_to = contract[under_test[1]]
    for function in functions:
        kind = _OF_CAPSULES.match(function)
        if kind and inside and inside[1] in (None, function):
            return contract[_RULES_INSIDE[kind[1]]]
        about = [rule for rule in contract.rules if charge.covers(rule, function)]
        if about:
            return next((r for r in (named, held_to) if r in about), about[0])
    return held_to or named or contract.rules[0]


def broken_rule(contract: Contract, title: str, result: Result) -> Broken:
    """Returns the rule that a failed program has broken, with the reason. `title`
    is the text of the program, or ""."""
    match = _VIOLATION.search(result.output)
    program = _program_of(result.output)
    if match and match[1] in contract:
        report = _report(result.output)
        return Broken(
            contract[match[1]], FAILED, report, program, reported=match[1]
        )
    functions = _functions_of(result.output)
    rule = _rule_of_crash(contract, title, result.output, functions)
    lines = (result.text, last_words(result.output), _report(result.output))
    text = "\n".join(line for line in lines if line)
    outcome = CRASHED if result.outcome == CRASHED else FAILED
    return Broken(rule, outcome, text, program, functions, rule.id)


def _program_of(output: str) -> str:
    match = _PROGRAM.search(output)
    if not match:
        return ""
    lines = [line.removeprefix("    ") for line in match[1].splitlines()]
    return "".join(f"{line}\n" for line in lines)


class Programs:
    """Runs programs. Collects the failed programs in `broken`, and counts how often
    programs have exercised each rule.

    count     how many programs ran
    planned   how many programs should have run
    remarks   the targets that stopped early, as sentences
    """

    def __init__(
        self,
        worker: Worker,
        contract: Contract,
        root: pathlib.Path,
        folder: pathlib.Path,
    ) -> None:
        self._worker = worker
        self._contract = contract
        self._root = root
        self._folder = folder
        self.broken: list[Broken] = []
        self.exercised: collections.Counter[str] = collections.Counter()
        self.count = 0
        self.planned = 0
        self.remarks: list[str] = []

    def run_corpus(self) -> None:
        paths = corpus_of(self._root)
        results, rules = self._worker.run_list("programs", map(str, paths))
        self.exercised += rules
        by_name = {str(path): path for path in paths}
        for result in results:
            if result.outcome == SKIPPED:
                continue
            self.count += 1
            self.planned += 1
            if result.outcome == PASSED:
                continue
            path = by_name[result.case]
            text = path.read_text()
            self._add(broken_rule(self._contract, text, result), text)

    def run_generated(self, target: str, count: int) -> None:
        """Runs the generated programs 1 to `count`. Continues after a failed
        program, up to _ENOUGH of them."""
        first = 1
        failed: list[int] = []
        lacking: list[str] = []  # the reasons
        while first <= count and len(failed) < _ENOUGH:
            run = self._worker.start("generate", target, first, count - first + 1)
            done, open_case = run.results()
            lacking += [reason for _, reason in run.values("lacks")]
            self.exercised += run.rules()
            if done or open_case is None:
                break
            failed.append(int(open_case))
            first = failed[-1] + 1
        if failed:
            self._add_generated(target, failed)
        ran = count if first > count or len(failed) < _ENOUGH else first - 1
        self.count += ran - len(lacking)
        self.planned += count - len(lacking)
        if len(lacking) == ran:
            self.remarks.append(f"{target}: no program can run here: {lacking[0]}")
        if ran < count:
            self.remarks.append(
                f"{target} stopped after {len(failed)} failed programs: {ran} of "
                f"{count} programs ran"
            )

    def _add_generated(self, target: str, numbers: list[int]) -> None:
        """Runs the programs of these numbers alone; adds those that do not pass to
        `broken`."""
        printed = self._worker.start("print", target, *numbers).output
        texts = _NUMBER.split(printed)[1:]
        paths = [
            self._write(f"generated_{number}.prog", text)
            for number, text in zip(numbers, texts)
        ]
        results, _ = self._worker.run_list("programs", [*map(str, paths)])
        for result, path, text in zip(results, paths, texts):
            path.unlink()
            if result.outcome != PASSED:
                self._add(broken_rule(self._contract, "", result), text)

    def _add(self, broken: Broken, text: str) -> None:
        """Adds a failed program. `text` is the program that ran."""
        self.broken.append(
            broken._replace(program=broken.program or text, whole=text)
        )

    def _write(self, name: str, text: str) -> pathlib.Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / name
        path.write_text(text)
        return path

    def shortest(
        self, charges: charge.Charges, shorten: bool = True
    ) -> dict[str, Broken]:
        """Returns the shortest program for each broken rule, and minimizes it unless
        `shorten` is false. `charges` gives the rule of each failure."""
        best: dict[str, Broken] = {}
        for broken in self.broken:
            rule = charges.of(broken.failure()).rule
            known = best.get(rule)
            if known is None or _length(broken) < _length(known):
                best[rule] = broken._replace(rule=self._contract[rule])
        if not shorten:
            return best
        return {identity: self._show(broken) for identity, broken in best.items()}

    def _show(self, broken: Broken) -> Broken:
        """Returns the shortest program that shows the finding when it runs again
        in fresh processes, with how often it does."""
        kept = broken
        for program in (self._shortened(broken), broken.program, broken.whole):
            if program:
                found = self._run_again(broken, program)
                if found.shows[0] != "0":
                    return found
                kept = found
        return kept

    def _shortened(self, broken: Broken) -> str:
        """Returns a shorter program with the same finding, or ""."""
        path = self._write(f"{broken.rule.id}.prog", broken.program)
        shorter = self._folder / f"{broken.rule.id}.min.prog"
        self._worker.start(
            "minimize",
            f"--seconds={_SECONDS_TO_SHORTEN}",
            f"--output={shorter}",
            path,
        )
        if not shorter.exists():
            return ""
        text = shorter.read_text()
        shorter.unlink()
        return text

    def _run_again(self, broken: Broken, program: str) -> Broken:
        """Runs the program RUNS times, each time in a fresh process."""
        path = self._write(f"{broken.rule.id}.prog", program)
        texts = []
        for _ in range(RUNS):
            result = self._worker.run_alone("programs", str(path))
            if result.outcome in (PASSED, SKIPPED):
                continue
            again = broken_rule(self._contract, "", result)
            if again.outcome == broken.outcome and (
                again.outcome == CRASHED or again.reported == broken.reported
            ):
                texts.append(again.text)
        return broken._replace(
            program=program,
            text=texts[0] if texts else broken.text,
            shows=how_often(len(texts), RUNS),
        )


def how_often(times: int, runs: int) -> str:
    """Returns "always", or how many of the runs."""
    return "always" if times == runs else f"{times} of {runs} runs"


def _length(broken: Broken) -> int:
    return len(broken.program.splitlines()) or 1000
