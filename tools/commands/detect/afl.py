"""A fuzz target under AFL++ that looks like one under libFuzzer.

usage: afl.py ENGINE MUTATOR -seed=N -runs=N ...

Runs ENGINE, a target linked with //fuzz/engines:afl, from one tiny input, with
MUTATOR as the custom mutator, until a finding or the last execution. Prints what
tools/detect reads of libFuzzer: the report and the number of executions. Flags of
libFuzzer that AFL++ has no word for are ignored.

Exit status: 0 nothing found, 77 a finding, 2 afl-fuzz did not run.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from tools.commands.fuzz import afl

_EXECUTIONS = re.compile(r"^execs_done +: (\d+)$", re.MULTILINE)


def _show(engine: str, path: pathlib.Path, environment: dict[str, str]) -> None:
    """Runs the input, which prints the report."""
    with open(path, "rb") as file:
        subprocess.run(
            [engine], stdin=file, env=environment, cwd=path.parent, check=False
        )


def main(argv: list[str]) -> int:
    engine, mutator = (str(pathlib.Path(path).absolute()) for path in argv[:2])
    flags = dict(word[1:].split("=", 1) for word in argv[2:])
    environment = {
        **os.environ,
        **afl.ENVIRONMENT,
        "AFL_CUSTOM_MUTATOR_LIBRARY": mutator,
        "AFL_CUSTOM_MUTATOR_ONLY": "1",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ended = subprocess.run(
            [
                *("afl-fuzz", "-i", afl.seeds([], folder / "in")),
                *("-o", folder / "out", "-s", flags["seed"]),
                *("-E", flags["runs"], "-m", "none", "-t", "10000"),
                *("--", engine),
            ],
            env=environment,
            cwd=folder,  # reports leave C files
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            check=False,
        )
        if "results in a crash" in ended.stdout:
            # afl-fuzz does not go on where its only input fails.
            _show(engine, next((folder / "in").iterdir()), environment)
            print("stat::number_of_executed_units: 1", flush=True)
            return 77
        statistics = folder / "out/default/fuzzer_stats"
        if not statistics.exists():
            print(ended.stdout, file=sys.stderr)
            return 2
        executions = _EXECUTIONS.findall(statistics.read_text())[0]
        findings = sorted(folder.glob("out/default/[ch]*s/id:*"))
        if findings:
            _show(engine, findings[0], environment)
        print(f"stat::number_of_executed_units: {executions}", flush=True)
        return 77 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
