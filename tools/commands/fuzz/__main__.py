"""tools/fuzz: builds a fuzz target, runs it, and keeps its findings."""

import argparse
import os
import pathlib
import subprocess
import sys
from collections.abc import Sequence

import rich.console

from tools.commands.fuzz import rules, seeds
from tools.commands.fuzz.build import (
    REFERENCE,
    add_implementation,
    build,
    build_labels,
    check_instruments,
    check_profile,
    flags_of,
    folder_word,
    known_implementations,
    known_targets,
    profile_of,
    runs_programs,
)
from tools.commands.fuzz.options import Options, Tools
from tools.commands.fuzz.session import ENGINES, Session
from tools.commands.fuzz.workspace import Workspace
from tools.lib.arguments import Parser, number, one_of
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import Problem, exit_status

ABOUT = """\
Fuzzes an implementation: runs random programs on it and checks each result
against the contract. Installs missing packages and builds the target first."""

MORE = """\
Corpus, findings and damaged files are kept in out/<target>, or in
out/<target>-<implementation> for an implementation other than the reference.
Each job has its own seed. On the reference, each job of libFuzzer follows another
profile, which is printed.
Jobs of libFuzzer merge their inputs into the corpus when the run ends. Jobs of
AFL++ (a main instance and secondary ones) exchange inputs while they run. Both
engines start from the same corpus and add to it.

Exit status: 0 nothing found, 1 a finding or a failure, 2 bad input.

  tools/fuzz                               sequence_fuzz for a minute
  tools/fuzz name --seconds 3600 --jobs 2  an hour on two cores
  tools/fuzz --seed 7 --fresh -- -runs=100000   a reproducible run
  tools/fuzz --engine afl --jobs 2         AFL++ on two cores
  tools/fuzz --seeds DIR                   start from what tools/check --record
      DIR has recorded
  tools/fuzz --rules                       which target exercises which rule
  tools/fuzz --implementation cpython      the system's CPython
  tools/fuzz --implementation /path/to/python3
                                           another CPython; a build of
      tools/python-from-source --coverage guides the engine
"""


# The profiles that the jobs of a run follow in turn: first the target's own.
_PROFILES = ("", "cpython-3.11", "cpython-2.7", "cpython-3.8")


def parse(
    argv: list[str], targets: list[str], implementations: list[str]
) -> tuple[argparse.Namespace, list[str]]:
    """Returns (the tool's arguments, the engine's flags, which follow `--`)."""
    end = argv.index("--") if "--" in argv else len(argv)
    flags = argv[end + 1 :]
    parser = Parser(
        "tools/fuzz",
        ABOUT,
        MORE,
        usage="tools/fuzz [TARGET] [--seconds N] [--jobs N] [--seed N] "
        "[--fresh] [--seeds DIR]\n"
        "                  [--implementation NAME] [--engine NAME]\n"
        "                  [-- -engine_flag=value ...]\n"
        "       tools/fuzz --rules",
    )
    parser.add_argument(
        "target",
        nargs="?",
        default="sequence_fuzz",
        help=f"one of {', '.join(targets)} (default sequence_fuzz); _fuzz may "
        "be left out",
    )
    parser.add_argument(
        "--seconds",
        type=number(1, 10**7),
        default=60,
        metavar="N",
        help="how long to run (default 60)",
    )
    parser.add_jobs("engine processes", default=1)
    parser.add_seed("the first job")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="start from an empty corpus, without the committed seeds; rename "
        "the working corpus to corpus.1, ...",
    )
    parser.add_argument(
        "--seeds",
        type=pathlib.Path,
        metavar="DIR",
        help="start from the programs (.prog) and inputs in this folder too",
    )
    parser.add_argument(
        "--rules",
        action="store_true",
        help="do not fuzz; print for each rule the number of its tests, the "
        "targets that can exercise the rule, the number of its programs in the "
        "corpora, and the reason if no target can (tab-separated if the output "
        "is not a terminal)",
    )
    add_implementation(parser, implementations)
    parser.add_argument(
        "--engine",
        type=one_of(ENGINES),
        default="libfuzzer",
        metavar="NAME",
        help=f"fuzzing engine: {', '.join(ENGINES)} (default libfuzzer)",
    )
    arguments = parser.parse_args(argv[:end])
    if arguments.rules and len(argv) > 1:
        raise Problem("--rules does not fuzz; remove the other arguments")
    ENGINES[arguments.engine].check_flags(flags)
    for name in (arguments.target, f"{arguments.target}_fuzz"):
        if name in targets:
            arguments.target = name
            return arguments, flags
    raise Problem(
        f"there is no target '{arguments.target}'; there are "
        f"{', '.join(targets)}"
    )


