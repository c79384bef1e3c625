"""Runs build.sh as OSS-Fuzz does, for the engine and the sanitizer that the
environment names, and holds what it builds against OSS-Fuzz's conditions.

The flags are those of OSS-Fuzz's image, but -O0: the compiler takes a third of
the time. CPython's sources are not there, because their build is too long for a test.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tools.commands.package import __main__ as package
from tools.lib.places import workspace_folder

ENGINE = os.environ["FUZZING_ENGINE"]
SANITIZER = os.environ["SANITIZER"]
ROOT = workspace_folder()
LLVM = subprocess.run(
    [ROOT / "tools/lib/llvm_version"], capture_output=True, text=True, check=True
).stdout.strip()
TARGET = "sequence_fuzz"

SANITIZER_FLAGS = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "coverage": "-fprofile-instr-generate -fcoverage-mapping -pthread",
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
    "undefined": "-fsanitize=array-bounds,bool,builtin,enum,function,"
    "integer-divide-by-zero,null,object-size,return,returns-nonnull-attribute,"
    "shift,signed-integer-overflow,unsigned-integer-overflow,unreachable,"
    "vla-bound "
    "-fno-sanitize-recover=array-bounds,bool,builtin,enum,function,"
    "integer-divide-by-zero,null,object-size,return,returns-nonnull-attribute,"
    "shift,signed-integer-overflow,unreachable,vla-bound "
    "-fno-sanitize=function",
}
# bad_build_check of OSS-Fuzz: calls that a binary must have at least.
CALLS = {
    "address": ("__asan", 1000),
    "memory": ("__msan", 1000),
    "undefined": ("__ubsan", 168),
}
# A bug for each sanitizer, at the start of PyCapsule_GetContext(), and what the
# sanitizer calls it.
BUGS = {
    "address": (
        "char *volatile gone = malloc(8); free(gone); gone[0] = 1;",
        "AddressSanitizer: heap-use-after-free",
    ),
    "memory": (
        "int unset[2]; volatile int at = 1; if (unset[at]) { return NULL; }",
        "MemorySanitizer: use-of-uninitialized-value",
    ),
    "undefined": (
        "volatile int big = 2147483647; big = big + 1;",
        "runtime error: signed integer overflow",
    ),
}
# Those of the C library; clang itself adds libresolv to every sanitized program.
LIBRARIES = {"libc", "libm", "libpthread", "libdl", "librt", "libresolv"}


def only_where(condition: bool) -> Callable[[Any], Any]:
    """Makes a function a test only where the condition holds."""
    return lambda test: test if condition else None


class Image:
    """What OSS-Fuzz's image is to build.sh."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.out = folder / "out"
        self.source = folder / "src/capsule-contract"
        for path in (self.out, folder / "work"):
            path.mkdir()
        files = package.contents(ROOT)
        files["tools/commands/package/Makefile"] = files["Makefile"]
        for path in (ROOT / "oss-fuzz").iterdir():
            if path.is_file():
                files[f"oss-fuzz/{path.name}"] = path
        for name, path in files.items():
            copy = self.source / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        flags = "-O0 -fno-omit-frame-pointer -gline-tables-only "
        flags += SANITIZER_FLAGS[SANITIZER]
        if ENGINE == "libfuzzer" and SANITIZER != "coverage":
            flags += " -fsanitize=fuzzer-no-link"
        afl = ENGINE == "afl"
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "SRC": str(folder / "src"),
            "OUT": str(self.out),
            "WORK": str(folder / "work"),
            "CC": "afl-clang-fast" if afl else f"clang-{LLVM}",
            "CXX": "afl-clang-fast++" if afl else f"clang++-{LLVM}",
            "CFLAGS": flags,
            # The image has libc++ as a static library.
            "CXXFLAGS": f"{flags} -static-libstdc++ -static-libgcc"
            + ("" if afl else " -fuse-ld=lld")
            # libstdc++ has operator new too, and MemorySanitizer's comes first.
            + (" -Wl,-z,muldefs" if SANITIZER == "memory" else ""),
            "LIB_FUZZING_ENGINE": (
                "/usr/lib/afl/libAFLDriver.a" if afl else "-fsanitize=fuzzer"
            ),
            "SANITIZER": SANITIZER,
            "FUZZING_ENGINE": ENGINE,
            "ARCHITECTURE": "x86_64",
            "AFL_QUIET": "1",
        }

    def build(self) -> None:
        done = subprocess.run(
            ["bash", "-eu", self.source / "oss-fuzz/build.sh"],
            cwd=self.source,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]

    def targets(self) -> list[str]:
        return sorted(path.name for path in self.out.glob("*_fuzz"))


