"""tools/contract: prints the contract as a page or as JSON."""

from __future__ import annotations

import argparse
import sys

from tools.commands.contract.page import PAGE, page
from tools.lib import contract as contracts
from tools.lib.arguments import Parser
from tools.lib.places import workspace_folder
from tools.lib.problem import exit_status
from tools.lib.whole_file import write_whole

ABOUT = """\
Prints the contract: every rule with its source, its tests and its programs. The
page docs/contract.md is the saved output."""

MORE = """\
Run `tools/contract --write` after a change of capsule/contract.def or
capsule/profile.def, of the name of a rule test, or of the first line of a program
in corpus/.

  tools/contract
  tools/contract --write
  tools/contract --json
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser("tools/contract", ABOUT, MORE)
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--write", action="store_true", help=f"write the page to {PAGE} instead of printing it"
    )
    action.add_argument(
        "--json", action="store_true", help="print the contract as JSON"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    root = workspace_folder().resolve()
    if options.json:
        print(contracts.json_of(root), end="")
        return 0
    text = page(root, contracts.read(root))
    if not options.write:
        print(text, end="")
        return 0
    write_whole(root / PAGE, text)
    return 0


if __name__ == "__main__":
    sys.exit(exit_status("contract", lambda: main(sys.argv[1:])))
