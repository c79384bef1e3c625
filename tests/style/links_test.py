"""Tests that the links and paths in documents exist."""

import re
from collections.abc import Iterator

import pytest

from tools.lib import repository

ROOT = repository.ROOT
DOCUMENTS = repository.files(".md")

# Text in `code` is a path if it has a slash and begins with a folder of _TOP.
_CODE = re.compile(r"`([^`\s]+/[^`\s]*)`")
_LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
_TOP = {path.parts[0] for path in repository.files() if len(path.parts) > 1}

# A path with a word in capitals, a brace or a star stands for many paths.
_PATTERN = re.compile(r"[*{<]|(\b|_)[A-Z]{3,}(\b|_)")

# CONTRIBUTING.md says that it must not exist.
_MUST_NOT_EXIST = {"tools/bazel"}

# The beginnings of paths that commands create.
_WRITTEN = ("out/", "bazel-")


def paths(text: str) -> Iterator[str]:
    """Yields the paths of this repository that a document names."""
    for path in _CODE.findall(text):
        path = path.rstrip(".,;:").removeprefix("./")
        if path.split("/")[0] in _TOP and not _PATTERN.search(path):
            yield path


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_paths_exist(document: object) -> None:
    text = (ROOT / str(document)).read_text()
    named = set(paths(text)) - _MUST_NOT_EXIST
    lost = sorted(p for p in named if not (ROOT / p).exists())
    assert not lost, f"{document} names paths that do not exist: {lost}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_exist(document: object) -> None:
    path = ROOT / str(document)
    lost = [
        link
        for link in _LINK.findall(path.read_text())
        if "://" not in link
        and not link.startswith(_WRITTEN)
        and not (path.parent / link).exists()
    ]
    assert not lost, f"{document} links to files that do not exist: {lost}"


def test_paths_are_found() -> None:
    text = "see `fuzz/model/model.h`, `corpus/TARGET/x` and `capsule/*.c`"
    assert list(paths(text)) == ["fuzz/model/model.h"]
