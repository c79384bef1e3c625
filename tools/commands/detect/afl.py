"""AFL++ on the bytes of programs, where it is installed: Bazel does not know
it, so what it fuzzes is compiled here, by afl-clang-fast.

Its coverage is that of the reference alone, as with the other engines.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

from tools.commands.detect import report
from tools.lib.places import workspace_folder
from tools.lib.problem import Problem

TOOLS = ("afl-fuzz", "afl-clang-fast", "clang-14")

ROOT = workspace_folder()
FLAGS = (
    *("-std=c11", "-O1", "-w", "-fPIC", "-I."),
    "-Icapsule/reference/include",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)
OTHER_MAINS = ("prog_tool.c", "check.c")

# A run that takes longer hangs.
SECONDS = 300

_STATISTIC = re.compile(r"^(execs_done|saved_crashes) +: (\d+)$", re.M)


def is_installed():
    return all(map(shutil.which, TOOLS))


def _harness():
    folders = ("fuzz/program", "fuzz/model", "fuzz/executor")
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).glob("*.c"))
        if path.name not in OTHER_MAINS
    ] + [
        ROOT / path
        for path in (
            "fuzz/driver/runner.c",
            "fuzz/driver/target.c",
            "fuzz/driver/sanitizer_options.c",
            "capsule/contract.c",
            "capsule/profile.c",
            "capsule/host_allocator.c",
        )
    ]


def _reference():
    return [
        path
        for folder in ("capsule/reference", "capsule/runtime")
        for path in sorted((ROOT / folder).glob("*.c"))
    ]


def _digest():
    """Of all that is compiled or included."""
    digest = hashlib.sha1(repr(FLAGS).encode())
    for folder in ("capsule", "fuzz"):
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix in (".c", ".h", ".def"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Afl:
    """Builds each bug once, and runs it."""

    def __init__(self, folder, targets, workers):
        self._digest = _digest()
        self._folder = folder.absolute() / f"afl-{self._digest}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._locks = {}
        self._lock = threading.Lock()
        self._objects = [
            ("clang-14", path) for path in _harness()
        ] + [("afl-clang-fast", path) for path in _reference()]
        mains = [("clang-14", ROOT / f"fuzz/{name}.c") for name in targets]
        mains.append(("afl-clang-fast", ROOT / "tests/bugs/afl.c"))
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(self._compile, [*self._objects, *mains]))

    def conditions(self, planted, most):
        patch = hashlib.sha1(planted.patch.encode()).hexdigest()[:16]
        return f"{self._digest} {patch} {most}"

    def _object(self, path):
        name = str(path.relative_to(ROOT)).replace("/", "_")
        return self._folder / f"{name}.o"

    def _compile(self, compiler_and_path):
        compiler, path = compiler_and_path
        if not self._object(path).exists():
            _make(self._object(path), compiler, *FLAGS, "-c", path)

    def _build(self, planted, target):
        """The program with the bug."""
        with self._lock:
            lock = self._locks.setdefault(planted.name, threading.Lock())
        program = self._folder / f"{planted.name}-{target}"
        with lock:
            if not program.exists():
                self._link(planted, target, program)
        return program

    def _link(self, planted, target, program):
        name = f"{planted.path.parent.name}.c"
        source = next(path for path in _reference() if path.name == name)
        broken = self._folder / f"{planted.name}.o"
        with tempfile.TemporaryDirectory() as folder:
            patched = pathlib.Path(folder) / source.name
            _run(
                *("patch", "--quiet", "--follow-symlinks", "--fuzz=0"),
                *(f"--output={patched}", source, planted.path),
            )
            _make(broken, "afl-clang-fast", *FLAGS, "-c", patched)
        paths = [path for _, path in self._objects if path != source]
        paths += [ROOT / f"fuzz/{target}.c", ROOT / "tests/bugs/afl.c"]
        _make(
            program,
            *("afl-clang-fast", "-fsanitize=address,undefined", broken),
            *map(self._object, paths),
        )

    def fuzz(self, planted, target, seed, most):
        """(executions until the first crash or None, the finding)"""
        program = self._build(planted, target)
        environment = _environment(planted)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "in").mkdir()
            # What libFuzzer begins with.
            (folder / "in/seed").write_bytes(b"\n")
            ended = subprocess.run(
                [
                    *("afl-fuzz", "-i", folder / "in", "-o", folder / "out"),
                    *("-s", str(seed), "-E", str(most)),
                    *("-m", "none", "-t", "1000", "--", program),
                ],
                env=environment,
                cwd=folder,
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
            statistics = folder / "out/default/fuzzer_stats"
            if not statistics.exists():
                last = ended.stdout.decode(errors="replace").splitlines()[-3:]
                raise Problem(
                    f"afl-fuzz does not run here: {' '.join(last)}; leave afl "
                    "out of --methods"
                )
            numbers = dict(_STATISTIC.findall(statistics.read_text()))
            crashes = sorted(folder.glob("out/default/crashes/id:*"))
            if not crashes:
                return None, None
            finding = _finding(program, crashes[0], environment, folder)
            return int(numbers["execs_done"]), finding


def _environment(planted):
    environment = {
        **os.environ,
        "AFL_NO_UI": "1",
        "AFL_NO_AFFINITY": "1",
        "AFL_SKIP_CPUFREQ": "1",
        "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
        "AFL_BENCH_UNTIL_CRASH": "1",
        "ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0:"
        "malloc_context_size=0",
        "UBSAN_OPTIONS": "abort_on_error=1:symbolize=0",
    }
    if planted.profile:
        environment["CAPSULE_PROFILE"] = planted.profile
    return environment


def _finding(program, crash, environment, folder):
    with open(crash, "rb") as file:
        done = subprocess.run(
            [program],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            timeout=SECONDS,
            check=False,
        )
    found = report.findings(done.stdout.decode(errors="replace"))
    return found[0] if found else "crash"


def _make(output, *command):
    """Runs the compiler; what it makes is there whole or not at all."""
    part = output.with_name(output.name + ".part")
    _run(*command, "-o", part)
    os.replace(part, output)


def _run(*command):
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, "AFL_QUIET": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        first = next(iter(done.stdout.splitlines()), "no word")
        raise Problem(f"{command[0]}: {first}; leave afl out of --methods")
