#!/bin/bash
# Starts the benchmark with the Python of the system, which has the packages
# that tools/setup installs.
PYTHONPATH=$PWD exec /usr/bin/python3 -B -m tools.commands.bench "$@"
