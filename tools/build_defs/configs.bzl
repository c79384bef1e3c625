"""The build configurations besides the default, and rules to build targets in
them.

CONFIGS defines the flags of all configurations. The lines for `--config=<name>`
in configs.bazelrc are generated from CONFIGS, and a test compares them.

Bazel appends the flags of a configuration to the default flags. Therefore each
configuration first switches off the default sanitizers.
"""

def _config(about, sanitize, copts = [], linkopts = []):
    flags = ["-fsanitize=" + sanitize]
    if "undefined" in sanitize:
        # As in .bazelrc; the last flag wins.
        flags.append("-fno-sanitize=vptr")
    return struct(
        about = about,
        copts = ["-fno-sanitize=all"] + flags + copts,
        # Not "all": Bazel puts a fuzz target's own -fsanitize=fuzzer before these
        # flags, and "all" would switch it off.
        linkopts = ["-fno-sanitize=address,memory,thread,undefined"] +
                   flags + linkopts,
    )

def _config_without_sanitizer(about, copts = [], linkopts = []):
    return struct(
        about = about,
        copts = ["-fno-sanitize=all"] + copts,
        linkopts = ["-fno-sanitize=all"] + linkopts,
    )

# The flag fuzzer-no-link instruments code for libFuzzer without linking its main().
# Each fuzz target adds `linkopts = ["-fsanitize=fuzzer"]`.
CONFIGS = {
    "asan-libfuzzer": _config(
        "memory errors and leaks, coverage",
        sanitize = "address,fuzzer-no-link",
    ),
    "asan-ubsan-libfuzzer": _config(
        "memory errors, leaks and undefined behaviour, coverage",
        sanitize = "address,undefined,fuzzer-no-link",
    ),
    "coverage": _config_without_sanitizer(
        "lines, branches and conditions that were run; see tools/coverage",
        copts = [
            "-fprofile-instr-generate",
            "-fcoverage-mapping",
            "-fcoverage-mcdc",
        ],
        linkopts = ["-fprofile-instr-generate"],
    ),
    "fuzz": struct(
        about = "the default at the speed of a fuzz run; see HARNESS_COPTS",
        copts = ["-O2"],
        linkopts = [],
    ),
    "msan-libfuzzer": _config(
        "uninitialised memory, coverage; C only, as libstdc++ is not " +
        "instrumented",
        sanitize = "memory,fuzzer-no-link",
        copts = ["-fsanitize-memory-track-origins"],
        linkopts = ["-fsanitize-memory-track-origins"],
    ),
    "release": _config_without_sanitizer(
        "no sanitizer, optimised, no assert()",
        copts = ["-O3", "-DNDEBUG", "-fomit-frame-pointer"],
    ),
    "replay": _config_without_sanitizer(
        "no sanitizer, no engine; for gcc add --repo_env=CC=gcc",
        # The Valgrind of Debian 12 cannot read what clang 19 writes by default.
        copts = ["-gdwarf-4"],
        # gcc does not find lld.
        linkopts = ["-fuse-ld=bfd"],
    ),
    "tsan": _config(
        "data races",
        sanitize = "thread",
    ),
    "ubsan-libfuzzer": _config(
        "undefined behaviour, coverage",
        sanitize = "undefined,fuzzer-no-link",
    ),
}

# Coverage flags for the code under test only. Coverage of harness and mutator would
# cost time and distract the engine with code that is not under test. Comparisons
# are not traced, because tracing costs more time than it saves; libFuzzer still
# intercepts strcmp(). The code links without an engine too, because every
# sanitizer's runtime has weak definitions of the hooks. The configurations for
# engines instrument all code themselves.
#
# A stack in a report shows each function of the implementation: the compiler does
# not turn a call at the end of a function into a jump.
_WATCHED = [
    "-fno-optimize-sibling-calls",
    "-fsanitize-coverage=inline-8bit-counters,pc-table",
]
IMPLEMENTATION_COPTS = select({
    "//tools/build_defs:is-default": _WATCHED,
    "//tools/build_defs:is-fuzz": _WATCHED,
    "//conditions:default": [],
})

