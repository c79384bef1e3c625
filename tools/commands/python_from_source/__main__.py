"""tools/python-from-source: builds a CPython under instruments."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from tools.commands.python_from_source import build, source
from tools.commands.python_from_source.recipe import SANITIZERS, Options
from tools.lib.arguments import Parser, number, one_of
from tools.lib.places import start_folder
from tools.lib.problem import exit_status

ABOUT = """\
Builds a CPython under instruments and prints the path of its interpreter, which
tools/conformance and tools/fuzz --implementation take. A build is kept in
~/.cache/capsule-contract/pythons; the second call prints the path at once."""

MORE = """\
SOURCE is a source tree, an archive of one (.tar.gz, .tar.xz), or 3.11 or 3.13:
Debian's source package, which apt-get downloads and verifies. The versions 3.11
and newer can be built. The source itself stays as it is.

The interpreter has only the extension modules that the tests need. A build takes
some minutes, with --optimize 0 a quarter of that. After Ctrl-C the next call
continues where the build stopped.

Exit status: 0 the interpreter exists, 2 bad input or a failed build.

  tools/python-from-source 3.13 --sanitizer address --coverage
  tools/python-from-source ~/cpython --free-threaded --sanitizer thread
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("tools/python-from-source", ABOUT, MORE)
    parser.add_argument("source", metavar="SOURCE", help="see below")
    parser.add_argument(
        "--free-threaded",
        action="store_true",
        help="build without the global lock (3.13 or newer)",
    )
    parser.add_argument(
        "--sanitizer",
        type=one_of(SANITIZERS),
        metavar="NAME",
        help=f"compile with a sanitizer: {', '.join(SANITIZERS)}",
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="compile Objects/capsule.c so that a fuzz engine is guided by its "
        "coverage, and llvm-cov shows its coverage",
    )
    parser.add_argument(
        "--optimize",
        type=number(0, 3),
        default=1,
        metavar="N",
        help="the compiler's level of optimisation, 0 to 3 (default 1)",
    )
    parser.add_jobs("compilers")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    given = parse(arguments)
    options = Options(
        given.free_threaded, given.sanitizer, given.coverage, given.optimize
    )
    found = source.find(given.source, start_folder())
    print(build.Build(found, options, given.jobs).run())
    return 0


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "python-from-source",
            lambda: main(sys.argv[1:]),
            "interrupted; the next call continues",
        )
    )
