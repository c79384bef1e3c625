"""What a run reports: the rule that is broken, or a sanitizer's class."""

import re

_FINDING = re.compile(
    r"^contract violation: (?P<rule>\S+)"
    # `==12==ERROR: `: the sanitizer's own words and nobody's notes
    r"|^==\d+==ERROR: (?P<sanitizer>\w+Sanitizer: .*)"
    r"|^\S+:\d+:\d+: runtime error: (?P<undefined>.*)"
    r"|^(?P<reference>capsule reference): "
    r"|^==\d+== ?ERROR: libFuzzer: (?P<engine>.*)",
    re.MULTILINE,
)

_RULE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")

# Behind a sanitizer's class come addresses and places.
_DETAILS = re.compile(r" (on |0x|\(|of ).*|: .*")
_UNDEFINED_DETAILS = re.compile(r"[0-9'].*")


def findings(text: str) -> list[str]:
    """All findings that are named in the text, in their order."""
    return [_name(match) for match in _FINDING.finditer(text)]


def is_rule(finding: str) -> bool:
    """True if the finding is a rule, that is, named by the model."""
    return _RULE.fullmatch(finding) is not None


def _name(match: re.Match[str]) -> str:
    if match["sanitizer"]:
        sanitizer, _, what = match["sanitizer"].partition(": ")
        return f"{sanitizer}: {_DETAILS.sub('', what)}"
    if match["undefined"]:
        what = _UNDEFINED_DETAILS.sub("", match["undefined"]).strip()
        return f"UndefinedBehaviorSanitizer: {what}"
    return match["rule"] or match["reference"] or match["engine"]
