"""Programs on an implementation: those of the corpus, and generated ones; what
breaks a rule is made as short as it gets."""

import collections
import re

from tools.commands.conformance import blame
from tools.commands.conformance.runner import CRASHED, FAILED, PASSED, SKIPPED
from tools.lib.contract import corpus_of


# An implementation that breaks everything shall not take for ever.
_ENOUGH = 40
_SECONDS_TO_SHORTEN = 5

_VIOLATION = re.compile(r"^contract violation: (\S+)  (.*)$", re.M)
_UNDER_TEST = re.compile(r"^  under test +(\S+)", re.M)
_CALL = re.compile(r"^  (?:call +\d*|in destructor) +(?:\w+: )?(.*)$", re.M)

# What may destroy; the last is said where the program gives back what is left.
_DESTROYS = re.compile(r"Py_\w*(DECREF|CLEAR)|the program has ended")
_PROGRAM = re.compile(r"^  program\n((?:    .*\n?)*)", re.M)

# `text` says what is wrong, `program` is the text of a program that shows it.
Broken = collections.namedtuple("Broken", "rule outcome text program")


def _report(output):
    """The report of the executor, without the path of a file and the like."""
    start = output.find("contract violation: ")
    if start < 0:
        start = max(output.find("while running a program"), 0)
    end = output.find("\n  program\n", start)
    return output[start : end if end > 0 else None].strip()


def rule_of_call(contract, call):
    """The first rule of the function that is called; the first of all where
    the contract has none for it."""
    for rule in contract.rules:
        if re.search(rf"\b{re.escape(rule.function)}\(", call):
            return rule
    return contract.rules[0]


def broken_rule(contract, text, result):
    """What a program that did not pass has broken."""
    match = _VIOLATION.search(result.output)
    program = _program_of(result.output)
    if match and match[1] in contract:
        report = _report(result.output)
        return Broken(contract[match[1]], FAILED, report, program)
    rule = contract.rule_of_program(text)
    calls = _CALL.findall(result.output)
    call = calls[-1] if calls else ""
    under_test = _UNDER_TEST.search(result.output)
    if _DESTROYS.match(call):
        rule = rule_of_call(contract, "capsule destructors()")
    elif not (rule and f"{rule.function}(" in call):
        if under_test and under_test[1] in contract:
            rule = contract[under_test[1]]
        elif call:
            rule = rule_of_call(contract, call)
    rule = rule or rule_of_call(contract, "")
    text = f"{result.text}\n{_report(result.output)}".strip()
    outcome = CRASHED if result.outcome == CRASHED else FAILED
    return Broken(rule, outcome, text, program)


def _program_of(output):
    match = _PROGRAM.search(output)
    if not match:
        return ""
    lines = [line.removeprefix("    ") for line in match[1].splitlines()]
    return "".join(f"{line}\n" for line in lines)


class Programs:
    """Runs them; collects what is `broken` and how often rules were met."""

    def __init__(self, worker, contract, root, folder):
        self._worker = worker
        self._contract = contract
        self._root = root
        self._folder = folder
        self.broken = []
        self.exercised = collections.Counter()
        self.count = 0

    def run_corpus(self):
        paths = corpus_of(self._root)
        results, rules = self._worker.run_list("programs", map(str, paths))
        self.exercised += rules
        by_name = {str(path): path for path in paths}
        for result in results:
            if result.outcome == SKIPPED:
                continue
            self.count += 1
            if result.outcome == PASSED:
                continue
            path = by_name[result.case]
            text = path.read_text()
            broken = broken_rule(self._contract, text, result)
            if not broken.program:
                broken = broken._replace(program=text)
            self.broken.append(broken)

    def run_generated(self, target, count):
        """Runs programs 1 to `count`; goes on behind one that does not pass."""
        first = 1
        found = 0
        while first <= count and found < _ENOUGH:
            run = self._worker.start("generate", target, first, count - first + 1)
            done, open_case = run.results()
            self.count -= len(run.values("lacks"))
            self.exercised += collections.Counter(
                {name: int(n) for name, n in run.values("rule")}
            )
            if done or open_case is None:
                break
            found += 1
            self._add_generated(target, int(open_case))
            first = int(open_case) + 1
        self.count += count if found < _ENOUGH else first - 1

    def _add_generated(self, target, number):
        """Sees whether the program is to blame, by itself."""
        text = self._worker.start("print", target, number).output
        path = self._write("generated.prog", text)
        result = self._worker.run_list("programs", [str(path)])[0][0]
        if result.outcome == PASSED:
            return
        broken = broken_rule(self._contract, "", result)
        self.broken.append(broken._replace(program=broken.program or text))

    def _write(self, name, text):
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / name
        path.write_text(text)
        return path

    def place_crashes(self, broken):
        """A crash goes to a rule that is broken by other evidence."""
        self.broken = [
            item
            if item.outcome == FAILED
            else item._replace(
                rule=blame.rule_of_crash(self._contract, item.rule, broken)
            )
            for item in self.broken
        ]

    def shortest(self):
        """For each rule the shortest program that breaks it, made shorter."""
        best = {}
        for broken in self.broken:
            known = best.get(broken.rule.id)
            if known is None or _length(broken) < _length(known):
                best[broken.rule.id] = broken
        return {
            identity: self._shorten(broken) for identity, broken in best.items()
        }

    def _shorten(self, broken):
        path = self._write(f"{broken.rule.id}.prog", broken.program)
        shorter = self._folder / f"{broken.rule.id}.min.prog"
        self._worker.start(
            "minimize",
            f"--seconds={_SECONDS_TO_SHORTEN}",
            f"--output={shorter}",
            path,
        )
        if not shorter.exists():
            return broken
        result = self._worker.run_list("programs", [str(shorter)])[0][0]
        text = shorter.read_text()
        shorter.unlink()
        again = broken_rule(self._contract, "", result)
        if again.rule != broken.rule and broken.outcome == FAILED:
            return broken
        path.write_text(text)
        return broken._replace(program=text, text=again.text)


def _length(broken):
    return len(broken.program.splitlines()) or 1000
