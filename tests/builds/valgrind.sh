#!/bin/bash
# valgrind.sh PROGRAM ARGUMENT ...: runs the program under Valgrind; status 9 if it
# reads what nobody has written. Libraries stand beside the program's file. Valgrind
# would look for them beside a link to it, as which Bazel gives it.
exec /usr/bin/valgrind --quiet --error-exitcode=9 "$(readlink -f "$1")" "${@:2}"
