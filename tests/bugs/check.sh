#!/bin/bash
# Checks that a planted bug is caught; see tools/commands/detect/check.py.
PYTHONPATH=$PWD exec /usr/bin/python3 -SB -m tools.commands.detect.check "$@"
