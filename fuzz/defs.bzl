"""cc_fuzz_test: the binaries and tests of one fuzz target."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")
load("@rules_shell//shell:sh_test.bzl", "sh_test")
load("//tools/build_defs:configs.bzl", "configured_binary")
load("//tools/build_defs:implementation.bzl", "implementation_test")

# Configurations without sanitizers cannot link libFuzzer.
NEEDS_ENGINE = select({
    "//tools/build_defs:is-release": ["@platforms//:incompatible"],
    "//tools/build_defs:is-replay": ["@platforms//:incompatible"],
    "//conditions:default": [],
})

# The configurations that can link the engine that //fuzz:cc_engine chooses.
_NEEDS_CHOSEN_ENGINE = select({
    "//fuzz/engines:is-replay-with-replay": [],
    "//tools/build_defs:is-release": ["@platforms//:incompatible"],
    "//tools/build_defs:is-replay": ["@platforms//:incompatible"],
    "//conditions:default": [],
})

# Tests that need AddressSanitizer's reports run only in these configurations.
NEEDS_ADDRESS_SANITIZER = select({
    "//tools/build_defs:is-asan-libfuzzer": [],
    "//tools/build_defs:is-asan-ubsan-libfuzzer": [],
    "//tools/build_defs:is-default": [],
    "//conditions:default": ["@platforms//:incompatible"],
})

_TAG = "cc_fuzz_test"

# The tag of the tests that run a corpus; tools/coverage selects tests by it.
_REPLAY = "replay"

def _fuzz_corpus_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    if not ctx.attr.programs:
        arguments.add("--bytes")
    arguments.add(folder.path)
    arguments.add(ctx.attr.root)
    arguments.add_all(ctx.files.corpus)
    ctx.actions.run(
        executable = ctx.executable._pack,
        arguments = [arguments],
        inputs = ctx.files.corpus,
        outputs = [folder],
        mnemonic = "PackCorpus",
    )
    return DefaultInfo(
        files = depset([folder]),
        runfiles = ctx.runfiles([folder]),
    )

_fuzz_corpus = rule(
    doc = "A folder with the inputs of a corpus, as an engine reads them.",
    implementation = _fuzz_corpus_impl,
    attrs = {
        "corpus": attr.label(allow_files = True, mandatory = True),
        "programs": attr.bool(mandatory = True),
        "root": attr.string(mandatory = True),
        "_pack": attr.label(
            cfg = "exec",
            default = "//fuzz/driver:pack",
            executable = True,
        ),
    },
)

def cc_fuzz_test(name, srcs, corpus, dicts = [], deps = [], programs = True, on_cpython = True, sweep_on_cpython = True, size = "small", **kwargs):
    """Makes a fuzz target, its test and its tools.

    <name>           a test: runs each file of the corpus, and the empty input,
                     without an engine; a file is a test case
    <name>_sweep     a test: runs each program of the corpus once for each of
                     its allocations, which then fails
    <name>_profiles  both tests in each profile that the implementation can
                     follow, with the arena and with malloc()
    <name>_on_cpython, <name>_sweep_on_cpython
                     the first two on CPython, where the inputs are programs
    <name>_bin       the target with libFuzzer
    <name>_bin_on_cpython
                     the same on CPython, for tests and benchmarks
    <name>_afl, <name>_afl_mutator
                     the target with AFL++, and AFL++'s custom mutator
    <name>_generated the target without an engine: runs generated programs
    <name>_engine    the target with the engine that //fuzz:cc_engine chooses
    <name>_run       runs <name>_bin; libFuzzer's flags follow `--`
    <name>_corpus    the corpus as a folder of binary inputs
    <name>_dict      the dictionaries in one file
    <name>_repro     prints one input (a program or a crash file) and runs it
    <name>_minimize  makes an input that shows a finding smaller
    <name>_merge     OUT IN ...: adds to the folder OUT the inputs of the
                     folders IN that reach new coverage

    Args:
      name: the target's name; ends in `_fuzz`.
      srcs: the target's file `<name>.c`, which defines TARGET of
        fuzz/driver/target.h or, with `programs = False`,
        LLVMFuzzerTestOneInput().
      corpus: label of the corpus folder;
        //corpus:sequence is corpus/sequence.
      dicts: dictionaries in the form of AFL and libFuzzer.
      deps: libraries of srcs.
      programs: True if the inputs are programs for the executor.
      on_cpython: True if CPython 3 has the functions that the programs call.
      sweep_on_cpython: True if CPython makes the same allocations each time
        a program runs. False for imports: CPython's importer has caches.
      size: the size of the tests.
      **kwargs: further arguments of the tests.
    """
    label = Label(corpus)
    folder = "%s/%s" % (label.package, label.name)
    runner = "//fuzz/driver:program_runner" if programs else ":%s_runner" % name

    cc_library(
        name = name + "_lib",
        srcs = srcs,
        deps = deps + (["//fuzz/driver:target"] if programs else []),
        alwayslink = True,
    )
    if not programs:
        cc_library(
            name = name + "_runner",
            deps = ["//fuzz/driver:bytes_runner", name + "_lib"],
        )

    cc_test(
        name = name,
        size = size,
        args = [folder],
        data = [corpus],
        tags = [_TAG, _REPLAY],
        deps = ["//fuzz/driver:replay_main", name + "_lib", runner],
        **kwargs
    )
    if programs:
        cc_test(
            name = name + "_sweep",
            size = size,
            args = [folder],
            data = [corpus],
            tags = [_REPLAY],
            deps = ["//fuzz/driver:sweep_main", name + "_lib"],
            **kwargs
        )
        sh_test(
            name = name + "_profiles",
            size = size,
            srcs = ["//fuzz/driver:profiles.sh"],
            args = [
                "$(rootpath %s)" % name,
                "$(rootpath %s_sweep)" % name,
                folder,
            ],
            data = [corpus, name, name + "_sweep"],
            tags = [_REPLAY],
            **kwargs
        )
        if on_cpython:
            implementation_test(
                name = name + "_on_cpython",
                size = size,
                args = [folder],
                binary = name,
                data = [corpus],
                implementation = "//capsule/cpython",
            )
        if on_cpython and sweep_on_cpython:
            implementation_test(
                name = name + "_sweep_on_cpython",
                size = size,
                args = [folder],
                binary = name + "_sweep",
                data = [corpus],
                implementation = "//capsule/cpython",
            )
    cc_binary(
        name = name + "_repro",
        deps = ["//fuzz/driver:repro_main", name + "_lib", runner],
    )
    cc_binary(
        name = name + "_minimize",
        deps = ["//fuzz/driver:minimize_main", name + "_lib", runner],
    )

    configured_binary(
        name = name + "_bin",
        binary = name + "_engine",
        # If the inputs are not programs, the harness itself is under test.
        config = "fuzz" if programs else "asan-ubsan-libfuzzer",
        target_compatible_with = NEEDS_ENGINE,
    )
    if programs and on_cpython:
        configured_binary(
            name = name + "_bin_on_cpython",
            binary = name + "_engine",
            config = "fuzz",
            implementation = "//capsule/cpython",
            tags = ["manual"],
            target_compatible_with = NEEDS_ENGINE,
        )
    configured_binary(
        name = name + "_afl",
        binary = name + "_engine",
        config = "fuzz" if programs else "asan-ubsan-libfuzzer",
        engine = "//fuzz/engines:afl",
        tags = ["manual"],
        target_compatible_with = NEEDS_ENGINE,
    )
    if programs:
        configured_binary(
            name = name + "_generated",
            binary = name + "_engine",
            config = "fuzz",
            engine = "//fuzz/engines:generate",
            tags = ["manual"],
            target_compatible_with = NEEDS_ENGINE,
        )
        configured_binary(
            name = name + "_afl_mutator",
            binary = name + "_mutator.so",
            config = "release",
            tags = ["manual"],
        )
        cc_binary(
            name = name + "_mutator.so",
            linkshared = True,
            tags = ["manual"],
            deps = [name + "_lib", "//fuzz/engines:afl_mutator"],
        )
    cc_binary(
        name = name + "_engine",
        target_compatible_with = _NEEDS_CHOSEN_ENGINE,
        deps = [
            name + "_lib",
            "//fuzz:cc_engine",
            "//fuzz/driver:sanitizer_options",
        ] +
               ([
                   "//fuzz/driver:engine",
                   "//fuzz/mutator:mutator_entry",
               ] if programs else []),
    )
    _fuzz_corpus(
        name = name + "_corpus",
        corpus = corpus,
        programs = programs,
        root = folder,
    )
    native.genrule(
        name = name + "_dict",
        srcs = dicts,
        outs = [name + ".dict"],
        cmd = "cat $(SRCS) /dev/null >$@",
    )
    sh_binary(
        name = name + "_run",
        srcs = ["//fuzz/driver:run.sh"],
        args = [
            "run",
            name,
            "$(rootpath %s_bin)" % name,
            "$(rootpath %s_corpus)" % name,
            "$(rootpath %s_dict)" % name,
            "$(rootpath %s_repro)" % name,
            "$(rootpath %s_minimize)" % name,
        ],
        data = [
            name + "_bin",
            name + "_corpus",
            name + "_dict",
            name + "_minimize",
            name + "_repro",
            "//tools/commands/fuzz",
        ],
        target_compatible_with = NEEDS_ENGINE,
    )
    sh_binary(
        name = name + "_merge",
        srcs = ["//fuzz/driver:run.sh"],
        args = ["merge", "$(rootpath %s_bin)" % name],
        data = [name + "_bin", "//tools/commands/fuzz"],
        target_compatible_with = NEEDS_ENGINE,
    )

def fuzz_targets():
    """Returns the cc_fuzz_tests of this BUILD file as `name=corpus folder`."""
    return [
        "%s=%s" % (name, rule["args"][0])
        for name, rule in native.existing_rules().items()
        if _TAG in rule["tags"]
    ]

def fuzz_binaries():
    """Returns the labels of these targets with libFuzzer."""
    return [target.split("=")[0] + "_bin" for target in fuzz_targets()]
