#!/bin/bash
# reads_uninitialised.sh ENGINE LIBRARIES: fails unless MemorySanitizer stops the
# engine when the reference is the one in the only folder of LIBRARIES.
set -u
library=("$2"/*)
report=$(LD_LIBRARY_PATH=${library[0]} "$1" -runs=3000 -seed=1 2>&1)
status=$?
if [[ $status -eq 0 || $report != *use-of-uninitialized-value*PyCapsule_New* ]]; then
    echo "$report"
    echo "the planted bug was not seen: status $status"
    exit 1
fi
