"""Measures what tools/check costs: the same program with and without it."""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable

from tools.commands.bench.measure import Failed, Places, Row, by_turns
from tools.commands.check import build
from tools.lib.places import workspace_folder

PYTHON = "/usr/bin/python3"

# The measurements: (what, unit, modules that it needs, code that prints numbers
# of that unit). CPU is that of the process from its start.
_CPU = "import resource as r; u = r.getrusage(r.RUSAGE_SELF); "
_TOTAL = f"{_CPU}print((u.ru_utime + u.ru_stime) * 1e3)"
_MEMORY = (
    "import resource as r; print(r.getrusage(r.RUSAGE_SELF).ru_maxrss * 1024 / n)"
)
_CALLS = "import check_calls as c; "
_DLPACK = (
    "import numpy as n, time; a = n.arange(4.); f = n.from_dlpack; "
    "t = time.process_time(); [f(a) for i in range(100000)]; "
    "print((time.process_time() - t) * 1e9 / 1e5)"
)
# Each array asks for the capsule of NumPy's memory functions several times.
_ARRAYS = (
    "import numpy as n, time; a = n.arange(4.); t = time.process_time(); "
    "[a + 1.0 for i in range(200000)]; "
    "print((time.process_time() - t) * 1e9 / 2e5)"
)
# Capsules are made, imported, asked and ended by three libraries.
_CAPSULES = (
    "import numpy as n, time; from scipy.spatial.distance import cdist\n"
    "g = n.random.default_rng(1); t = time.process_time()\n"
    "for i in range(2000):\n"
    "    x = g.random((20, 3)); n.from_dlpack(cdist(x, x)).sum()\n"
    "    n.linalg.inv(x[:3] @ x[:3].T + n.eye(3)); n.random.default_rng(i)\n"
    "print((time.process_time() - t) * 1e6 / 2e3)"
)
CASES: list[tuple[str, str, list[str], str]] = [
    ("python3 -c pass", "ms", [], _TOTAL),
    ("import numpy", "ms", ["numpy"], f"import numpy; {_TOTAL}"),
    (
        "import numpy, scipy.linalg, pandas",
        "ms",
        ["numpy", "scipy", "pandas"],
        f"import numpy, scipy.linalg.cython_lapack, pandas; {_TOTAL}",
    ),
    ("numpy.from_dlpack", "ns", ["numpy"], _DLPACK),
    ("numpy, a small array", "ns", ["numpy"], _ARRAYS),
    ("generator, tensor, distances", "us", ["numpy", "scipy"], _CAPSULES),
    ("PyCapsule_GetPointer", "ns", [], f"{_CALLS}print(c.get_pointer(10**6))"),
    ("PyCapsule_New and end", "ns", [], f"{_CALLS}print(c.make_and_end(10**5))"),
    ("capsule of 10,000", "ns", [], f"{_CALLS}print(c.live_together(10**4))"),
    ("capsule of 1,000,000", "ns", [], f"{_CALLS}print(c.live_together(10**6))"),
    (
        "memory of 1,000,000 capsules",
        "bytes each",
        [],
        f"{_CALLS}n = 10**6; c.live_together(n); {_MEMORY}",
    ),
]


def _compile(folder: pathlib.Path, source: pathlib.Path) -> None:
    include = sysconfig.get_paths()["include"]
    command = [build.compiler(), "-O2", "-shared", "-fPIC", "-w", f"-I{include}"]
    command += [str(source), "-o", str(folder / "check_calls.so")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"check_calls.c cannot be built: {done.stderr[-300:]}")


def _is_there(modules: list[str]) -> bool:
    code = "".join(f"import {module}; " for module in modules) or "pass"
    return not subprocess.run([PYTHON, "-c", code], capture_output=True).returncode


def _runner(
    code: str, folder: pathlib.Path, checker: pathlib.Path | None
) -> Callable[[], float]:
    """Returns a function that runs the code and returns the number it prints."""
    variables = {**os.environ, "PYTHONPATH": str(folder)}
    reports = folder / "reports"
    if checker:
        variables |= {"LD_PRELOAD": str(checker), "CAPSULE_CHECK_DIR": str(reports)}

    def run() -> float:
        shutil.rmtree(reports, ignore_errors=True)
        reports.mkdir()
        done = subprocess.run(
            [PYTHON, "-c", code], env=variables, capture_output=True, text=True
        )
        if done.returncode:
            raise Failed(f"'{code}' fails: {done.stderr[-300:]}")
        return float(done.stdout)

    return run


def measure(places: Places, options: argparse.Namespace) -> list[Row]:
    """Returns a row for each case whose modules are installed."""
    checker = build.built(workspace_folder())
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        _compile(folder, places.bench / "check_calls.c")
        for what, unit, modules, code in CASES:
            if not _is_there(modules):
                continue
            rounds = by_turns(
                options.rounds,
                {
                    "plain": _runner(code, folder, None),
                    "checked": _runner(code, folder, checker),
                },
            )
            plain, checked = (statistics.median(rounds[k]) for k in ("plain", "checked"))
            pairs = zip(rounds["plain"], rounds["checked"])
            rows.append(
                {
                    "what": what,
                    "unit": unit,
                    "plain": plain,
                    "checked": checked,
                    "more": checked - plain,
                    "ratio": statistics.median(b / a for a, b in pairs),
                }
            )
    return rows


TITLE = "Programs under tools/check against the same without (CPU time)"
COLUMNS = ("what", "unit", "plain", "checked", "more", "ratio")