# Flags for model, executor and mutator. In a fuzz run the sanitizers check only the
# code under test and accesses to a program's own memory (executor/caller_memory.c):
# checking the harness too would take half of the time. In tests the sanitizers
# check all code.
HARNESS_COPTS = select({
    "//tools/build_defs:is-fuzz": [
        "-fno-sanitize=all",
        "-O2",
    ],
    "//conditions:default": [],
})

_COPT = "//command_line_option:copt"
_LINKOPT = "//command_line_option:linkopt"
_CONFIGURATION = "//tools/build_defs:configuration"
_ENGINE = "//fuzz:cc_engine"
_IMPLEMENTATION = "//capsule:implementation"

def _transition_impl(settings, attr):
    if attr.config not in CONFIGS:
        fail("there is no configuration '%s'; configs.bzl has %s" %
             (attr.config, ", ".join(sorted(CONFIGS))))
    config = CONFIGS[attr.config]
    return {
        _CONFIGURATION: attr.config,
        _COPT: settings[_COPT] + config.copts,
        _ENGINE: getattr(attr, "engine", None) or settings[_ENGINE],
        _IMPLEMENTATION: getattr(attr, "implementation", None) or
                         settings[_IMPLEMENTATION],
        _LINKOPT: settings[_LINKOPT] + config.linkopts,
    }

_config_transition = transition(
    implementation = _transition_impl,
    inputs = [_COPT, _ENGINE, _IMPLEMENTATION, _LINKOPT],
    outputs = [_CONFIGURATION, _COPT, _ENGINE, _IMPLEMENTATION, _LINKOPT],
)

def _configured_binary_impl(ctx):
    binary = ctx.attr.binary[0][DefaultInfo]
    original = binary.files_to_run.executable
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = executable,
        target_file = original,
        is_executable = True,
    )

    # Leave out the original file: a test that uses `binary` in two configurations
    # would find one of the two binaries under both names.
    data = [f for f in binary.default_runfiles.files.to_list() if f != original]
    return DefaultInfo(
        executable = executable,
        runfiles = ctx.runfiles([executable] + data),
    )

configured_binary = rule(
    doc = "Builds `binary` and its dependencies in the configuration `config`, " +
          "with the implementation and engine if they are given.",
    implementation = _configured_binary_impl,
    executable = True,
    attrs = {
        "binary": attr.label(
            cfg = _config_transition,
            executable = True,
            mandatory = True,
        ),
        "config": attr.string(mandatory = True),
        "engine": attr.label(),
        "implementation": attr.label(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def _configured_files_impl(ctx):
    return DefaultInfo(
        files = depset(ctx.files.files),
        runfiles = ctx.runfiles(ctx.files.files),
    )

configured_files = rule(
    doc = "Builds `files` in the configuration `config`.",
    implementation = _configured_files_impl,
    attrs = {
        "config": attr.string(mandatory = True),
        "files": attr.label(cfg = _config_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def _configs_bazelrc_impl(ctx):
    lines = ["# Generated from configs.bzl; see the comment in BUILD."]
    for name in sorted(CONFIGS):
        config = CONFIGS[name]
        lines += ["", "# %s" % config.about]
        flags = ["--%s=%s" % (_CONFIGURATION, name)]
        flags += ["--copt=" + flag for flag in config.copts]
        flags += ["--linkopt=" + flag for flag in config.linkopts]
        lines += ["build:%s %s" % (name, flag) for flag in flags]
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(output, "\n".join(lines) + "\n")
    return DefaultInfo(
        files = depset([output]),
        runfiles = ctx.runfiles([output]),
    )

configs_bazelrc = rule(
    doc = "Generates configs.bazelrc from CONFIGS.",
    implementation = _configs_bazelrc_impl,
)

def _configuration_impl(ctx):
    return []

configuration_flag = rule(
    doc = "The name of the current configuration, for select().",
    implementation = _configuration_impl,
    build_setting = config.string(flag = True),
)
