"""Reads the findings in the output of a run: the broken rule, or the class of a
sanitizer's error."""

import re

# The executor prints the class of a finding in the line "finding". It prints no
# class for leaks, which LeakSanitizer detects at the end of the process, nor for
# errors that UBSan detects in shared libraries.
_FINDING = re.compile(
    r"^contract violation: (?P<rule>\S+)"
    r"|^  finding +(?P<sanitizer>.+)"
    r"|^==\d+==ERROR: (?P<leaks>LeakSanitizer: .*)"
    r"|^\S+:\d+:\d+: runtime error: (?P<undefined>[^0-9'\n]*)"
    r"|^==\d+== ?ERROR: libFuzzer: (?P<engine>.*)"
    r"|^(?P<reference>capsule reference): ",
    re.MULTILINE,
)

# The executor prints no line "finding" for an error that AddressSanitizer detects
# at the end of the process, nor if AddressSanitizer itself fails as it reports.
_ADDRESS_SANITIZER = re.compile(
    r"^==\d+==ERROR: (AddressSanitizer: (?:attempting )?[\w-]+)", re.MULTILINE
)

_RULE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")


def findings(text: str) -> list[str]:
    """Returns the findings that the text names, in the order of the text."""
    named = [_name(match) for match in _FINDING.finditer(text)]
    return named or _ADDRESS_SANITIZER.findall(text)


def is_rule(finding: str) -> bool:
    """True if the finding is a rule. Only the model reports rules."""
    return _RULE.fullmatch(finding) is not None


def _name(match: re.Match[str]) -> str:
    if match["undefined"]:
        return "UndefinedBehaviorSanitizer: " + match["undefined"].rstrip(" :-")
    return match[match.lastgroup or 0].strip()
