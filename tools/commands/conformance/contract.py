"""The rules, and which of them a test or a program speaks of."""

import collections
import re

Rule = collections.namedtuple(
    "Rule", "id identifier function level text source reason"
)

# "GETP-3_a_prefix_does_not_match.prog"
_RULE_OF_FILE = re.compile(r"^([A-Z][A-Z0-9-]*-\d+)_")


class Contract:
    def __init__(self, lines):
        """Takes the lines of worker/list_rules.c."""
        self.rules = [Rule(*line.split("\t")) for line in lines]
        self._ids = {rule.id: rule for rule in self.rules}

    def rule_of_test(self, test):
        """The rule whose identifier `Suite.NAME` begins with, or None; the
        longest one wins."""
        name = test.partition(".")[2].partition("/")[0]
        fitting = [
            rule
            for rule in self.rules
            if name.startswith(rule.identifier + "_")
        ]
        return max(fitting, key=lambda rule: len(rule.identifier), default=None)

    def rule_of_file(self, path):
        """The rule that a program's file name begins with, or None."""
        match = _RULE_OF_FILE.match(path.name)
        return self._ids.get(match[1]) if match else None

    def rule_of_call(self, call):
        """The first rule of the function that is called; the first of all where
        the contract has none for it."""
        for rule in self.rules:
            if re.search(rf"\b{re.escape(rule.function)}\(", call):
                return rule
        return self.rules[0]

    def __getitem__(self, identity):
        return self._ids[identity]

    def __contains__(self, identity):
        return identity in self._ids
