"""Holds docs/architecture.md against the BUILD files: folders and arrows."""

import pathlib
import re

ROOT = pathlib.Path()
PAGE = ROOT / "docs/architecture.md"
ARROW = re.compile(r"^    (\S+) +-> (.+)$", re.MULTILINE)

# The libraries that a rule lists as `deps`, up to the next attribute.
DEPENDENCIES = re.compile(r"\bdeps\s*=(.*?)(?=\n\s*\w+\s*=|\n *\))", re.DOTALL)
LABEL = re.compile(r'"//([^":]*)')


def drawn() -> dict[str, set[str]]:
    """Returns the arrows of the page: folder -> folders that it uses."""
    return {
        left: set() if right == "nothing" else set(right.split(", "))
        for left, right in ARROW.findall(PAGE.read_text())
    }


def built(folder: str) -> set[str]:
    """Returns the other folders whose libraries the folder's rules depend on."""
    text = (ROOT / folder / "BUILD").read_text()
    if folder == "fuzz":
        for name in ("defs.bzl", "targets.bzl"):
            text += (ROOT / "fuzz" / name).read_text()
    labels = {
        label
        for dependencies in DEPENDENCIES.findall(text)
        for label in LABEL.findall(dependencies)
    }
    return (labels & drawn().keys()) - {folder}


def test_the_page_has_arrows() -> None:
    assert len(drawn()) > 5


def test_each_arrow_is_a_dependency_and_each_dependency_an_arrow() -> None:
    for folder, uses in drawn().items():
        assert built(folder) == uses, folder


def test_each_folder_that_the_page_names_exists() -> None:
    for name in re.findall(r"^- `((?:capsule|fuzz)[\w/]*)/`", PAGE.read_text(), re.M):
        assert (ROOT / name).is_dir(), name
