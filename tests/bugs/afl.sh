#!/bin/bash
# TARGET_afl -FLAG=VALUE ...: runs a target under AFL++, with the flags and the
# output of libFuzzer, for tools/detect; tools/commands/detect/afl.py does the
# work.
root=$(dirname "$(readlink -f "$0")")/../..
PYTHONPATH=$root exec /usr/bin/python3 -B -m tools.commands.detect.afl \
    "${0}_engine" "$(dirname "$0")/../../fuzz/$(basename "$0")_mutator" "$@"
