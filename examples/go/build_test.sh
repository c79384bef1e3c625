#!/bin/bash
# Tests that the example builds and exports the functions of the capsule API.
set -eu
if ! command -v go >/dev/null; then
    echo "not run: Go is not installed"
    exit 0
fi
export HOME="$TEST_TMPDIR" GOCACHE="$TEST_TMPDIR/cache" GOFLAGS=-mod=mod
library="$TEST_TMPDIR/libcapsule_go.so"
examples/go/build "$library"
exported=$(llvm-nm-19 -D --defined-only "$library")
for function in New GetPointer GetName GetContext GetDestructor IsValid Import \
    SetPointer SetName SetContext SetDestructor Type; do
    if ! grep -q " PyCapsule_$function\$" <<<"$exported"; then
        echo "PyCapsule_$function is not exported"
        exit 1
    fi
done
