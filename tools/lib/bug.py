"""A planted bug: a patch, and what its header says.

    Compares the addresses of names, not their characters.

    Breaks: GETP-6
    Reports: GETP-6, VAL-1
    Fuzz: sequence_fuzz 100, name_fuzz 100

    --- a/capsule/reference/capsule.c
    ...

Breaks     the rules whose tests fail, each of them
Reports    what replay and fuzzing may name, the expected one first; as Breaks
           where it is not there. Replay has to name the first.
Fuzz       the targets that find it from an empty corpus, within how many
           executions; `none, ` and the reason where none can
Replay     the corpora that show it; those of the targets where it is not there
Profile    which one the implementation follows, if not its own choice
Calls      how many calls the smallest program takes to which what was fuzzed
           is reduced, at least; memory and names that a program gets for
           itself do not count
Sanitizer  `only`: a replay without sanitizers does not see it
"""

import pathlib
import re

_FIELDS = (
    "Breaks",
    "Reports",
    "Fuzz",
    "Replay",
    "Profile",
    "Calls",
    "Sanitizer",
)
_FIELD = re.compile(r"^([A-Z][a-z]+): (.+)$", re.MULTILINE)
_TARGET = re.compile(r"(\w+_fuzz) (\d+)")
_NONE = re.compile(r"none, .+")


class Malformed(Exception):
    """The patch is not written as it should be."""


class Bug:
    def __init__(self, path, text):
        self.path = path
        self.name = path.stem
        header, separator, self.patch = text.partition("\n--- ")
        self.about = header.partition("\n\n")[0].replace("\n", " ")
        fields = self._fields(header)
        if not separator or not self.about or "Breaks" not in fields:
            raise Malformed(f"{path}: lacks a sentence, `Breaks:` or a patch")
        self.breaks = _list(fields["Breaks"])
        self.reports = _list(fields.get("Reports", fields["Breaks"]))
        self.budgets = self._budgets(fields.get("Fuzz", ""))
        self.corpora = self._corpora(fields.get("Replay"))
        self.profile = fields.get("Profile")
        self.calls = int(fields.get("Calls", "1"))
        self.sanitizer_only = fields.get("Sanitizer") == "only"
        if "Sanitizer" in fields and not self.sanitizer_only:
            raise Malformed(f"{path}: `Sanitizer:` is `only` or not there")

    def _fields(self, header):
        fields = dict(_FIELD.findall(header))
        for field in fields:
            if field not in _FIELDS:
                raise Malformed(
                    f"{self.path}: unknown field '{field}'; there are "
                    + ", ".join(_FIELDS)
                )
        return fields

    def _budgets(self, text):
        """Executions by target."""
        if _NONE.fullmatch(text):
            return {}
        budgets = {}
        for entry in _list(text):
            match = _TARGET.fullmatch(entry)
            if not match:
                raise Malformed(
                    f"{self.path}: `Fuzz: {text}` is not `TARGET EXECUTIONS, "
                    "...` nor `none, REASON`"
                )
            budgets[match[1]] = int(match[2])
        if not budgets:
            raise Malformed(f"{self.path}: lacks `Fuzz:`")
        return budgets

    def _corpora(self, text):
        if text is None:
            return [target[: -len("_fuzz")] for target in self.budgets]
        return [] if _NONE.fullmatch(text) else _list(text)


def _list(text):
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def read(path):
    """The Bug in a patch file; Malformed where it is not written so."""
    path = pathlib.Path(path)
    try:
        return Bug(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise Malformed(f"{path}: cannot be read: {error}") from error
