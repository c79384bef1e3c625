#!/bin/bash
# Checks that planted bugs are caught; see tools/commands/detect/check.py.
PYTHONPATH=$PWD exec /usr/bin/python3 -SB -m tools.commands.detect.check "$@"
