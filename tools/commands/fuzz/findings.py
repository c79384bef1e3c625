"""Keeps the findings of a run, minimizes them and drops duplicates."""

import dataclasses
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence

from tools.commands.fuzz import corpus
from tools.commands.fuzz.engine import environment_of
from tools.commands.fuzz.log import Log
from tools.commands.fuzz.options import Job, Tools
from tools.lib import child


# The names that libFuzzer gives to the inputs of findings. A slow-unit-* file is
# only a warning, and a file that ends in .c is the C file of a report.
_NAME = re.compile("(crash|leak|timeout|oom)-[0-9a-f]{40}")

# The most seconds that minimizing one input may take.
_SECONDS = 60

# "FILE: GETP-3, 31 calls before, 4 after, 120 candidates"
_MINIMIZED = re.compile(
    r"^(?P<path>.*?\.min(\.prog)?): (?P<finding>.+), "
    r"(?P<before>\d+) (?P<unit>\w+) before, (?P<after>\d+) after, "
    r"\d+ candidates$",
    re.MULTILINE,
)


# The most often that an input runs in one process until its finding appears again.
_REPETITIONS = 20000

# "repeat N": the input must run N times
_REPEATED = re.compile(r"^repeat (\d+)$", re.MULTILINE)

# "after FILE", for an input that must run before
_EARLIER = re.compile(r"^after (.*)$", re.MULTILINE)


@dataclasses.dataclass
class Finding:
    """One finding.

    name     the class of the finding, such as GETP-3
    path     the input that the engine wrote
    smaller  the minimized input
    earlier  inputs that must run before, in the same process
    repeat   how often the input must run in one process
    profile  the profile that the implementation followed; "": the target's
    counts   the size of the input before and after, as text
    """

    name: str
    path: pathlib.Path
    report: str
    smaller: pathlib.Path | None = None
    earlier: Sequence[pathlib.Path] = ()
    repeat: int = 1
    profile: str = ""
    counts: str = ""
    c_file: pathlib.Path | None = None


def artifacts(
    folder: pathlib.Path
) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Returns (intact files, damaged files) of the findings in a folder."""
    intact, damaged = corpus.units(folder)
    return list(filter(_is_input, intact)), list(filter(_is_input, damaged))


def _is_input(path: pathlib.Path) -> bool:
    return bool(_NAME.fullmatch(path.name))


def collect(
    jobs: Iterable[Job], folder: pathlib.Path, tools: Tools
) -> tuple[list[Finding], list[pathlib.Path]]:
    """Copies the findings of all jobs into the folder and examines them.

    Returns (a Finding for each different finding, the damaged files).
    """
    found: dict[str, Finding] = {}
    damaged: list[pathlib.Path] = []
    for job in jobs:
        intact, cut = artifacts(job.artifacts)
        damaged += cut
        for path in intact:
            corpus.publish(path, corpus.make_folder(folder))
            before = path.with_name(f"{path.name}.before")
            if before.is_dir():
                shutil.copytree(
                    before, folder / before.name, dirs_exist_ok=True
                )
            finding = examine(folder / path.name, tools, job.log, job.profile)
            if not finding.c_file:
                _keep_c_file(finding, job.artifacts, folder)
            found.setdefault(finding.name, finding)
    return list(found.values()), damaged


def _keep_c_file(
    finding: Finding, source: pathlib.Path, folder: pathlib.Path
) -> None:
    """Keeps the C file of the engine's own report, if there is one. Changes the
    path in the report to that of the kept file."""
    c_file = source / f"{finding.path.name}.c"
    if c_file.exists():
        corpus.publish(c_file, folder)
        finding.c_file = folder / c_file.name
        finding.report = finding.report.replace(str(c_file), str(finding.c_file))


def examine(
    path: pathlib.Path, tools: Tools, log: Log, profile: str = ""
) -> Finding:
    """Minimizes the input at `path`, runs the result, and returns the
    Finding."""
    minimize = [tools.minimize, f"--seconds={_SECONDS}", path]
    run = _run(minimize, profile)
    match = _MINIMIZED.search(run.stdout)
    before = path.with_name(f"{path.name}.before")
    if not match:
        run = _run([*minimize[:2], f"--repeat={_REPETITIONS}", path], profile)
        match = _MINIMIZED.search(run.stdout)
    if not match and before.is_dir():
        run = _run([*minimize[:2], f"--before={before}", path], profile)
        match = _MINIMIZED.search(run.stdout)
    if run.returncode != 0 or not match:
        name = path.name.partition("-")[0] + ", not seen again by itself"
        return Finding(name, path, log.report(), profile=profile)
    earlier = [path.parent / name for name in _EARLIER.findall(run.stdout)]
    repeated = _REPEATED.search(run.stdout)
    finding = Finding(
        match["finding"],
        path,
        "",
        earlier=earlier,
        repeat=int(repeated[1]) if repeated else 1,
        profile=profile,
    )
    if earlier or finding.repeat > 1:
        finding.name += ", depends on earlier programs"
    finding.smaller = path.parent / match["path"]
    finding.counts = (
        f"({match['before']} {match['unit']}, minimised to {match['after']})"
    )
    _show(finding, tools)
    return finding


def repetition_flags(finding: Finding) -> list[str]:
    """Returns the flags of the repro command that repeat the input."""
    return [f"--repeat={finding.repeat}"] if finding.repeat > 1 else []


def _show(finding: Finding, tools: Tools) -> None:
    """Runs the minimized input and keeps its report and its C file."""
    path = finding.path
    command = [
        tools.repro,
        f"--artifact_prefix={path}.",
        *repetition_flags(finding),
        *finding.earlier,
        *([finding.smaller] if finding.smaller else []),
    ]
    run = _run(command, finding.profile)
    if "use-after-poison" in run.stderr:
        # malloc() remembers where memory was allocated and freed.
        with_stacks = _run(
            command, finding.profile, {"CAPSULE_ALLOCATOR": "malloc"}
        )
        if "\nfreed by thread" in with_stacks.stderr:
            run = with_stacks
    # The report of a program contains the program. For other inputs, the repro
    # command prints the input to stdout.
    has_program = "\n  program\n" in run.stderr
    finding.report = run.stderr if has_program else run.stdout + run.stderr
    for source in path.parent.glob(f"{path.name}.*.c"):
        finding.c_file = path.with_name(f"{path.name}.min.c")
        finding.report = finding.report.replace(
            str(source), str(finding.c_file)
        )
        source.rename(finding.c_file)


def _run(
    command: Sequence[object], profile: str, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return child.run(command, {**environment_of(profile), **(more or {})})
