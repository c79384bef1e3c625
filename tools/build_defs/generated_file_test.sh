#!/bin/bash
# generated_file_test.sh SOURCE COMMITTED GENERATED: the two files must be equal.
if ! diff -u --label "$2" --label "what $1 says" "$2" "$3"; then
    echo "$2 differs from $1; to generate $2 again, run the commands in the BUILD" \
        "file beside $1" >&2
    exit 1
fi
