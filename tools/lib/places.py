"""Where things are; `bazel run` starts programs elsewhere and says where the
user stands."""

import os
import pathlib


def start_folder():
    """The folder that the user's relative paths are relative to."""
    return pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))


def workspace_folder():
    """The root of the repository."""
    root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    return pathlib.Path(root) if root else pathlib.Path(__file__).absolute().parents[2]
