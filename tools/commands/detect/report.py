"""What a run reports: the rule that is broken, or a sanitizer's class."""

import re

# The executor names its findings. It does not see leaks, which are looked for at
# the end of the process, nor what UBSan finds in a program of shared libraries.
_FINDING = re.compile(
    r"^contract violation: (?P<rule>\S+)"
    r"|^  finding +(?P<sanitizer>.+)"
    r"|^==\d+==ERROR: (?P<leaks>LeakSanitizer: .*)"
    r"|^\S+:\d+:\d+: runtime error: (?P<undefined>[^0-9'\n]*)"
    r"|^==\d+== ?ERROR: libFuzzer: (?P<engine>.*)"
    r"|^(?P<reference>capsule reference): ",
    re.MULTILINE,
)

_RULE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")


def findings(text: str) -> list[str]:
    """All findings that are named in the text, in their order."""
    return [_name(match) for match in _FINDING.finditer(text)]


def is_rule(finding: str) -> bool:
    """True if the finding is a rule, that is, named by the model."""
    return _RULE.fullmatch(finding) is not None


def _name(match: re.Match[str]) -> str:
    name = match[match.lastgroup or 0].strip()
    if match["undefined"]:
        return f"UndefinedBehaviorSanitizer: {name}"
    return name
