"""Which rules are broken, where one broken rule makes the tests of many fail.

Programs name the first comparison that fails. Rule tests are followed by a
witness (worker/witness.h), which names the rules that what it saw may be the
business of; so does the text of a failed comparison. A test that met something
of another rule, one that is broken, and nothing of its own, is blocked by that
rule. What programs found counts for more than what a rule's own test says."""

import re

_IN_CALL = re.compile(r"^worker: in (\S+)$", re.M)

_DESTRUCTION = tuple(
    "DTOR-1 NEW-7 NEW-8 TYPE-1 DTOR-13 NEW-6 SETN-3 SETC-1 COBJ-2".split()
)

# What a comparison is about, by the words that stand in every such one.
_WORDS = (
    ("destructor_log", ("DTOR-1", "NEW-7", "NEW-8", "DTOR-2")),
    ("that the test left behind", ("TYPE-1", "NEW-1", "NEW-12")),
    ("at the end of the test", ("ERR-1", "DTOR-6", "DTOR-4", "SETD-2")),
    ("expected AttributeError: PyCapsule_Import", ("IMP-2", "IMP-11")),
    ("MessageOfSetPointerWithTwoErrors", ("ERR-4", "SETP-2")),
)
_NEXT_FAILURE = re.compile(r"\n(?=\S+:\d+: )")
_CALL = re.compile(r"\b(PyCapsule_\w+)\(")

# Rules of code on top of capsules, which rests on the rules of these. What
# stands there by itself, like PyModule_AddObject, is not among them.
_BASE = re.compile(r"(TYPE-[1-4]|(NEW|GET.*|VAL|SET.*|IMP|ERR|DTOR|COBJ)-\d+)")
_RESTS_ON = (
    (re.compile(r"(API-(?!10$)|BUG-|LIFE-|MODST-|PUB-|CTX-)\d*"), _BASE),
    (re.compile(r"SUB-\d+"), re.compile(r"(IMP|SETN)-\d+")),
    # What destructors may do, and when else they run, where even that of a new
    # capsule does not run as it should.
    (re.compile(r"DTOR-3"), re.compile(r"NEW-7|SET.*")),
    (re.compile(r"DTOR-10"), re.compile(r"NEW-7|DTOR-2")),
    (re.compile(r"DTOR-(12|14)"), re.compile(r"NEW-7")),
    # What they leave behind, where that does not reach the caller.
    (re.compile(r"DTOR-5"), re.compile(r"DTOR-6")),
    # Which of two errors is found first, where one of them is none.
    (re.compile(r"ERR-4"), re.compile(r"NEW-2|SETP-2")),
    # A test of threads tells nothing where a call is broken in one thread.
    (re.compile(r"THR-\d+"), _BASE),
)


def suspects(contract, rule, result, crashed):
    """The sets of rules that a test, which did not pass, may have failed for;
    what the witness saw comes first."""
    found = list(result.suspects)
    if crashed:
        found.append(_of_crash(contract, result.output))
    first = _NEXT_FAILURE.split(result.text)[0]
    found += [rules for words, rules in _WORDS if words in first]
    for function in _CALL.findall(first):
        found.append(_of_function(contract, function))
    return found


def _of_function(contract, function):
    every = {"Get": "every getter", "Set": "every setter"}
    functions = {function, every.get(function.partition("_")[2][:3])}
    return tuple(r.id for r in contract.rules if r.function in functions)


def _of_crash(contract, output):
    """The rules of the function that the process died in. Outside of them all,
    something is destroyed."""
    match = _IN_CALL.search(output)
    if not match or match[1] == "_Py_Dealloc":
        return _DESTRUCTION
    return _of_function(contract, match[1])


def base(rule, candidates):
    """The first of the candidates that the rule rests on, or None."""
    for rules, others in _RESTS_ON:
        if rules.fullmatch(rule):
            return next((c for c in candidates if others.fullmatch(c)), None)
    return None


def broken(failures, named):
    """The rules that are broken themselves. `failures` are pairs of a rule and
    the suspects of its failed test, `named` the rules that programs named."""
    found = list(named)
    for rule, sets in failures:
        if not sets or any(rule in some for some in sets):
            found.append(rule)
    return [rule for rule in dict.fromkeys(found) if not base(rule, found)]


def blockers(failures, named):
    """For each of the failures the rule that blocks it, or None."""
    every = broken(failures, named)
    named = [rule for rule in named if rule in every]
    found = [_blocker(rule, sets, named, every) for rule, sets in failures]
    # One that is blocked itself says who blocks it: programs named that one.
    red = {rule for (rule, _), other in zip(failures, found) if not other}
    further = {rule: other for (rule, _), other in zip(failures, found) if other}
    return [
        other if other in named or other in red else further.get(other)
        for other in found
    ]


def _blocker(rule, sets, named, every):
    if rule in named:
        return None
    for some in sets:
        if found := [other for other in some if other in named]:
            return found[0]
    if any(rule in some for some in sets):
        return None
    for some in sets:
        if found := [other for other in some if other in every]:
            return found[0]
    return base(rule, every)


def rule_of_crash(contract, rule, every):
    """Of the rules of that function the first that is broken by other
    evidence; any of these where the function has no rule of its own. The rule
    itself where there is no other evidence."""
    candidates = [r for r in contract.rules if r.function == rule.function]
    if rule.function == "capsule destructors":
        candidates += [contract[r] for r in _DESTRUCTION if r in contract]
    if rule == contract.rules[0]:
        candidates += [contract[r] for r in every]
    return next((r for r in candidates if r.id in every), rule)
