"""`bazel run //fuzz:<target>_run -- FLAG...`: fuzzes until Ctrl-C.

usage: run.py TARGET BINARY SEEDS DICTIONARY REPRO MINIMIZE [FLAG...]

The flags go to libFuzzer. tools/fuzz runs the same code with its own flags.
"""

import pathlib
import sys

from tools.commands.fuzz.engine import check_flags
from tools.commands.fuzz.options import Options, Tools
from tools.commands.fuzz.session import Session
from tools.commands.fuzz.workspace import Workspace
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import exit_status


def main(argv: list[str]) -> int:
    target, *paths = argv[: 1 + len(Tools._fields)]
    flags = argv[1 + len(Tools._fields) :]
    if "--help" in flags:
        print(__doc__.strip())
        return 0
    check_flags(flags)
    tools = Tools(*(pathlib.Path(path).resolve() for path in paths))
    workspace = Workspace(workspace_folder(), target, start_folder())
    return Session(target, tools, workspace, Options(flags=flags)).run()


if __name__ == "__main__":
    sys.exit(exit_status("run", lambda: main(sys.argv[1:])))
