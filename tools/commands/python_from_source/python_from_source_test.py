"""Tests of tools/python-from-source: arguments, sources, flags and the cache.

A real build takes minutes. Here the source is a tree of four small files, whose
`configure` writes a Makefile that installs a shell script as the interpreter."""

from __future__ import annotations

import json
import pathlib
import subprocess
import tarfile

import pytest

from tools.commands.python_from_source import __main__ as command
from tools.commands.python_from_source import build, recipe, source
from tools.commands.python_from_source.recipe import Options
from tools.lib import instruments
from tools.lib.problem import Problem, exit_status

_CONFIGURE = """\
#!/bin/sh
echo configured >>"{count}"
prefix=$(echo "$*" | sed 's/.*--prefix=\\([^ ]*\\).*/\\1/')
case "$*" in *--disable-gil*) t=t ;; *) t= ;; esac
echo build/lib >pybuilddir.txt
mkdir -p build/lib
echo described >build/lib/_sysconfigdata_x.py
cat >Makefile <<END
BUILDPYTHON = python
all:
\t@{make}
altbininstall inclinstall libainstall sharedinstall:
\tmkdir -p \\$(DESTDIR)$prefix/bin \\$(DESTDIR)$prefix/lib/python3.13$t
\tprintf '#!/bin/sh\\\\nexit {status}\\\\n' >\\$(DESTDIR)$prefix/bin/python3.13
\tchmod +x \\$(DESTDIR)$prefix/bin/python3.13
\ttest -z "$t" || cp \\$(DESTDIR)$prefix/bin/python3.13 \\$(DESTDIR)$prefix/bin/python3.13t
END
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    return tmp_path / "cache/capsule-contract/pythons"


def make_tree(
    tmp_path: pathlib.Path, make: str = "true", status: int = 0
) -> pathlib.Path:
    tree = tmp_path / "cpython"
    for name, text in {
        "configure": _CONFIGURE.format(
            count=tmp_path / "count", make=make, status=status
        ),
        "Include/patchlevel.h": '#define PY_VERSION "3.13.5"\n',
        "Objects/capsule.c": "int x;\n",
        "Modules/Setup.stdlib.in": "@MODULE_ZLIB_TRUE@zlib zlibmodule.c\n",
        "Lib/json.py": "",
        "Lib/test/test_json.py": "",
    }.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tree / "configure").chmod(0o755)
    return tree


def run(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    status = exit_status("python-from-source", lambda: command.main(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_build_appears_whole_and_is_made_once(
    tmp_path: pathlib.Path, cache: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tree(tmp_path)
    status, said, steps = run(capsys, "cpython", "--coverage")
    assert status == 0, steps
    interpreter = pathlib.Path(said.strip())
    assert steps.splitlines() == [
        f"python-from-source: {step}"
        for step in ("unpack", "configure", "compile", "install", "try")
    ]
    folder = interpreter.parents[1]
    assert [path.name for path in cache.iterdir()] == [folder.name]
    assert folder.name.startswith("cpython-coverage-O1-")
    assert (folder / "src/Objects/capsule.c").exists()
    library = folder / "lib/python3.13"
    assert sorted(path.name for path in library.iterdir()) == [
        "_sysconfigdata_x.py",
        "json.py",
    ]
    record = json.loads((folder / instruments.RECORD).read_text())
    assert record["version"] == "3.13.5"
    assert instruments.of(interpreter) == instruments.Instruments(coverage=True)
    assert run(capsys, "cpython", "--coverage") == (0, said, "")
    assert (tmp_path / "count").read_text() == "configured\n"


def test_each_choice_has_a_folder_of_its_own(tmp_path: pathlib.Path) -> None:
    tree = make_tree(tmp_path)
    first = source.find("cpython", tmp_path)
    choices = [
        Options(),
        Options(free_threaded=True),
        Options(sanitizer="thread"),
        Options(coverage=True),
        Options(level=0),
    ]
    names = {build.folder_of(first, options).name for options in choices}
    assert len(names) == len(choices)
    (tree / "Objects/capsule.c").write_text("int y;\n")
    second = source.find("cpython", tmp_path)
    assert build.folder_of(second, Options()).name not in names


def test_an_archive_is_a_source(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = make_tree(tmp_path)
    with tarfile.open(tmp_path / "python.tar.gz", "w:gz") as archive:
        archive.add(tree, "Python-3.13.5")
    status, said, errors = run(capsys, "python.tar.gz")
    assert status == 0, errors
    assert "/python-O1-" in said


def test_a_free_threaded_build_has_a_library_of_its_own(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tree(tmp_path)
    status, said, errors = run(capsys, "cpython", "--free-threaded")
    assert status == 0, errors
    interpreter = pathlib.Path(said.strip())
    assert interpreter.resolve().name == "python3.13t"
    assert (interpreter.parents[1] / "lib/python3.13t/json.py").exists()


def test_a_failed_build_says_why_and_continues_later(
    tmp_path: pathlib.Path, cache: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = tmp_path / "good"
    make_tree(tmp_path, make=f"test -e {good} || {{ echo 'x.c:1: error: y'; false; }}")
    status, said, errors = run(capsys, "cpython")
    assert (status, said) == (2, "")
    last = errors.splitlines()[-1]
    assert last.startswith(
        "python-from-source: the step 'compile' failed: x.c:1: error: y; see "
    )
    assert pathlib.Path(last.rpartition(" see ")[2]).exists()
    assert [path.suffix for path in cache.iterdir()] == [".build"]
    good.touch()
    assert run(capsys, "cpython")[0] == 0
    assert (tmp_path / "count").read_text() == "configured\n"
    assert len(list(cache.iterdir())) == 1


def test_an_interpreter_that_does_not_run_is_not_kept(
    tmp_path: pathlib.Path, cache: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tree(tmp_path, status=3)
    status, said, errors = run(capsys, "cpython")
    assert (status, said) == (2, "")
    assert "the step 'try' failed: status 3; see " in errors
    assert [path.suffix for path in cache.iterdir()] == [".build"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nothing"], "there is no source 'nothing'; give a source tree, an archive"),
        (["."], ". is no source tree of CPython; give a folder with Objects/"),
        (["bad.tar.gz"], "bad.tar.gz is no archive; get it again"),
        (["cpython", "--sanitizer", "leak"], "there is no 'leak'; there are address,"),
        (["cpython", "--optimize=4"], "'4' is not a whole number from 0 to 3"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    tmp_path: pathlib.Path,
    cache: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    make_tree(tmp_path)
    (tmp_path / "bad.tar.gz").write_text("text")
    status, said, errors = run(capsys, *arguments)
    assert (status, said, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("python-from-source: ") and words in errors
    assert not cache.exists()


def test_any_other_interpreter_has_no_instruments(tmp_path: pathlib.Path) -> None:
    nothing = instruments.Instruments()
    assert instruments.of(pathlib.Path("/usr/bin/python3")) == nothing
    (tmp_path / instruments.RECORD).write_text("[]")
    assert instruments.of(tmp_path / "bin/python3") == nothing


def test_a_version_that_cannot_be_built_like_that_is_refused() -> None:
    recipe.check(Options(free_threaded=True), "3.14.0rc1")
    recipe.check(Options(), "3.11.2")
    with pytest.raises(Problem, match="no free-threaded build; give 3.13"):
        recipe.check(Options(free_threaded=True), "3.12.1")
    with pytest.raises(Problem, match="too old to be built here; give 3.11"):
        recipe.check(Options(), "3.9.2")


def test_flags_follow_the_options() -> None:
    plain = recipe.environment(Options())
    assert "sanitize" not in plain["CFLAGS"] + plain["LDFLAGS"]
    assert "LIBS" not in plain
    thread = recipe.environment(Options(sanitizer="thread", coverage=True, level=0))
    assert "-fsanitize=thread" in thread["CFLAGS"]
    assert "-fsanitize=thread" in thread["LDFLAGS"]
    assert "-O0" in thread["OPT"] and "profile" in thread["LIBS"]
    prefix = pathlib.Path("/prefix")

    def arguments(options: Options) -> list[str]:
        return recipe.configure_arguments(options, prefix, pathlib.Path("/work"))

    assert "--without-pymalloc" in arguments(Options(sanitizer="address"))
    free = arguments(Options(free_threaded=True, sanitizer="thread"))
    assert "--disable-gil" in free and "--without-pymalloc" not in free


def test_only_the_capsules_have_counters() -> None:
    folders = [pathlib.Path(name) for name in ("/tree", "/prefix", "/work")]
    assert "capsule" not in recipe.makefile_lines(Options(), *folders)
    lines = recipe.makefile_lines(Options(coverage=True), *folders)
    (line,) = [line for line in lines.splitlines() if "-fsanitize-coverage" in line]
    assert line.startswith("Objects/capsule.o: ")


def test_modules_that_no_test_needs_are_left_out() -> None:
    text = recipe.setup_local(
        "# about\n*shared*\n@MODULE_MATH_TRUE@math mathmodule.c\n"
        "@MODULE__LSPROF_TRUE@_lsprof _lsprof.c rotatingtree.c\n#xx xx.c\n"
    )
    lines = text.splitlines()
    assert lines[0] == "*disabled*"
    assert {"_lsprof", "xx", "_tkinter"} <= set(lines) and "math" not in lines


def test_the_interpreter_links_with_the_hooks_alone(tmp_path: pathlib.Path) -> None:
    """Instrumented code with coverage_hooks.h needs no fuzz engine."""
    here = pathlib.Path(build.__file__).parent
    main = tmp_path / "main.c"
    main.write_text("int main(int n, char **a) { (void)a; return n > 1; }\n")
    command_line = [
        *("clang-19", "-fsanitize-coverage=inline-8bit-counters,pc-table"),
        *("-include", str(here / "coverage_hooks.h")),
        *(str(main), str(here / "sanitizer_options.c"), "-o", str(tmp_path / "main")),
    ]
    subprocess.run(command_line, check=True)
    assert subprocess.run([tmp_path / "main"], check=False).returncode == 0


