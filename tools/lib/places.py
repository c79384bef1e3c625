"""Finds the root of the repository and the user's working directory.

`bazel run` starts a program in another directory and passes both paths in
environment variables."""

import os
import pathlib


def start_folder() -> pathlib.Path:
    """Returns the user's working directory."""
    return pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))


def workspace_folder() -> pathlib.Path:
    """Returns the root of the repository."""
    root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if root:
        return pathlib.Path(root)
    return pathlib.Path(__file__).absolute().parents[2]
