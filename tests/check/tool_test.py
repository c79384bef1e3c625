"""tools/check as its users run it: reports, formats, exit status, bad input."""

import json
import os
import pathlib
import signal
import subprocess
import xml.etree.ElementTree as xml

import pytest

from tests.check import running

TOOL = running.ROOT / "tools/check"
PYTHON = running.pythons()[0]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The shared object is built once, in a folder of this test."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A program with one error: the name is freed."""
    return made("broken/name_freed.c", tmp_path_factory.mktemp("broken"))


@pytest.fixture(scope="module")
def suspicious(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A program with one warning: the name is edited."""
    return made("broken/name_edited.c", tmp_path_factory.mktemp("suspicious"))


def line_of(source: str, text: str) -> int:
    """Returns the number of the line in which the text stands."""
    lines = (running.FOLDER / source).read_text().splitlines()
    return next(i for i, line in enumerate(lines, 1) if text in line)


LINE = line_of("broken/name_freed.c", "PyCapsule_GetPointer")


def made(source: str, folder: pathlib.Path) -> pathlib.Path:
    running.compile_extension(running.FOLDER / source, PYTHON, folder)
    program = folder / "program.py"
    program.write_text(running.USUAL)
    return program


def check(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOL), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **more},
    )


def test_an_error_is_status_23(broken: pathlib.Path) -> None:
    run = check("--", PYTHON, broken)
    assert run.returncode == 23, run.stderr
    assert "ERROR NEW-5: the name \"demo.freed\" was freed" in run.stderr
    assert f"where     use() in extension.so, name_freed.c:{LINE}" in run.stderr
    assert "1 error, 0 warnings" in run.stderr
    assert "called by" not in run.stderr  # the caller is the interpreter
    assert "docs/authors.md says" in run.stderr


def test_a_warning_is_status_1_only_with_strict(suspicious: pathlib.Path) -> None:
    assert check("--", PYTHON, suspicious).returncode == 0
    assert check("--strict", "--", PYTHON, suspicious).returncode == 1


def test_the_status_of_the_program_goes_before(broken: pathlib.Path) -> None:
    code = f"exec(open({str(broken)!r}).read()); raise SystemExit(7)"
    run = check("--", PYTHON, "-c", code, PYTHONPATH=str(broken.parent))
    assert run.returncode == 7
    assert "ERROR NEW-5" in run.stderr


def test_ignored_findings_are_counted(
    broken: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    run = check("--ignore", "NEW-5:extension*", "--", PYTHON, broken)
    assert run.returncode == 0
    assert "0 errors, 0 warnings, 1 ignored" in run.stderr
    assert check("--ignore", "NEW-5:other*", "--", PYTHON, broken).returncode == 23
    file = tmp_path / "known"
    file.write_text("# known since last year\n\nNEW-*  # all of them\n")
    assert check("--suppressions", file, "--", PYTHON, broken).returncode == 0


def test_the_formats(broken: pathlib.Path, tmp_path: pathlib.Path) -> None:
    flags = [
        f"--{name}={tmp_path / name}" for name in ("json", "html", "junit", "sarif")
    ]
    check(*flags, "--", PYTHON, broken)
    report = json.loads((tmp_path / "json").read_text())
    assert report["errors"] == 1
    assert report["findings"][0]["at"]["line"] == f"name_freed.c:{LINE}"
    suite = xml.parse(tmp_path / "junit").getroot()[0]
    assert suite.get("failures") == "1"
    sarif = json.loads((tmp_path / "sarif").read_text())
    result = sarif["runs"][0]["results"][0]
    assert (result["ruleId"], result["level"]) == ("NEW-5", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == LINE
    page = (tmp_path / "html").read_text()
    assert "demo.freed" in page and "http" not in page


def test_children_are_joined(broken: pathlib.Path) -> None:
    code = f"""
import os, subprocess, sys
program = {str(broken)!r}
exec(open(program).read())
if os.fork() == 0:
    extension.use(made)   # known from the parent
    os._exit(0)
os.wait()
subprocess.run([sys.executable, program], check=True)
"""
    run = check("--", PYTHON, "-c", code, PYTHONPATH=str(broken.parent))
    assert run.stderr.count("ERROR") == 1, run.stderr
    assert "3 processes" in run.stderr


def test_a_crash_is_reported_and_stays_a_crash(tmp_path: pathlib.Path) -> None:
    program = made("broken/null_dereferenced.c", tmp_path)
    run = check("--", PYTHON, program)
    assert run.returncode == 128 + 11
    assert "ended by SIGSEGV" in run.stderr
    assert 'PyCapsule_GetPointer("demo.wrong")' in run.stderr


def test_a_jump_to_code_that_is_gone_is_reported(tmp_path: pathlib.Path) -> None:
    program = made("broken/dlpack_deleter_unloaded.c", tmp_path)
    run = check("--", PYTHON, program)
    assert run.returncode == 128 + 11
    assert "ERROR BUG-3" in run.stderr and "ended by SIGSEGV" in run.stderr


def test_the_program_sees_its_own_python_path(tmp_path: pathlib.Path) -> None:
    code = "import os; print(os.environ.get('PYTHONPATH'))"
    run = check("--", PYTHON, "-c", code, PYTHONPATH="/somewhere")
    assert run.stdout == "/somewhere\n"


def test_a_child_that_inherits_the_preload_alone_works(
    tmp_path: pathlib.Path,
) -> None:
    program = made("sound/context_is_an_object.c", tmp_path)
    code = f"""
import os, subprocess, sys
variables = {{**os.environ}}
del variables["CAPSULE_CHECK_DIR"]
subprocess.run([sys.executable, {str(program)!r}], env=variables, check=True)
"""
    run = check("--", PYTHON, "-c", code)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "no command"),
        (["--", "there_is_no_such_program"], "there is no program"),
        (["--ignore", "two words", "--", "true"], "is no pattern"),
        (["--suppressions", "/no/file", "--", "true"], "cannot be read"),
        (["--leaks", "none", "--", "true"], "whole number"),
        (["--html", "/no/folder/x.html", "--", "true"], "cannot be written"),
        (["--json", "/", "--", "true"], "cannot be written"),
        (["--json", "/dev/full", "--", "true"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], words: str) -> None:
    run = check(*arguments)
    assert run.returncode == 2
    assert words in run.stderr
    assert run.stderr.startswith("check: ") and run.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["json", "html", "junit", "sarif"])
def test_a_report_whose_folder_vanishes_is_one_line(
    name: str, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    code = f"import os; os.rmdir({str(folder)!r})"
    run = check(f"--{name}", folder / "report", "--", PYTHON, "-c", code)
    assert run.returncode == 2, run.stderr
    last = run.stderr.splitlines()[-1]
    assert last.startswith("check: ") and "cannot be written" in last


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGKILL, 137), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_the_program_and_then_comes_the_report(
    number: int, status: int, broken: pathlib.Path
) -> None:
    code = f"""
import os
exec(open({str(broken)!r}).read())
os.kill(os.getpid(), {int(number)})
import time
time.sleep(60)
"""
    run = check("--", PYTHON, "-c", code, PYTHONPATH=str(broken.parent))
    assert run.returncode == status, run.stderr
    assert "ERROR NEW-5" in run.stderr
    assert "not checked: leaks of 1 process" in run.stderr


def test_ctrl_c_reaches_the_program_and_not_the_launcher(
    broken: pathlib.Path,
) -> None:
    code = f"""
exec(open({str(broken)!r}).read())
print("ready", flush=True)
import time
time.sleep(60)
"""
    process = subprocess.Popen(
        [str(TOOL), "--", PYTHON, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(broken.parent)},
    )
    assert process.stdout and process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    _, report = process.communicate()
    assert process.returncode == 130, report
    assert "KeyboardInterrupt" in report and "ERROR NEW-5" in report


def test_no_compiler_is_one_line(tmp_path: pathlib.Path) -> None:
    run = check("--", "true", CC="there_is_no_such_compiler")
    assert run.returncode == 2
    assert run.stderr.startswith("check: there is no C compiler")


def test_a_compiler_that_cannot_optimize_all_files_together_does(
    broken: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    compiler, calls = tmp_path / "cc", tmp_path / "calls"
    compiler.write_text(
        f'#!/bin/sh\necho "$@" >> {calls}\n'
        'case "$*" in *-flto*) echo no linker plugin >&2; exit 1;; esac\n'
        'exec cc "$@"\n'
    )
    compiler.chmod(0o755)
    run = check("--", PYTHON, broken, CC=str(compiler))
    assert run.returncode == 23, run.stderr
    assert len(calls.read_text().splitlines()) == 2


def test_a_run_without_an_interpreter_says_so() -> None:
    run = check("--", "true")
    assert run.returncode == 2
    assert "not checked: anything" in run.stderr


def test_a_python_without_the_api_says_so(tmp_path: pathlib.Path) -> None:
    source, program = tmp_path / "program.c", tmp_path / "python3"
    source.write_text("int main(void) { return 0; }\n")
    running.must_run(["cc", "-s", str(source), "-o", str(program)])
    run = check("--", program)
    assert run.returncode == 2
    assert "not checked: this Python exports no PyCapsule_New" in run.stderr


@pytest.mark.parametrize(
    "flags, mode, words",
    [
        ([], 0o4755, "is setuid or setgid"),
        (["-static"], 0o755, "is linked statically"),
    ],
)
def test_a_program_without_preload_says_so(
    flags: list[str], mode: int, words: str, tmp_path: pathlib.Path
) -> None:
    source, program = tmp_path / "program.c", tmp_path / "program"
    source.write_text("int main(void) { return 0; }\n")
    running.must_run(["cc", str(source), "-o", str(program), *flags])
    program.chmod(mode)
    run = check("--", program)
    assert run.returncode == 2
    assert f"not checked: anything: {program} {words}" in run.stderr


def test_another_allocator_is_named(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "allocator.c"
    source.write_text(
        "#include <stddef.h>\nvoid __libc_free(void *);\n"
        "void free(void *p) { __libc_free(p); }\n"
        "int __asan_init;\n"
    )
    library = tmp_path / "libasan_like.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", str(source), "-o", str(library)], check=True
    )
    run = check("--", PYTHON, "-c", "pass", LD_PRELOAD=str(library))
    assert run.returncode == 0
    assert "not checked: the heap is not watched" in run.stderr


def test_another_allocator_may_be_preloaded(broken: pathlib.Path) -> None:
    """jemalloc stands before the checker, and frees after it."""
    jemalloc = next(pathlib.Path("/usr/lib").glob("*/libjemalloc.so.2"))
    run = check("--", PYTHON, broken, LD_PRELOAD=str(jemalloc))
    assert run.returncode == 23, run.stderr
    assert "ERROR NEW-5" in run.stderr and "not checked" not in run.stderr


def test_addresssanitizer_may_be_preloaded() -> None:
    name = "libclang_rt.asan-x86_64.so"
    runtime = running.output_of(["clang-19", f"-print-file-name={name}"])
    code = "import datetime; print('as without'); raise SystemExit(7)"
    run = check(
        *("--", PYTHON, "-c", code),
        LD_PRELOAD=runtime,
        ASAN_OPTIONS="detect_leaks=0",
    )
    assert (run.returncode, run.stdout) == (7, "as without\n"), run.stderr
    assert "not checked: the heap is not watched: AddressSanitizer" in run.stderr
    assert "0 errors, 0 warnings" in run.stderr


def stand_in(folder: pathlib.Path, *flags: str) -> pathlib.Path:
    """Builds the stand-in for a free-threaded interpreter."""
    program = folder / "python3.14t"
    source = running.FOLDER / "free_threaded.c"
    usual = ["cc", "-g", "-w", "-rdynamic", str(source), "-o", str(program), "-ldl"]
    running.must_run([*usual, *flags])
    return program


def test_a_free_threaded_interpreter(tmp_path: pathlib.Path) -> None:
    run = check("--", stand_in(tmp_path))
    assert run.returncode == 23, run.stderr
    assert "1 error, 0 warnings; 6 calls, 3 capsules, 1 process" in run.stderr
    assert "ERROR DTOR-8" in run.stderr and "keep_reference() in" in run.stderr
    assert "are not held in a free-threaded build" in run.stderr


def test_an_unknown_layout_is_status_2(tmp_path: pathlib.Path) -> None:
    run = check("--", stand_in(tmp_path, "-DNAME=7"))
    assert run.returncode == 2, run.stderr
    assert "not checked: the layout of PyCapsule_Type is unknown" in run.stderr
