#!/bin/sh
# embed.sh FILE ...: prints each file as one row of C, HEADER("name", "text"),
# for fuzz/program/emit_helpers.c.
set -e
for file; do
    echo "HEADER(\"$(basename "$file")\","
    sed -e '/clang-format o/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/       "&\\n"/' "$file"
    echo ')'
done
