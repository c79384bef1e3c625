#!/bin/bash
# pytest.sh FILE ...: runs pytest and writes the test cases to Bazel's XML file.
# Tests import modules by their path from the repository root (tools.lib.problem).
export PYTHONPATH=$PWD
exec /usr/bin/python3 -B -m pytest -q -p no:cacheprovider --import-mode=importlib \
    --rootdir=. --basetemp="${TEST_TMPDIR:?}/pytest" \
    --junitxml="${XML_OUTPUT_FILE:?}" "$@"
