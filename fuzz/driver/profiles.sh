#!/bin/bash
# profiles.sh REPLAY SWEEP FOLDER: replays a corpus, and sweeps it, in each
# profile that the implementation can follow, from both allocators.
set -u
replay=$1 sweep=$2 folder=$3
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
ran=0 failed=0

# run PROFILE ALLOCATOR BINARY
run()
{
    CAPSULE_PROFILE=$1 CAPSULE_ALLOCATOR=$2 "$3" "$folder" >"$log" 2>&1
    local status=$?
    if grep -q 'does not start with this profile' "$log"; then
        echo "$1: not offered by the implementation"
        return 1
    fi
    ran=$((ran + 1))
    if [[ $status -ne 0 ]]; then
        failed=$((failed + 1))
        cat "$log"
    fi
    echo "$1, $2: $(tail -n 1 "$log")"
}

# Without this, each binary would overwrite the file.
unset XML_OUTPUT_FILE
for profile in $("$replay" --profiles); do
    run "$profile" arena "$replay" || continue
    run "$profile" malloc "$replay"
    run "$profile" arena "$sweep"
done
echo "$ran runs, $failed failed"
[[ $ran -gt 0 && $failed -eq 0 ]]
