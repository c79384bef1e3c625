#!/bin/bash
# Starts the benchmark with the system's Python, because tools/setup installs the
# required packages there.
PYTHONPATH=$PWD exec /usr/bin/python3 -B -m tools.commands.bench "$@"
