"""implementation_test: runs a test with another implementation of the API."""

_IMPLEMENTATION = "//capsule:implementation"
_COPT = "//command_line_option:copt"

# Flags for the harness. The implementation under test is already built, so only
# compile time matters. AddressSanitizer stays on: it checks the memory of both.
_QUICK = ["-O0", "-fno-sanitize=undefined"]

def _transition_impl(settings, attr):
    return {
        _COPT: settings[_COPT] + _QUICK,
        _IMPLEMENTATION: str(attr.implementation),
    }

_implementation_transition = transition(
    implementation = _transition_impl,
    inputs = [_COPT],
    outputs = [_COPT, _IMPLEMENTATION],
)

def _implementation_test_impl(ctx):
    binary = ctx.attr.binary[0][DefaultInfo]
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = executable,
        target_file = binary.files_to_run.executable,
        is_executable = True,
    )
    return DefaultInfo(
        executable = executable,
        runfiles = ctx.runfiles(files = ctx.files.data).merge(
            binary.default_runfiles,
        ),
    )

implementation_test = rule(
    doc = "Builds the test `binary` for the implementation and runs it.",
    implementation = _implementation_test_impl,
    test = True,
    attrs = {
        "binary": attr.label(
            cfg = _implementation_transition,
            executable = True,
            mandatory = True,
        ),
        "data": attr.label_list(allow_files = True),
        "implementation": attr.label(mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
