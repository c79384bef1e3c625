#!/bin/bash
# Starts the benchmark with the Python of the system, which has the packages
# that tools/setup installs.
exec /usr/bin/python3 -B tools/bench/main.py "$@"
