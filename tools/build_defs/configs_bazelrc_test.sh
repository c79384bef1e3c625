#!/bin/bash
# configs_bazelrc_test.sh COMMITTED GENERATED: the two files must be equal.
if ! diff -u --label "$1" --label "what configs.bzl says" "$1" "$2"; then
    echo "configs.bazelrc differs from the table in configs.bzl;" \
        "tools/build_defs/BUILD has the two commands that write it anew" >&2
    exit 1
fi
