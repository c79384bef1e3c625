"""What a run found: kept, made small, and told once."""

import re
import subprocess

import corpus
from engine import end_with_parent

# What libFuzzer calls the files of findings; slow-unit-* is only a remark.
_KINDS = ("crash-", "leak-", "timeout-", "oom-")

# Seconds that making an input small may take.
_SECONDS = 60

# "FILE: GETP-3, 31 calls before, 4 after, 120 candidates"
_MINIMIZED = re.compile(
    r"^(?P<path>.*): (?P<finding>[^\n]+), "
    r"(?P<before>\d+) (?P<unit>\w+) before, (?P<after>\d+) after, "
    r"\d+ candidates$",
    re.MULTILINE,
)


class Finding:
    def __init__(self, name, path, report):
        self.name = name  # "GETP-3"
        self.path = path  # what the engine wrote
        self.report = report
        self.smaller = None  # the minimised input
        self.counts = ""
        self.companions = []  # C files


def artifacts(folder):
    """(intact, damaged) files of findings."""
    intact, damaged = corpus.units(folder)
    return (
        [path for path in intact if path.name.startswith(_KINDS)],
        [path for path in damaged if path.name.startswith(_KINDS)],
    )


def collect(jobs, folder, tools):
    """Takes the findings of all jobs into the folder.

    Returns (a Finding for each that differs, damaged files).
    """
    found, damaged = {}, []
    for job in jobs:
        intact, cut = artifacts(job.artifacts)
        damaged += cut
        for path in intact:
            corpus.publish(path, corpus.make_folder(folder))
            finding = examine(folder / path.name, tools, job.log)
            found.setdefault(finding.name, finding)
    return list(found.values()), damaged


def examine(path, tools, log):
    """Makes the input at path small, and runs what remains; a Finding."""
    run = _run([tools.minimize, f"--seconds={_SECONDS}", path])
    match = _MINIMIZED.search(run.stdout)
    if run.returncode != 0 or not match:
        name = path.name.partition("-")[0] + ", not seen again by itself"
        return Finding(name, path, log.report())
    smaller = path.parent / match["path"]
    prefix = f"{path}."
    shown = _run([tools.repro, f"--artifact_prefix={prefix}", smaller])
    finding = Finding(match["finding"], path, shown.stdout)
    finding.smaller = smaller
    finding.counts = (
        f"({match['before']} {match['unit']}, minimised to {match['after']})"
    )
    finding.companions = sorted(path.parent.glob(f"{path.name}.*.c"))
    return finding


def _run(command):
    return subprocess.run(
        [str(argument) for argument in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        preexec_fn=end_with_parent,
        check=False,
    )
