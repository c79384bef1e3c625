#!/bin/bash
# run.sh MODULE ARGUMENT ...: runs a module of tools/fuzzing with the Python of
# the system, which has the packages that tools/setup installs. Bazel starts
# this in the folder that `rootpath` is relative to.
exec /usr/bin/python3 -B "tools/fuzzing/$1.py" "${@:2}"