@pytest.fixture(name="image", scope="module")
def fixture_image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    image = Image(tmp_path_factory.mktemp("image"))
    image.build()
    return image


def run(
    folder: pathlib.Path, name: str, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a binary as OSS-Fuzz does: in its folder, without OUT."""
    return subprocess.run(
        [str(folder / name), *map(str, arguments)],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "LLVM_PROFILE_FILE": "/dev/null",
            "ASAN_SYMBOLIZER_PATH": f"/usr/bin/llvm-symbolizer-{LLVM}",
            "MSAN_SYMBOLIZER_PATH": f"/usr/bin/llvm-symbolizer-{LLVM}",
            "UBSAN_OPTIONS": "print_stacktrace=1:silence_unsigned_overflow=1:"
            f"external_symbolizer_path=/usr/bin/llvm-symbolizer-{LLVM}",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        check=False,
    )


def moved(image: Image, folder: pathlib.Path) -> pathlib.Path:
    """A copy of what was built, in another place that nobody may write to."""
    copy = folder / "moved"
    shutil.copytree(image.out, copy)
    copy.chmod(0o555)
    return copy


def seeds(folder: pathlib.Path, target: str, to: pathlib.Path) -> pathlib.Path:
    with zipfile.ZipFile(folder / f"{target}_seed_corpus.zip") as archive:
        assert archive.namelist(), target
        archive.extractall(to)
    return to


def test_every_target_is_built_with_its_seeds(image: Image) -> None:
    expected = sorted(path.stem for path in (ROOT / "fuzz").glob("*_fuzz.c"))
    assert image.targets() == expected
    for target in expected:
        with zipfile.ZipFile(image.out / f"{target}_seed_corpus.zip") as archive:
            committed = ROOT / "corpus" / target.removesuffix("_fuzz")
            count = sum(path.is_file() for path in committed.rglob("*"))
            assert len(archive.namelist()) == count
    # Other engines ignore .options; a limit in one would be a limit in name only.
    assert not list(image.out.glob("*.options"))
    assert (image.out / "program_fuzz.dict").read_text().count('"') > 100


def test_needs_no_library_but_those_of_c(image: Image) -> None:
    for target in image.targets():
        listed = subprocess.run(
            ["ldd", image.out / target], capture_output=True, text=True, check=True
        ).stdout
        needed = set(re.findall(r"^\s+(\w+)\.so\.", listed, re.M))
        assert needed <= LIBRARIES, target


@only_where(SANITIZER in CALLS)
def test_has_enough_calls_of_its_sanitizer(image: Image) -> None:
    _, least = CALLS[SANITIZER]
    for target in (TARGET, "program_fuzz", "step_fuzz"):  # the last are small
        code = subprocess.run(
            [f"llvm-objdump-{LLVM}", "-d", image.out / target],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for other, (name, _) in CALLS.items():
            calls = len(re.findall(rf"\bcallq?\s+0x[0-9a-f]+ <{name}", code))
            if other == SANITIZER:
                assert calls >= least, target
            elif other == "undefined":
                assert calls <= 200, target
            elif other == "memory":
                assert calls <= 3, target
            else:
                assert calls == 0, target


@only_where(ENGINE == "libfuzzer")
def test_runs_from_another_folder_that_is_read_only(
    image: Image, tmp_path: pathlib.Path
) -> None:
    folder = moved(image, tmp_path)
    before = sorted(path.name for path in folder.iterdir())
    for target in image.targets():
        corpus = seeds(folder, target, tmp_path / target)
        done = run(folder, target, "--", "-seed=1337", "-runs=0", corpus)
        assert done.returncode == 0, done.stdout[-3000:]
        count = len(list(corpus.iterdir()))
        assert f"{count} files found in {corpus}" in done.stdout
        done = run(folder, target, "--", "-seed=1337", "-runs=4")
        assert "Done 4 runs" in done.stdout
        if SANITIZER != "coverage":
            edges = re.search(r"INFO: Loaded \d+ modules? +\((\d+) ", done.stdout)
            assert edges and int(edges[1]) >= 100, target
    assert sorted(path.name for path in folder.iterdir()) == before


@only_where(ENGINE == "afl")
def test_afl_runs_it(image: Image, tmp_path: pathlib.Path) -> None:
    folder = moved(image, tmp_path)
    corpus = seeds(folder, TARGET, tmp_path / "seeds")
    done = run(
        pathlib.Path("/usr/bin"),
        "afl-fuzz",
        *("-i", corpus, "-o", tmp_path / "out", "-m", "none", "-t", "5000+"),
        *("-E", "1000", "--", folder / TARGET),
        AFL_NO_UI="1",
        AFL_NO_AFFINITY="1",
        AFL_SKIP_CPUFREQ="1",
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1",
        AFL_FAST_CAL="1",
        ASAN_OPTIONS="abort_on_error=1:symbolize=0:detect_odr_violation=0",
    )
    assert "All set and ready to roll" in done.stdout, done.stdout[-3000:]
    statistics = (tmp_path / "out/default/fuzzer_stats").read_text()
    assert re.search(r"^saved_crashes +: 0$", statistics, re.M)
    assert int(re.search(r"^edges_found +: (\d+)", statistics, re.M)[1]) > 100  # type: ignore


@only_where(SANITIZER == "coverage")
def test_yields_a_profile(image: Image, tmp_path: pathlib.Path) -> None:
    folder = moved(image, tmp_path)
    corpus = seeds(folder, TARGET, tmp_path / "seeds")
    done = run(
        folder, TARGET, "-runs=0", corpus, LLVM_PROFILE_FILE=str(tmp_path / "raw")
    )
    assert done.returncode == 0, done.stdout[-3000:]
    profile = tmp_path / "profile"
    subprocess.run(
        [f"llvm-profdata-{LLVM}", "merge", tmp_path / "raw", "-o", profile],
        check=True,
    )
    report = subprocess.run(
        [
            *(f"llvm-cov-{LLVM}", "report", folder / TARGET),
            f"-instr-profile={profile}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line = re.search(r"^\S*reference/capsule\.c +(\d+) +(\d+)", report, re.M)
    assert line, report
    assert int(line[2]) < int(line[1]) / 2  # regions, and those never run


@only_where(SANITIZER in BUGS)
def test_dies_on_a_planted_bug(image: Image, tmp_path: pathlib.Path) -> None:
    bug, report = BUGS[SANITIZER]
    source = image.source / "capsule/reference/capsule.c"
    text = source.read_text()
    head = re.search(r"PyCapsule_GetContext\([^)]*\)\s*\{\n", text)
    assert head
    source.write_text(
        "#include <stdlib.h>\n"
        + text[: head.end()]
        + "    { %s }\n" % bug
        + text[head.end() :]
    )
    image.build()
    source.write_text(text)
    if ENGINE == "afl":
        # Without afl-fuzz the driver runs the files that are named.
        corpus = seeds(image.out, TARGET, tmp_path / "seeds")
        done = run(
            image.out,
            TARGET,
            *sorted(corpus.iterdir()),
            ASAN_OPTIONS="detect_leaks=0",
        )
        assert done.returncode != 0
    else:
        done = run(
            image.out, TARGET, "-seed=1", f"-artifact_prefix={tmp_path}/"
        )
        # MemorySanitizer has a status of its own, 77 too.
        assert done.returncode in (1, 77), done.stdout[-3000:]
        # Beside it: its C file, and a folder with the inputs before it.
        (crash,) = (
            path
            for path in tmp_path.glob("crash-*")
            if path.is_file() and path.suffix != ".c"
        )
        again = run(image.out, TARGET, crash)
        assert again.returncode == done.returncode
        assert report in again.stdout
    assert report in done.stdout, done.stdout[-3000:]
    assert re.search(r"#\d+ 0x\w+ in PyCapsule_GetContext ", done.stdout)
