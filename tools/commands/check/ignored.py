"""The findings that the user does not want to see."""

import dataclasses
import fnmatch
import pathlib

from tools.commands.check.findings import Finding
from tools.lib.problem import Problem

_EXPECTED = "RULE or RULE:OBJECT, for instance NEW-5 or DTOR-*:_core*.so"


@dataclasses.dataclass(frozen=True)
class Pattern:
    """A rule, and the object that takes part; both with * and ? as in a shell."""

    rule: str
    object_name: str

    @staticmethod
    def of(text: str, where: str) -> "Pattern":
        """Reads RULE[:OBJECT]; `where` tells in a Problem what was read."""
        rule, colon, object_name = text.partition(":")
        if not rule or (colon and not object_name) or " " in text:
            raise Problem(f"{where}: '{text}' is no pattern; expected {_EXPECTED}")
        return Pattern(rule, object_name or "*")

    def matches(self, finding: Finding) -> bool:
        if not fnmatch.fnmatchcase(finding.rule, self.rule):
            return False
        names = finding.objects() or {""}
        return any(fnmatch.fnmatchcase(name, self.object_name) for name in names)


def read(path: pathlib.Path) -> list[Pattern]:
    """Reads a file of patterns, one a line; # begins a comment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise Problem(f"{path} cannot be read ({error}); give another file") from None
    texts = [(i + 1, line.partition("#")[0].strip()) for i, line in enumerate(lines)]
    return [Pattern.of(text, f"{path}:{i}") for i, text in texts if text]
