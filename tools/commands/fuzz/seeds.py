"""tools/fuzz --seeds: programs of the user as inputs that a run starts from."""

import pathlib
import shutil
import subprocess

from tools.commands.fuzz.corpus import readable_folder
from tools.lib.problem import Problem


def files_of(folder: pathlib.Path) -> list[pathlib.Path]:
    """Returns the files of the user's folder and its subfolders; there must be
    one."""
    found = sorted(p for p in readable_folder(folder).rglob("*") if p.is_file())
    if not found:
        raise Problem(f"{folder} has no file; name a folder of programs or inputs")
    return found


def pack(
    files: list[pathlib.Path],
    folder: pathlib.Path,
    packed: pathlib.Path,
    packer: pathlib.Path,
    as_bytes: bool,
) -> pathlib.Path:
    """Writes the files of `folder` as an engine reads them into the folder
    `packed`, which is made anew. Returns `packed`."""
    shutil.rmtree(packed, ignore_errors=True)
    packed.mkdir(parents=True)
    flags = ["--bytes"] if as_bytes else []
    command: list[str | pathlib.Path] = [packer, *flags, packed, folder, *files]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        line = run.stderr.strip().splitlines()[-1]
        raise Problem(f"{line}; mend or remove the file")
    return packed
