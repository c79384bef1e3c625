#!/bin/bash -eu
# Builds every fuzz target into $OUT, as OSS-Fuzz and ClusterFuzzLite call it:
# with CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, SANITIZER and
# FUZZING_ENGINE in the environment, this repository in $SRC/capsule-contract
# and, where CPython is to be fuzzed too, its sources in $SRC/cpython.
#
#   $OUT/sequence_fuzz           fuzzes the reference; one for each target
#   $OUT/cpython_sequence_fuzz   fuzzes CPython, built here with the same flags
#   $OUT/*_seed_corpus.zip, *.dict
#   $OUT/cpython/                the part of Python's library that it starts with

root=$SRC/capsule-contract
built=$WORK/capsule-contract
cpython=$WORK/cpython
jobs=$(nproc)

# Builds the fuzz targets and seeds; more variables of the Makefile follow.
build()
{
    make --directory="$root" --file=tools/commands/package/Makefile \
        --jobs="$jobs" OUT="$built/$1" LIB_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" \
        fuzz seeds "${@:2}"
}

# Copies the targets in $1 to $OUT, with $2 before their names.
publish()
{
    local seeds name
    for seeds in "$built/$1"/seeds/*_fuzz; do
        name=$(basename "$seeds")
        # The parser is the same behind every implementation.
        if [[ $2 && $name == program_fuzz ]]; then
            continue
        fi
        cp "$built/$1/$name" "$OUT/$2$name"
        rm -f "$OUT/$2${name}_seed_corpus.zip"
        zip --quiet --junk-paths "$OUT/$2${name}_seed_corpus.zip" "$seeds"/*
    done
}

# Files of CPython that the engine gets coverage of. Counters in all of CPython,
# most of them never hit, would cost three quarters of the speed.
covered="Objects/capsule.c Objects/moduleobject.c Python/errors.c Python/import.c"

# Builds CPython as a static library, $cpython/libpython.a, that depends on
# nothing but the C library.
build_cpython()
{
    local flags=${CFLAGS//-fsanitize=fuzzer-no-link/} coverage= version
    if [[ $flags != "$CFLAGS" ]]; then
        coverage=-fsanitize=fuzzer-no-link
    fi
    case $SANITIZER in
        undefined)
            # CPython casts functions and packs structs on purpose.
            flags+=" -fno-sanitize=function,alignment,shift,vla-bound"
            flags+=" -fno-sanitize=unsigned-integer-overflow,pointer-overflow"
            ;;
        memory) flags+=" -mllvm -msan-keep-going=1" ;;
    esac
    # CPython's Makefile puts CFLAGS of the environment behind its own, and the last
    # flag wins.
    local -x CFLAGS=
    # Programs that the build itself runs must not end with a report.
    export ASAN_OPTIONS=detect_leaks=0
    export MSAN_OPTIONS=halt_on_error=0:exitcode=0:report_umrs=0
    if [[ $FUZZING_ENGINE == afl ]]; then
        printf 'src: *%s\n' $covered >"$WORK/allowlist"
        export AFL_LLVM_ALLOWLIST=$WORK/allowlist
    fi
    mkdir -p "$cpython"
    cd "$cpython"
    if [[ ! -e Makefile ]]; then
        "$SRC/cpython/configure" --disable-shared --without-ensurepip \
            --disable-test-modules CC="$CC" CXX="$CXX" CFLAGS="$flags" \
            LDFLAGS="$flags"
    fi
    version=$(sed -n 's/^VERSION=[[:space:]]*//p' Makefile)
    if [[ $coverage ]]; then
        make --jobs="$jobs" CC="$CC $coverage" ${covered//.c/.o}
    fi
    make --jobs="$jobs" "libpython$version.a"
    ln -sf "libpython$version.a" libpython.a
    cd "$root"
    unset AFL_LLVM_ALLOWLIST ASAN_OPTIONS MSAN_OPTIONS

    local library=$OUT/cpython/lib/python$version
    mkdir -p "$library/lib-dynload"
    cp "$SRC"/cpython/Lib/*.py "$library"
    cp -r "$SRC"/cpython/Lib/{collections,encodings,importlib,re} "$library"
}

# The harness is not what is fuzzed. For libFuzzer the Makefile says so, for
# AFL++ this list.
if [[ $FUZZING_ENGINE == afl ]]; then
    printf 'src: *fuzz/%s/*\n' driver executor model mutator >"$WORK/denylist"
    export AFL_LLVM_DENYLIST=$WORK/denylist
fi

build reference IMPLEMENTATION=reference
publish reference ''
(cd "$root/fuzz/program" && sh dictionary.sh calls.def destructors.def) \
    >"$OUT/program_fuzz.dict"

if [[ -d $SRC/cpython ]]; then
    build_cpython
    build cpython IMPLEMENTATION=cpython \
        PYTHON_CFLAGS="-I$SRC/cpython/Include -I$cpython" \
        PYTHON_LIBS="$cpython/libpython.a -lutil" EXTRA=oss-fuzz/python_home.c
    publish cpython cpython_
fi
