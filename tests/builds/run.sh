#!/bin/bash
# run.sh PROFILES PROGRAM ARGUMENT ...: runs a program once in each of the
# profiles, which stand between commas, with CAPSULE_ALLOCATOR as it is.
set -u
unset XML_OUTPUT_FILE # each run would write the whole file
failed=0
for profile in ${1//,/ }; do
    if ! CAPSULE_PROFILE=$profile "${@:2}"; then
        echo "FAILED in profile $profile"
        failed=1
    fi
done
exit "$failed"
