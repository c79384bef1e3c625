"""Builds the small extension modules and runs them under the checker."""

import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator

from tools.commands.check import build, channel
from tools.commands.check.findings import Finding, Report, report_of
from tools.lib.places import workspace_folder

ROOT = workspace_folder()
FOLDER = ROOT / "tests/check"

# The program for a module that has none of its own.
USUAL = """\
import extension

made = extension.make()
if hasattr(extension, "use"):
    extension.use(made)
"""


def pythons() -> list[str]:
    """Returns the interpreters to test: $CHECK_PYTHONS, or the system's."""
    return os.environ.get("CHECK_PYTHONS", "/usr/bin/python3").split()


def must_run(command: list[str]) -> None:
    """Runs a command that has to succeed."""
    subprocess.run(command, check=True)


def output_of(command: list[str]) -> str:
    """Returns what a command prints that has to succeed."""
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def include_folder(python: str) -> str:
    """Returns where the interpreter's Python.h is."""
    code = "import sysconfig; print(sysconfig.get_paths()['include'])"
    return output_of([python, "-c", code])


def compile_extension(
    source: pathlib.Path, python: str, folder: pathlib.Path, *flags: str
) -> None:
    """Builds folder/extension.so, and library.so from SOURCE.library.c."""
    compiler = "c++" if source.suffix == ".cc" else build.compiler()
    usual = [compiler, "-g", "-O1", "-shared", "-fPIC", "-w", f"-I{ROOT}"]
    jobs = [(source, "extension.so")]
    library = source.with_suffix(".library.c")
    if library.exists():
        jobs.append((library, "library.so"))
    for file, name in jobs:
        subprocess.run(
            [
                *usual,
                f"-I{include_folder(python)}",
                str(file),
                "-o",
                str(folder / name),
                "-ldl",
                *flags,
            ],
            check=True,
        )


def run_program(
    command: list[str], folder: pathlib.Path, **more: str
) -> tuple[subprocess.CompletedProcess[str], Report]:
    """Runs a command under the checker; returns how it ended, and the report."""
    reports = folder / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir()
    variables = {
        **os.environ,
        "LD_PRELOAD": str(build.built(ROOT)),
        "CAPSULE_CHECK_DIR": str(reports),
        "PYTHONPATH": str(folder),
        **more,
    }
    run = subprocess.run(
        command, env=variables, capture_output=True, text=True, cwd=folder
    )
    return run, report_of(channel.read_all(reports))


def run_extension(
    source: pathlib.Path, python: str, folder: pathlib.Path
) -> tuple[subprocess.CompletedProcess[str], Report]:
    """Builds an extension and runs its program under the checker."""
    compile_extension(source, python, folder)
    program = folder / "program.py"
    own = source.with_suffix(".program")
    program.write_text(own.read_text() if own.exists() else USUAL)
    return run_program([python, str(program)], folder)


def _rows(finding: Finding) -> Iterator[str]:
    yield f"{finding.level} {finding.rule}: {finding.sentence}"
    if finding.at:
        yield f"  where {finding.at}"
    for frame in finding.python:
        yield f"  python {os.path.basename(frame)}"
    if finding.made:
        yield f"  made {finding.made}"
    if finding.made_python:
        yield f"  made in {os.path.basename(finding.made_python)}"
    if finding.origin_at and finding.origin_at.object_name == "extension.so":
        yield f"  {finding.origin} {finding.origin_at}"
    if finding.times > 1:
        yield f"  times {finding.times}"


def shown(report: Report) -> str:
    """Returns the report without what differs between machines and Pythons."""
    rows = [row for finding in report.findings for row in _rows(finding)]
    text = "".join(row + "\n" for row in rows)
    return re.sub(r"\+0x[0-9a-f]+", "+0x..", text)
