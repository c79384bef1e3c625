"""Tests of tools/setup, on a root folder of their own with a false apt-get."""

import os
import pathlib
import re
import subprocess

import pytest

SETUP = pathlib.Path(__file__).parent / "setup"


class System:
    """A system whose / is a folder and whose PATH is another."""

    def __init__(self, folder):
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        self.root.mkdir()
        self.bin.mkdir()
        self.calls.touch()
        for tool in "cat env grep mktemp rm tail".split():
            (self.bin / tool).symlink_to(f"/usr/bin/{tool}")
        self.program("id", "echo 0")

    def program(self, name, script):
        """Puts a program into PATH; it notes how it is called."""
        path = self.bin / name
        log = "" if name == "id" else f'echo "{name} $*" >>{self.calls}\n'
        path.write_text(f"#!/bin/bash\n{log}{script}\n")
        path.chmod(0o755)

    def setup(self, *arguments):
        return subprocess.run(
            ["/bin/bash", SETUP, *arguments],
            env={
                **os.environ,
                "PATH": str(self.bin),
                "CAPSULE_SETUP_ROOT": str(self.root),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, but=()):
        """Puts every file in place that setup looks for."""
        for pattern in re.findall(r"^\S+ +(/\S.*)$", SETUP.read_text(), re.M):
            for name in pattern.split():
                path = self.root / name[1:].replace("*", "x")
                if name not in but:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.touch()


@pytest.fixture(name="system")
def fixture_system(tmp_path):
    return System(tmp_path)


def test_nothing_missing_prints_nothing_and_calls_nothing(system):
    system.install()
    system.program("apt-get", "")
    done = system.setup()
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert system.calls.read_text() == ""


def test_installs_exactly_what_is_missing(system):
    system.install(but=("/usr/bin/patch",))
    system.program("apt-get", f": >{system.root}/usr/bin/patch")
    done = system.setup()
    assert done.stdout == "setup: installing patch (a few minutes)\n"
    assert (done.stderr, done.returncode) == ("", 0)
    assert system.calls.read_text().splitlines() == [
        "apt-get -q -y update",
        "apt-get -q -y install --no-install-recommends patch",
    ]


def test_one_of_two_files_missing_is_missing(system):
    system.install(but=("/usr/include/python3*/Python.h",))
    done = system.setup()
    assert done.returncode == 2
    assert re.search("python3-dev +no .*/Python.h$", done.stderr)
    assert "python3-config" not in done.stderr


def test_without_apt_says_what_is_needed_and_where_it_looked(system):
    done = system.setup()
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    packages = system.setup("--list").stdout.split()
    assert len(packages) > 10
    assert [line.split()[0] for line in lines[1:]] == packages
    assert all(f" {system.root}/usr/" in line for line in lines[1:])


def test_without_root_through_sudo(system):
    system.install(but=("/usr/bin/patch",))
    system.program("id", "echo 1000")
    system.program("sudo", 'exec "$@"')
    system.program("apt-get", f": >{system.root}/usr/bin/patch")
    assert system.setup().returncode == 0
    assert system.calls.read_text().splitlines()[0] == (
        "sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y update"
    )


def test_without_root_and_sudo(system):
    system.install(but=("/usr/bin/patch",))
    system.program("id", "echo 1000")
    system.program("apt-get", "")
    done = system.setup()
    assert done.returncode == 2
    assert done.stderr == (
        "setup: not root, and there is no sudo; run as root: "
        "apt-get install --no-install-recommends patch\n"
    )
    assert system.calls.read_text() == ""


def test_apt_fails(system):
    system.program("apt-get", "echo Reading; echo 'E: no space left'; exit 100")
    done = system.setup()
    assert done.returncode == 1
    assert done.stderr == (
        "setup: 'apt-get update' failed: E: no space left; "
        "check network and disk, then run tools/setup again\n"
    )


def test_apt_succeeds_but_installs_nothing(system):
    system.install(but=("/usr/bin/patch",))
    system.program("apt-get", "")
    done = system.setup()
    assert done.returncode == 1
    assert "these lack still" in done.stderr
    assert f"no {system.root}/usr/bin/patch" in done.stderr


def test_help(system):
    done = system.setup("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: tools/setup")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--x"], "unknown flag '--x'"),
        (["x"], "unknown argument 'x'"),
        (["--list", "x"], "too many arguments"),
    ],
)
def test_bad_arguments(system, arguments, message):
    done = system.setup(*arguments)
    assert done.returncode == 2
    assert done.stderr == f"setup: {message}; try tools/setup --help\n"
