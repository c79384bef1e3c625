#!/bin/bash
# reads_uninitialised.sh LIBRARIES WORDS COMMAND ...: fails unless the command, with
# the reference in the only folder of LIBRARIES, stops at PyCapsule_New with a report
# that has these words.
set -u
unset XML_OUTPUT_FILE # tools/test must not count the tests of the command
library=("$1"/*)
words=$2
report=$(LD_LIBRARY_PATH=${library[0]} "${@:3}" 2>&1)
status=$?
if [[ $status -eq 0 || $report != *"$words"*PyCapsule_New* ]]; then
    echo "$report"
    echo "the planted bug was not seen: status $status"
    exit 1
fi
