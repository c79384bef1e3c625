"""Tests of tools/package: the archive builds with only clang and a CPython, and
the built fuzz target finds a planted bug."""

from __future__ import annotations

import gzip
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import pytest

from tools.commands.package import __main__ as package
from tools.lib.places import workspace_folder
from tools.lib.problem import exit_status

ROOT = workspace_folder()
LLVM = subprocess.run(
    [ROOT / "tools/lib/llvm_version"], capture_output=True, text=True, check=True
).stdout.strip()

# The programs that the build may use, besides clang.
PROGRAMS = (
    "ar basename cat cksum dirname find ld make mkdir mv printf rm sed sh sort"
).split()

# The flags of the Makefile, but with -O0 and -g1 to compile faster.
CFLAGS = (
    "-O0 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined "
    "-fno-sanitize-recover=all -fsanitize=fuzzer-no-link"
)
TARGET = "sequence_fuzz"
MADE = [
    f"out/{name}"
    for name in (
        TARGET,
        f"{TARGET}_replay",
        f"{TARGET}_sweep",
        f"seeds/{TARGET}",
    )
]


class Machine:
    """A folder with the unpacked archive, and a PATH with only a few programs."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._bin = folder / "bin"
        self._bin.mkdir()
        for program in PROGRAMS:
            path = pathlib.Path("/usr/bin", program)
            if path.exists():
                (self._bin / program).symlink_to(path)
        for name in ("clang", "clang++"):
            (self._bin / name).symlink_to(f"/usr/bin/{name}-{LLVM}")
        out = folder / "harness.tar.gz"
        assert package.main([str(out)]) == 0
        with tarfile.open(out) as tar:
            tar.extractall(folder)
        self.root = folder / "capsule-contract"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env={"PATH": str(self._bin), "HOME": str(self.root)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            check=False,
        )

    def has(self, program: str) -> bool:
        return shutil.which(program, path=str(self._bin)) is not None

    def make(self, *arguments: str) -> None:
        jobs = str(os.cpu_count())
        done = self.run(
            *("make", "-j", jobs, f"CFLAGS={CFLAGS}"),
            # Debian's python3-config finds the headers relative to its own path.
            *("PYTHON_CONFIG=/usr/bin/python3-config", *arguments),
        )
        assert done.returncode == 0, done.stdout[-3000:]

    def fuzz(self, *flags: str) -> subprocess.CompletedProcess[str]:
        return self.run(
            *(f"out/{TARGET}", "-seed=1", "-artifact_prefix=found-"), *flags
        )


@pytest.fixture(name="machine", scope="module")
def fixture_machine(
    tmp_path_factory: pytest.TempPathFactory,
) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


def test_builds_and_runs_on_cpython(machine: Machine) -> None:
    assert not machine.has("bazel") and not machine.has("python3")
    machine.make(*MADE)

    replayed = machine.run(f"out/{TARGET}_replay", "corpus/sequence")
    assert replayed.returncode == 0, replayed.stdout
    inputs = int(re.search(r"^(\d+) inputs", replayed.stdout, re.M)[1])  # type: ignore
    assert inputs > 100

    swept = machine.run(f"out/{TARGET}_sweep", "corpus/sequence")
    assert swept.returncode == 0, swept.stdout
    assert "0 programs failed" in swept.stdout

    seeds = machine.root / f"out/seeds/{TARGET}"
    assert len(list(seeds.iterdir())) == inputs - 1  # and the empty input
    done = machine.fuzz("-runs=1000", str(seeds))
    assert done.returncode == 0, done.stdout
    assert re.search(r"DONE +cov: [1-9]", done.stdout)


def test_finds_a_bug_that_is_planted(machine: Machine) -> None:
    source = machine.root / "capsule/reference/capsule.c"
    text = source.read_text()
    broken = text.replace("strcmp(a, b) == 0", "strncmp(a, b, strlen(a)) == 0")
    assert broken != text
    source.write_text(broken)
    machine.make("IMPLEMENTATION=reference", *MADE)
    source.write_text(text)
    done = machine.fuzz("-runs=20000")
    assert done.returncode == 77, done.stdout
    assert re.search(r"^contract violation: (GETP|VAL)-\d", done.stdout, re.M)
    assert list(machine.root.glob("found-crash-*"))
    replayed = machine.run(f"out/{TARGET}_replay", "corpus/sequence")
    assert replayed.returncode == 1
    assert "contract violation: " in replayed.stdout


def test_without_headers_says_what_to_install(machine: Machine) -> None:
    done = machine.run("make", "PYTHON_CONFIG=false")
    assert done.returncode == 2
    assert "false names no headers; set PYTHON_CONFIG" in done.stdout


def test_before_3_8_python_config_knows_no_embed(machine: Machine) -> None:
    old = machine.root / "old-config"
    old.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "*--embed*) echo Usage: old-config --prefix; exit 1 ;;\n"
        "--includes) echo -I/old/include ;;\n"
        "--ldflags) echo -L/old/lib -lpython3.6m ;;\n"
        "--exec-prefix) echo /old ;;\n"
        "esac\n"
    )
    old.chmod(0o755)
    done = machine.run("make", "-pn", "clean", "PYTHON_CONFIG=./old-config")
    assert done.returncode == 0, done.stdout
    libraries = re.findall("^PYTHON_LIBS := (.*)", done.stdout, re.M)
    # Versions of make differ in the blanks.
    assert [line.split() for line in libraries] == [
        ["-L/old/lib", "-lpython3.6m", "-Wl,-rpath,/old/lib"]
    ]


def test_the_same_files_give_the_same_bytes(tmp_path: pathlib.Path) -> None:
    files = package.contents(ROOT)
    assert {"Makefile", "capsule/contract.def", "fuzz/sequence_fuzz.c"} <= set(files)
    assert not [name for name in files if name.endswith(("BUILD", ".py", ".bzl"))]
    one = package.archive(files)
    assert one == package.archive(files)
    assert b"\0" * 1024 == gzip.decompress(one)[-1024:]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "OUT"),
        (["x.zip"], "'x.zip' must end in .tar.gz; change the name"),
        (["none/x.tar.gz"], "No such file or directory"),
    ],
)
def test_bad_arguments(
    arguments: list[str],
    message: str,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_status("package", lambda: package.main(arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("package: ") and error.count("\n") == 1
    assert message in error
    assert not list(tmp_path.iterdir())
