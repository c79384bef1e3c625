#!/bin/bash
# Checks that the detectors find planted bugs; see tools/commands/detect/check.py.
PYTHONPATH=$PWD exec /usr/bin/python3 -SB -m tools.commands.detect.check "$@"
