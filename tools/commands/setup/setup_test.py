"""Tests of tools/setup with a temporary root folder and a fake apt-get."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import pytest

TOOLS = pathlib.Path(__file__).parents[2]
SETUP = TOOLS / "setup"
NEEDS = TOOLS / "commands/setup/needs"

# The programs in the tests' PATH. Bazel is not among them, because tools/setup
# behaves differently if it finds a Bazel in PATH.
PROGRAMS = "bash cat env grep mktemp mv readlink rm sed sort tail tr"


# The beginning of a fake apt-get; the commands after it run for `install` only.
INSTALLS = "[[ $* == *install* ]] || exit 0; "


class System:
    """A fake system: one folder in place of /, and another one as PATH."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        self.bazelrc = folder / "system.bazelrc"
        self.root.mkdir()
        self.bin.mkdir()
        self.calls.touch()
        for tool in PROGRAMS.split():
            (self.bin / tool).symlink_to(f"/usr/bin/{tool}")
        self.program("id", "echo 0")

    def program(self, name: str, script: str) -> None:
        """Adds a program to PATH that records its calls."""
        path = self.bin / name
        log = "" if name == "id" else f'echo "{name} $*" >>{self.calls}\n'
        path.write_text(f"#!/bin/bash\n{log}{script}\n")
        path.chmod(0o755)

    def setup(
        self, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", SETUP, *arguments],
            env={
                **os.environ,
                "PATH": str(self.bin),
                "CAPSULE_SETUP_ROOT": str(self.root),
                "CAPSULE_SETUP_BAZELRC": str(self.bazelrc),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def install(
        self,
        but: tuple[str, ...] = (),
        llvm: int = 19,
        groups: tuple[str, ...] = (),
    ) -> None:
        """Creates the files of all packages, or of the packages in `groups`."""
        for group, patterns in re.findall(
            r"^group +(\S+) +\S+ +(/.*)$", NEEDS.read_text(), re.M
        ):
            for name in patterns.split():
                if name not in but and (not groups or group in groups):
                    self.touch(name.replace("@", str(llvm)).replace("*", "x"))

    def touch(self, name: str) -> pathlib.Path:
        path = self.root / name[1:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path


@pytest.fixture(name="system")
def fixture_system(tmp_path: pathlib.Path) -> System:
    return System(tmp_path)


def test_nothing_missing_prints_nothing_and_calls_nothing(system: System) -> None:
    system.install()
    system.program("apt-get", "")
    done = system.setup()
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert system.calls.read_text() == ""


def test_installs_exactly_what_is_missing(system: System) -> None:
    system.install(but=("/usr/bin/make",))
    system.program("apt-get", INSTALLS + f": >{system.root}/usr/bin/make")
    done = system.setup()
    assert done.stdout == "setup: installing make (a few minutes)\n"
    assert (done.stderr, done.returncode) == ("", 0)
    assert system.calls.read_text().splitlines() == [
        "apt-get -q -y update",
        "apt-get -q -y install --no-install-recommends make",
    ]


def test_one_of_two_files_missing_is_missing(system: System) -> None:
    system.install(but=("/usr/include/python3*/Python.h",))
    done = system.setup()
    assert done.returncode == 2
    assert re.search("python3-dev +no .*/Python.h$", done.stderr)
    assert "python3-config" not in done.stderr


def test_without_apt_says_what_is_needed_and_where_it_looked(system: System) -> None:
    done = system.setup()
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    packages = system.setup("--list").stdout.split()
    assert len(packages) > 10
    assert [line.split()[0] for line in lines[1:]] == packages
    assert all(f" {system.root}/usr/" in line for line in lines[1:])


def test_without_root_through_sudo(system: System) -> None:
    system.install(but=("/usr/bin/make",))
    system.program("id", "echo 1000")
    system.program("sudo", 'exec "$@"')
    system.program("apt-get", INSTALLS + f": >{system.root}/usr/bin/make")
    assert system.setup().returncode == 0
    assert system.calls.read_text().splitlines()[0] == (
        "sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y update"
    )


def test_without_root_and_sudo(system: System) -> None:
    system.install(but=("/usr/bin/make",))
    system.program("id", "echo 1000")
    system.program("apt-get", "")
    done = system.setup()
    assert done.returncode == 2
    assert done.stderr == (
        "setup: not root, and there is no sudo; run as root: "
        "apt-get install --no-install-recommends make\n"
    )
    assert system.calls.read_text() == ""


def test_apt_fails(system: System) -> None:
    system.program("apt-get", "echo Reading; echo 'E: no space left'; exit 100")
    done = system.setup()
    assert done.returncode == 1
    assert done.stderr == (
        "setup: 'apt-get update' failed: E: no space left; "
        "check network and disk, then run tools/setup again\n"
    )


def test_apt_succeeds_but_installs_nothing(system: System) -> None:
    system.install(but=("/usr/bin/make",))
    system.program("apt-get", "")
    done = system.setup()
    assert done.returncode == 1
    assert "these are still missing" in done.stderr
    assert f"no {system.root}/usr/bin/make" in done.stderr


def test_help(system: System) -> None:
    done = system.setup("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: tools/setup")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--x"], "unknown flag '--x'"),
        (["x"], "there is no command 'x'"),
        (["t.st"], "there is no command 't.st'"),
        (["test", "fuzz"], "too many arguments"),
        (["--list", "test", "fuzz"], "too many arguments"),
    ],
)
def test_bad_arguments(
    system: System, arguments: list[str], message: str
) -> None:
    done = system.setup(*arguments)
    assert done.returncode == 2
    assert done.stderr == f"setup: {message}; try tools/setup --help\n"


def packages(system: System, *command: str) -> set[str]:
    """Returns the packages that `tools/setup --list` prints."""
    done = system.setup("--list", *command)
    assert (done.stderr, done.returncode) == ("", 0)
    return set(done.stdout.split())


def test_a_command_needs_no_more_than_its_groups(system: System) -> None:
    needed = packages(system, "conformance")
    assert {"clang-19", "googletest", "python3-rich"} <= needed
    assert not [name for name in needed if "bazel" in name or "jdk" in name]
    assert packages(system, "package") == {"make", "python3", "python3-dev"}


def test_without_a_command_all_packages_are_needed(system: System) -> None:
    commands = re.findall(r"^command (\S+)", NEEDS.read_text(), re.M)
    assert len(commands) > 8
    of_each = [packages(system, command) for command in commands]
    assert set().union(*of_each) == packages(system)


def test_each_command_has_groups_that_exist(system: System) -> None:
    text = NEEDS.read_text()
    groups = set(re.findall(r"^group (\S+)", text, re.M))
    for line in re.findall(r"^command +\S+ +(.*)$", text, re.M):
        assert set(line.split()) <= groups


def test_what_another_command_needs_is_not_installed(system: System) -> None:
    system.install(groups=("clang", "googletest", "python", "rich", "jinja2"))
    assert system.setup("conformance").returncode == 0
    assert system.setup("test").returncode == 2  # there is no apt-get


def test_without_clang_19_takes_the_newest(system: System) -> None:
    system.install(llvm=21)
    system.touch("/usr/bin/clang-9")
    done = system.setup()
    assert done.stdout == "setup: clang 21 is the compiler from now on\n"
    assert system.bazelrc.read_text() == "build --repo_env=CC=clang-21\n"
    assert system.setup().stdout == ""  # said once


def test_clang_19_is_taken_where_there_is_a_newer_one(system: System) -> None:
    system.install(llvm=21)
    system.install(llvm=19)
    assert (system.setup().stdout, system.bazelrc.exists()) == ("", False)


def test_the_environment_chooses_the_compiler(system: System) -> None:
    system.install(llvm=21)
    system.install(llvm=19)
    done = system.setup(CAPSULE_LLVM="21")
    assert done.stdout == "setup: clang 21 is the compiler from now on\n"
    assert "clang-21" in system.bazelrc.read_text()
    done = system.setup()
    assert done.stdout == "setup: clang 19 is the compiler from now on\n"
    assert not system.bazelrc.exists()


def test_clang_19_is_installed_where_apt_has_it(system: System) -> None:
    system.install(llvm=21)
    system.program("apt-cache", '[[ "$*" == "show clang-19" ]]')
    install = " ".join(
        f"mkdir -p {path.parent}; : >{path};"
        for path in (
            system.root / "usr/bin/clang-19",
            system.root / "usr/bin/llvm-symbolizer-19",
            system.root / "usr/lib/llvm-19/bin/ld.lld",
            system.root / "usr/lib/llvm-19/lib/clang/19/lib/x/libclang_rt.asan.a",
        )
    )
    (system.bin / "mkdir").symlink_to("/usr/bin/mkdir")
    system.program("apt-get", INSTALLS + install)
    done = system.setup("prog")
    assert (done.stderr, done.returncode) == ("", 0)
    installing, chosen = done.stdout.splitlines()
    assert "clang-19 libclang-rt-19-dev lld-19 llvm-19" in installing
    assert chosen == "setup: clang 19 is the compiler from now on"


def test_a_command_without_a_compiler_names_no_compiler(system: System) -> None:
    system.install(groups=("python", "make"))
    done = system.setup("package")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_newest_of_apt_is_installed_where_none_is(system: System) -> None:
    system.program(
        "apt-cache", "[[ $1 != show ]] && printf 'clang-%s\\n' 9 21 20 x 100x"
    )
    system.program("apt-get", "")
    done = system.setup("prog")
    assert "clang-21 g++ libclang-rt-21-dev" in done.stdout


def test_cbmc_is_installed_where_apt_has_it(system: System) -> None:
    system.install(but=("/usr/bin/cbmc",))
    system.program("apt-cache", '[[ "$*" == "show cbmc" ]]')
    system.program("apt-get", INSTALLS + f": >{system.root}/usr/bin/cbmc")
    done = system.setup("prove")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "setup: installing cbmc (a few minutes)\n"
    assert "cbmc" in packages(system, "prove")


def test_cbmc_is_not_needed_where_apt_lacks_it(system: System) -> None:
    system.install(but=("/usr/bin/cbmc",))
    system.program("apt-cache", "exit 100")
    system.program("apt-get", "")
    done = system.setup("prove")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert "apt-get" not in system.calls.read_text()
    assert not [name for name in packages(system, "prove") if "cbmc" in name]


def test_apt_may_know_cbmc_only_after_the_update(system: System) -> None:
    system.install(but=("/usr/bin/cbmc", "/usr/bin/make"))
    updated = system.root / "updated"
    system.program("apt-cache", f'[[ "$*" == "show cbmc" && -e {updated} ]]')
    system.program(
        "apt-get",
        f": >{updated}; "
        + INSTALLS
        + f": >{system.root}/usr/bin/cbmc; : >{system.root}/usr/bin/make",
    )
    done = system.setup("test")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "setup: installing cbmc make (a few minutes)\n"


@pytest.mark.parametrize(
    "version, expected",
    [("4.2.3- (@non-git)", ""), ("7.7.1", "common --config=debian-modules\n")],
)
def test_newer_bazel_gets_modules_of_the_system(
    system: System, version: str, expected: str
) -> None:
    system.install()
    bazel = system.touch("/usr/bin/bazel")
    bazel.write_text(f"#!/bin/bash\necho bazel {version}\n")
    bazel.chmod(0o755)
    assert system.setup().returncode == 0
    written = system.bazelrc.read_text() if system.bazelrc.exists() else ""
    assert written == expected


def test_a_bazel_from_elsewhere_needs_no_modules(system: System) -> None:
    system.program("bazel", "echo bazel 8.4.2")
    assert not [name for name in packages(system, "test") if "bazel" in name]
    system.install(groups=("clang",))
    assert system.setup("prog").returncode == 0
    assert not system.bazelrc.exists()


def test_a_bad_version_of_clang(system: System) -> None:
    done = system.setup(CAPSULE_LLVM="new")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "setup: CAPSULE_LLVM: 'new' is not a version of clang, such as 19; "
        "try tools/setup --help\n"
    )
