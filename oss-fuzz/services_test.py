"""The files that OSS-Fuzz, ClusterFuzzLite and GitHub read: linted, in line with
each other, and without a command that no test runs."""

from __future__ import annotations

import pathlib
import re
import subprocess

import pytest
import yaml  # type: ignore

from tools.commands.test.documented import ENTRIES

ROOT = pathlib.Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
YAML = [
    *WORKFLOWS,
    ROOT / ".clusterfuzzlite/project.yaml",
    ROOT / "oss-fuzz/project.yaml",
]

# A workflow itself installs the packages that the checkout needs, and
# interpreters.
INSTALL = re.compile(
    r"apt-get update && apt-get install -y --no-install-recommends "
    r"git ca-certificates( python3-all-dev pypy3 pypy3-dev)?"
)


def load(path: pathlib.Path) -> dict[str, object]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: pathlib.Path) -> list[dict[str, object]]:
    jobs = load(path)["jobs"]
    assert isinstance(jobs, dict)
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yamllint_has_no_remark(path: pathlib.Path) -> None:
    done = subprocess.run(
        ["yamllint", "--strict", "-c", ROOT / ".yamllint", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_each_command_of_a_workflow_is_run_by_continuous_integration() -> None:
    seen = 0
    for path in WORKFLOWS:
        for step in steps(path):
            command = str(step.get("run", ""))
            if not command or INSTALL.fullmatch(command):
                continue
            seen += 1
            assert any(
                re.fullmatch(entry.shown, command) for entry in ENTRIES
            ), f"{path.name}: tools/commands/test/documented.py lacks '{command}'"
    assert seen >= 2


def test_the_workflows_use_only_sanitizers_of_the_project() -> None:
    project = load(ROOT / "oss-fuzz/project.yaml")
    for path in WORKFLOWS:
        used = set(
            re.findall(r"sanitizer: (\w+)", path.read_text(encoding="utf-8"))
        )
        for matrix in re.findall(r"sanitizer: \[(.*)\]", path.read_text()):
            used.update(matrix.split(", "))
        assert used <= {*project["sanitizers"], "coverage"}, path.name  # type: ignore


def test_every_engine_and_sanitizer_of_the_project_is_built_by_a_test() -> None:
    project = load(ROOT / "oss-fuzz/project.yaml")
    built = set(
        re.findall(
            r'^    \("(\w+)", "(\w+)"\),$',
            (ROOT / "oss-fuzz/BUILD").read_text(encoding="utf-8"),
            re.M,
        )
    )
    wanted = {("libfuzzer", name) for name in project["sanitizers"]}  # type: ignore
    assert built == wanted | {("libfuzzer", "coverage"), ("afl", "address")}
    assert project["fuzzing_engines"] == ["libfuzzer", "afl"]


def installed(dockerfile: pathlib.Path) -> set[str]:
    text = dockerfile.read_text(encoding="utf-8").replace("\\\n", " ")
    packages = re.search(r"--no-install-recommends ([\w \-+]+)$", text, re.M)
    assert packages
    return set(packages[1].split())


def test_both_images_have_what_build_sh_calls() -> None:
    script = (ROOT / "oss-fuzz/build.sh").read_text(encoding="utf-8")
    for folder in ("oss-fuzz", ".clusterfuzzlite"):
        packages = installed(ROOT / folder / "Dockerfile")
        assert packages == {"make", "pkg-config", "zip"}
        for program in ("make", "zip"):
            assert re.search(rf"^ *{program} ", script, re.M)


def test_clusterfuzzlite_builds_what_oss_fuzz_builds(
    tmp_path: pathlib.Path,
) -> None:
    build = tmp_path / "capsule-contract/oss-fuzz/build.sh"
    build.parent.mkdir(parents=True)
    build.write_text("#!/bin/bash\necho called with $SANITIZER\n")
    build.chmod(0o755)
    done = subprocess.run(
        ["bash", ROOT / ".clusterfuzzlite/build.sh"],
        env={"PATH": "/usr/bin:/bin", "SRC": str(tmp_path), "SANITIZER": "memory"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "called with memory\n"
