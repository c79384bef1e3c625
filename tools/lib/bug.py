"""Reads planted bugs. The file of a bug describes the bug, names the tests and
fuzz targets that must find it, and holds the edits that put it into the code.

    Names are compared by address, not by characters.

    Breaks: GETP-6
    Reports: GETP-6, VAL-1
    Fuzz: sequence_fuzz 100, name_fuzz 100

    @ capsule/reference/capsule.c names_match
    - strcmp(a, b) == 0
    + a == b

CONTRIBUTING.md, "Plant a bug", describes the fields and the edits.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re

from tools.lib import edits

_FIELDS = (
    "Breaks",
    "Reports",
    "Fuzz",
    "Replay",
    "Profile",
    "Calls",
    "Proof",
    "Sanitizer",
    "Sources",
    "Flags",
)
_FIELD = re.compile(r"^([A-Z][a-z]+): (.+)$", re.MULTILINE)
_TARGET = re.compile(r"(\w+_fuzz) (\d+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_NONE = re.compile(r"none, .+")

SUFFIX = ".bug"


class Malformed(Exception):
    """The file of a bug has a wrong format."""


@dataclasses.dataclass(frozen=True)
class Broken:
    """The code after the edits of a bug.

    files    {path: text} of the edited files
    names    the identifiers of edited headers whose meaning changes; a source
             that uses one of them compiles differently with the bug
    sources  see Bug; these may name the header through another header
    flags    see Bug
    """

    files: dict[str, str]
    names: frozenset[str]
    sources: list[str] | None
    flags: tuple[str, ...] = ()

    def changes(self, path: str, text: str) -> bool:
        """True if the source compiles differently with the bug."""
        if self.sources is not None:
            return path in self.sources
        return path in self.files or not self.names.isdisjoint(
            _WORD.findall(text)
        )


class Bug:
    """A planted bug, as its file describes it.

    about           one sentence that says what the broken code does
    breaks          the rules whose tests all fail
    reports         the findings that replay and fuzzing may report; replay must
                    report the first
    budgets         {target: executions within which the target finds the bug}
    corpora         the folders of corpus/ whose replay finds the bug
    profile         the profile that the implementation follows, or None
    calls           the least number of calls in a minimized program that finds
                    the bug
    proof           the rules under which tools/prove refutes the bug, "memory"
                    among them; empty if it does not
    no_proof        why not; "" if nobody asked
    sanitizer_only  True if a replay without sanitizers misses the bug
    sources         the sources to compile with an edited header, or None for
                    every source that uses an edited identifier
    flags           further flags of the compiler, such as -DNDEBUG
    edits           the edits that plant the bug
    """

    def __init__(self, path: pathlib.Path, text: str) -> None:
        self.path = path
        self.name = path.stem
        header, separator, rest = text.partition("\n@ ")
        self.about = header.partition("\n\n")[0].replace("\n", " ")
        fields = self._fields(header)
        if not separator or not self.about or "Breaks" not in fields:
            raise Malformed(f"{path}: lacks a sentence, `Breaks:` or an edit")
        self.breaks = _list(fields["Breaks"])
        self.reports = _list(fields.get("Reports", fields["Breaks"]))
        self.budgets = self._budgets(fields.get("Fuzz", ""))
        self.corpora = self._corpora(fields.get("Replay"))
        self.profile = fields.get("Profile")
        self.calls = int(fields.get("Calls", "1"))
        proof = fields.get("Proof", "")
        self.no_proof = proof if _NONE.fullmatch(proof) else ""
        self.proof = [] if self.no_proof else _list(proof)
        self.sanitizer_only = fields.get("Sanitizer") == "only"
        if "Sanitizer" in fields and not self.sanitizer_only:
            raise Malformed(
                f"{path}: `Sanitizer:` must be `only`; correct or remove it"
            )
        self.sources = _list(fields["Sources"]) if "Sources" in fields else None
        self.flags = tuple(fields.get("Flags", "").split())
        try:
            self.edits = edits.parse("@ " + rest)
        except edits.Malformed as error:
            raise Malformed(f"{path}: {error}") from error

    def files(self) -> list[str]:
        """Returns the paths of the edited files."""
        return list(dict.fromkeys(edit.path for edit in self.edits))

    def broken(self, root: pathlib.Path) -> Broken:
        """Returns the code of the checkout `root` with the bug. Raises
        edits.DoesNotApply."""
        files = {
            path: edits.apply(
                read_code(root / path),
                [edit for edit in self.edits if edit.path == path],
            )
            for path in self.files()
        }
        names: set[str] = set()
        for path, text in files.items():
            if path.endswith(".h"):
                items = {edit.item for edit in self.edits if edit.path == path}
                names |= edits.users(items, text)
        return Broken(files, frozenset(names), self.sources, self.flags)

    def _fields(self, header: str) -> dict[str, str]:
        fields = dict(_FIELD.findall(header))
        for field in fields:
            if field not in _FIELDS:
                raise Malformed(
                    f"{self.path}: unknown field '{field}'; there are "
                    + ", ".join(_FIELDS)
                )
        return fields

    def _budgets(self, text: str) -> dict[str, int]:
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

    def _corpora(self, text: str | None) -> list[str]:
        if text is None:
            return [target[: -len("_fuzz")] for target in self.budgets]
        return [] if _NONE.fullmatch(text) else _list(text)


def _list(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def read_code(path: pathlib.Path) -> str:
    """Returns the text of a source file. Returns "" if the file does not exist:
    edits of a missing file then fail like edits of missing code."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def read(path: pathlib.Path | str) -> Bug:
    """Returns the bug in a file; raises Malformed."""
    path = pathlib.Path(path)
    try:
        return Bug(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise Malformed(f"{path}: cannot be read: {error}") from error


def all_paths(root: pathlib.Path) -> list[pathlib.Path]:
    """Returns the paths of all bugs of the repository, in order."""
    return sorted((root / "tests/bugs").glob(f"*/*{SUFFIX}"))
