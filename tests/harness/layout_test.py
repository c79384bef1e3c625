"""A target, its row in targets.bzl and its corpus folder have the same name."""

import os
import pathlib
from collections.abc import Iterator

# Programs that no target of their own generates: those that break the contract
# (misuse_test runs them), and those that tools/check has recorded (wild_test).
WITHOUT_TARGET = {"corpus/misuse", "corpus/wild"}

FUZZ = pathlib.Path("fuzz")
CORPUS = pathlib.Path("corpus")


def rows() -> dict[str, str]:
    """Returns the corpus folder of each row of fuzz/targets.bzl, by name."""
    return dict(item.split("=") for item in os.environ["FUZZ_TARGETS"].split())


def test_each_row_has_a_source_of_its_name() -> None:
    missing = [n for n in rows() if not (FUZZ / f"{n}.c").exists()]
    assert not missing, f"fuzz/targets.bzl has rows without a .c: {missing}"


def test_each_source_has_a_row() -> None:
    forgotten = {p.stem for p in FUZZ.glob("*_fuzz.c")} - set(rows())
    assert not forgotten, f"no row in fuzz/targets.bzl for {forgotten}"


def test_each_corpus_folder_bears_the_name_of_its_target() -> None:
    for name, folder in rows().items():
        assert folder == "corpus/" + name[: -len("_fuzz")]


def test_each_row_has_a_corpus() -> None:
    empty = [f for f in rows().values() if not any(files_below(f))]
    assert not empty, f"without a single file: {empty}"


def test_each_corpus_folder_has_a_target() -> None:
    folders = {str(p) for p in CORPUS.iterdir() if p.is_dir()}
    orphans = folders - set(rows().values()) - WITHOUT_TARGET
    assert not orphans, f"no row in fuzz/targets.bzl for {orphans}"


def test_each_target_bears_its_own_name() -> None:
    for name in rows():
        source = (FUZZ / f"{name}.c").read_text()
        assert "TARGET" not in source or f'.name = "{name}"' in source


def files_below(folder: str) -> Iterator[pathlib.Path]:
    return (p for p in pathlib.Path(folder).rglob("*") if p.is_file())
