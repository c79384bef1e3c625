"""Where things are. `bazel run` starts a program in another folder, and tells
it where the user stands."""

import os
import pathlib


def start_folder() -> pathlib.Path:
    """Returns the folder that the user's relative paths are relative to."""
    return pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))


def workspace_folder() -> pathlib.Path:
    """Returns the root of the repository."""
    root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if root:
        return pathlib.Path(root)
    return pathlib.Path(__file__).absolute().parents[2]