def profiles_of(
    arguments: argparse.Namespace, root: pathlib.Path
) -> Sequence[str]:
    """Returns the profiles that the jobs of a run follow in turn. The first job
    leaves the choice to the target."""
    only_one = (
        arguments.implementation != REFERENCE
        or arguments.engine != "libfuzzer"
        or "CAPSULE_PROFILE" in os.environ
        or not runs_programs(arguments.target, root)
        or profile_of(arguments.target, root)
    )
    return ("",) if only_one else _PROFILES


def install_afl(root: pathlib.Path) -> None:
    """Installs AFL++ if it is missing."""
    if subprocess.run([root / "tools/setup", "fuzz_afl"], check=False).returncode:
        raise Problem("AFL++ is not installed; see above")


def build_tools(
    target: str, flags: Sequence[str], root: pathlib.Path, engine: str
) -> Tools:
    """Builds the target and the other files that a run needs."""
    parts = ["_bin", "_corpus", "_dict", "_repro", "_minimize"]
    if engine == "afl":
        install_afl(root)
        parts.append("_afl")
        if runs_programs(target, root):
            parts.append("_afl_mutator")
    folder = build([f"{target}{part}" for part in parts], flags, root)
    files = [f"{target}{part}" for part in parts]
    files[2] = f"{target}.dict"
    return Tools(*(folder / file for file in files))


def pack_seeds(
    options: argparse.Namespace, workspace: Workspace, root: pathlib.Path
) -> pathlib.Path | None:
    """Returns the folder with the user's seeds as the engine reads them; None if
    there are none."""
    if not options.seeds:
        return None
    folder = start_folder() / options.seeds
    files = seeds.files_of(folder)
    packer = build_labels(["//fuzz/driver:pack"], [], root) / "fuzz/driver/pack"
    return seeds.pack(
        files,
        folder,
        workspace.folder / "seeds",
        packer,
        not runs_programs(options.target, root),
    )


def print_rules(targets: Sequence[str], root: pathlib.Path) -> int:
    names = [f"{target}_bin" for target in targets]
    folder = build(names, flags_of(REFERENCE), root)
    binaries = {target: folder / f"{target}_bin" for target in targets}
    rules.show(rules.rows(root, binaries), rich.console.Console(highlight=False))
    return 0


def main(argv: list[str]) -> int:
    root = workspace_folder()
    targets = known_targets(root)
    arguments, flags = parse(argv, targets, known_implementations(root))
    if arguments.rules:
        return print_rules(targets, root)
    target, implementation = arguments.target, arguments.implementation
    check_profile(target, implementation, root)
    check_instruments(implementation)
    build_flags = flags_of(implementation)
    name = target
    if implementation != REFERENCE:
        name = f"{target}-{folder_word(implementation)}"
    workspace = Workspace(root, name, start_folder())
    tools = build_tools(target, build_flags, root, arguments.engine)
    options = Options(
        arguments.jobs,
        arguments.seed,
        arguments.seconds,
        arguments.fresh,
        flags,
        build_flags,
        arguments.engine,
        pack_seeds(arguments, workspace, root),
        profiles_of(arguments, root),
    )
    return Session(target, tools, workspace, options).run()


if __name__ == "__main__":
    sys.exit(exit_status("fuzz", lambda: main(sys.argv[1:])))
