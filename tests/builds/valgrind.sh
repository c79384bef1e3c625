#!/bin/bash
# valgrind.sh PROGRAM ARGUMENT ...: runs the program under Valgrind; status 9 if it
# reads what nobody has written. Bazel gives a link to the program's file, and the
# libraries stand beside the file. Valgrind would search for them beside the link.
exec /usr/bin/valgrind --quiet --error-exitcode=9 "$(readlink -f "$1")" "${@:2}"
