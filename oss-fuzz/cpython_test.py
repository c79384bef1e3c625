"""How build.sh builds CPython, with which flags, and how its targets find Python's
library. The sources of CPython are a stand-in, whose Makefile only writes its
commands down."""

import pathlib
import shutil
import subprocess

import pytest

from tools.lib.places import workspace_folder

ROOT = workspace_folder()

LLVM = subprocess.run(
    [ROOT / "tools/lib/llvm_version"], capture_output=True, text=True, check=True
).stdout.strip()

# The order of the flags is that of CPython's Makefile.
CONFIGURE = """\
#!/bin/bash
for word; do
    [[ $word != CFLAGS=* ]] || echo "CONFIGURE_CFLAGS=	${word#CFLAGS=}" >Makefile
done
cat >>Makefile <<'END'
VERSION=	3.99
%.o:
	mkdir -p $(@D)
	echo $@ $(CC) $(CONFIGURE_CFLAGS) $(CFLAGS) >>commands
	touch $@
libpython3.99.a: Objects/abstract.o Objects/capsule.o Python/import.o
	touch $@
END
"""

# Stands in for make where it would build the harness.
MAKE = """\
#!/bin/bash
for word; do
    case $word in
        OUT=*) out=${word#OUT=} ;;
        --directory=*) harness=yes ;;
    esac
done
[[ $harness ]] || exec /usr/bin/make "$@"
mkdir -p "$out/seeds/sequence_fuzz"
echo seed >"$out/seeds/sequence_fuzz/seed"
echo "$CFLAGS" >"$out/sequence_fuzz"
"""

COVERED = {
    "Objects/capsule.o",
    "Objects/moduleobject.o",
    "Python/errors.o",
    "Python/import.o",
}
COUNTERS = "-fsanitize=fuzzer-no-link"
FLAGS = {
    "address": "-fsanitize=address",
    "memory": "-fsanitize=memory",
    "undefined": "-fsanitize=shift,unsigned-integer-overflow",
}


def write_program(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Returns a folder with the sources and programs that build.sh expects."""
    ours = tmp_path / "src/capsule-contract"
    for name in ("fuzz/program", "oss-fuzz"):
        (ours / name).mkdir(parents=True)
    for name in ("dictionary.sh", "calls.def", "destructors.def"):
        shutil.copy(ROOT / "fuzz/program" / name, ours / "fuzz/program")
    library = tmp_path / "src/cpython/Lib"
    for name in ("collections", "encodings", "importlib", "re"):
        (library / name).mkdir(parents=True)
    (library / "os.py").touch()
    write_program(tmp_path / "src/cpython/configure", CONFIGURE)
    write_program(tmp_path / "bin/make", MAKE)
    for name in ("out", "work"):
        (tmp_path / name).mkdir()
    return tmp_path


def build(folder: pathlib.Path, sanitizer: str, cflags: str) -> dict[str, list[str]]:
    """Runs build.sh. Returns {object of CPython: the words of its command}."""
    subprocess.run(
        ["bash", ROOT / "oss-fuzz/build.sh"],
        env={
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "SRC": str(folder / "src"),
            "OUT": str(folder / "out"),
            "WORK": str(folder / "work"),
            "CC": "cc",
            "CXX": "c++",
            "CFLAGS": cflags,
            "CXXFLAGS": cflags,
            "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer",
            "SANITIZER": sanitizer,
            "FUZZING_ENGINE": "libfuzzer",
            "ARCHITECTURE": "x86_64",
        },
        check=True,
    )
    lines = (folder / "work/cpython/commands").read_text().splitlines()
    return {line.split()[0]: line.split()[1:] for line in lines}


@pytest.mark.parametrize("sanitizer", FLAGS)
def test_only_what_is_fuzzed_has_counters(
    folder: pathlib.Path, sanitizer: str
) -> None:
    commands = build(folder, sanitizer, f"{FLAGS[sanitizer]} {COUNTERS}")
    assert set(commands) == COVERED | {"Objects/abstract.o"}
    with_counters = {name for name, words in commands.items() if COUNTERS in words}
    assert with_counters == COVERED
    assert all(FLAGS[sanitizer] in words for words in commands.values())


def test_what_cpython_does_on_purpose_is_no_finding(folder: pathlib.Path) -> None:
    for name, words in build(folder, "undefined", FLAGS["undefined"]).items():
        off: set[str] = set()
        for word in words:
            option, _, checks = word.partition("=")
            if option == "-fno-sanitize":
                off.update(checks.split(","))
            elif option == "-fsanitize":
                off.difference_update(checks.split(","))
        assert {"shift", "unsigned-integer-overflow", "alignment"} <= off, name


def test_the_harness_keeps_its_flags(folder: pathlib.Path) -> None:
    flags = f"{FLAGS['address']} {COUNTERS}"
    build(folder, "address", flags)
    for name in ("sequence_fuzz", "cpython_sequence_fuzz"):
        assert (folder / "out" / name).read_text().strip() == flags


# Reads its arguments, as our targets do.
TARGET = """\
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp((*argv)[i], "-runs=1") == 0) {
            puts(getenv("PYTHONHOME"));
        }
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return data && size ? 0 : -1;
}
"""


@pytest.mark.parametrize("sanitizer", FLAGS)
def test_a_target_finds_the_library_beside_it(
    tmp_path: pathlib.Path, sanitizer: str
) -> None:
    source, target = tmp_path / "target.c", tmp_path / "target"
    source.write_text(TARGET)
    home = ROOT / "oss-fuzz/python_home.c"
    flags = ["-O1", f"-fsanitize=fuzzer,{sanitizer}"]
    subprocess.run(
        [f"clang-{LLVM}", *flags, source, home, "-o", target],
        check=True,
    )
    done = subprocess.run(
        [target, "-runs=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'cpython'}\n"
