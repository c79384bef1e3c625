"""The version of LLVM whose programs (clang, llvm-nm) the tools call."""

import functools
import subprocess

from tools.lib.places import workspace_folder


@functools.cache
def versioned(program: str) -> str:
    """Returns the name of an LLVM program on this machine: clang-19."""
    command = [workspace_folder() / "tools/lib/llvm_version"]
    version = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    return f"{program}-{version}" if version else program
