#!/bin/sh
# dictionary.sh FILE.def ...: prints the names of calls and destructors as a
# dictionary of libFuzzer and AFL++, for the target that parses programs.
sed -n -E -e 's/^CALL\([^,]*, ("[^"]*").*/\1/p' \
    -e 's/^DESTRUCTOR\(([^,]*),.*/"\1"/p' "$@"
