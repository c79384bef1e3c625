#!/bin/bash
# run.sh MODULE ARGUMENT ...: runs a module of tools/commands/fuzz with the
# Python of the system, which has the packages that tools/setup installs. Bazel
# starts this in the folder that `rootpath` is relative to.
PYTHONPATH=$PWD exec /usr/bin/python3 -B -m "tools.commands.fuzz.$1" "${@:2}"
