"""planted_bugs: a test for each patch that breaks the reference."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("//tools/build_defs:configs.bzl", "COVERAGE_COPTS")

_COMPILE = "c-compile"
_LINK = "c++-link-dynamic-library"

# Exact, so that no bug lands in a neighbouring function.
_PATCH = """
patch --quiet --follow-symlinks --fuzz=0 --reject-file=- --output="$3" "$1" "$2" || {
    echo "$2: does not apply to $1, which has changed: plant the bug anew" >&2
    exit 1
}
"""

def _only_library(target):
    """What Bazel links for the target alone, without what it depends on."""
    for linker_input in target[CcInfo].linking_context.linker_inputs.to_list():
        if linker_input.owner == target.label:
            return linker_input.libraries[0]
    return fail("%s is no library" % target.label)

def _run_tool(ctx, action, variables, features, toolchain, inputs, output):
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(
            feature_configuration = features,
            action_name = action,
        ),
        arguments = cc_common.get_memory_inefficient_command_line(
            feature_configuration = features,
            action_name = action,
            variables = variables,
        ),
        env = cc_common.get_environment_variables(
            feature_configuration = features,
            action_name = action,
            variables = variables,
        ),
        inputs = depset(transitive = inputs + [toolchain.all_files]),
        outputs = [output],
        mnemonic = "PlantBug",
        progress_message = "Planting bug %s" % ctx.label.name,
    )

def _broken_library_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
    )
    library = _only_library(ctx.attr.library)
    context = ctx.attr.library[CcInfo].compilation_context
    source = ctx.file.source

    broken = ctx.actions.declare_file(
        "%s/%s" % (ctx.label.name, source.basename),
    )
    ctx.actions.run_shell(
        command = _PATCH,
        arguments = [source.path, ctx.file.patch.path, broken.path],
        inputs = [source, ctx.file.patch],
        outputs = [broken],
        mnemonic = "PatchSource",
    )

    object = ctx.actions.declare_file(
        "%s/%s.o" % (ctx.label.name, source.basename),
    )
    _run_tool(
        ctx,
        _COMPILE,
        cc_common.create_compile_variables(
            feature_configuration = features,
            cc_toolchain = toolchain,
            source_file = broken.path,
            output_file = object.path,
            user_compile_flags = ctx.fragments.cpp.copts +
                                 ctx.fragments.cpp.conlyopts + ctx.attr.copts,
            include_directories = context.includes,
            quote_include_directories = context.quote_includes,
            system_include_directories = context.system_includes,
            use_pic = True,
        ),
        features,
        toolchain,
        [context.headers, depset([broken] + ctx.files.headers)],
        object,
    )

    # Under the name of the library, in a folder of its own: programs that are
    # linked with the library take this one where the folder comes first.
    output = ctx.actions.declare_file("%s/%s" % (
        ctx.label.name,
        library.dynamic_library.basename,
    ))
    replaced = source.basename[:-len(source.extension)] + "pic.o"
    objects = [o for o in library.pic_objects if o.basename != replaced]
    if len(objects) + 1 != len(library.pic_objects):
        fail("%s is not made of %s" % (ctx.attr.library.label, source.path))
    objects.append(object)
    _run_tool(
        ctx,
        _LINK,
        cc_common.create_link_variables(
            feature_configuration = features,
            cc_toolchain = toolchain,
            output_file = output.path,
            user_link_flags = [o.path for o in objects] +
                              ctx.fragments.cpp.linkopts,
            is_linking_dynamic_library = True,
        ),
        features,
        toolchain,
        [depset(objects)],
        output,
    )
    return DefaultInfo(
        files = depset([output]),
        runfiles = ctx.runfiles([output]),
    )

_broken_library = rule(
    doc = "The library once more, with the patch applied to one of its files.",
    implementation = _broken_library_impl,
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    attrs = {
        "copts": attr.string_list(),
        "headers": attr.label_list(allow_files = True),
        "library": attr.label(mandatory = True, providers = [CcInfo]),
        "patch": attr.label(allow_single_file = True, mandatory = True),
        "source": attr.label(allow_single_file = True, mandatory = True),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
    },
)

def planted_bugs(patches, targets):
    """Makes a test `<bug>` and a library `<bug>_library` for each patch.

    Args:
      patches: files `<source>/<bug>.patch`; the patch is for
        capsule/reference/<source>.c. Their headers say what must catch them;
        see CONTRIBUTING.md.
      targets: the fuzz targets that can be asked to catch them; the package
        has an engine of that name.
    """
    detectors = [
        "--target=%s=$(rootpath :%s)=$(rootpath //fuzz:%s)" % (t, t, t)
        for t in targets
    ]
    for patch in patches:
        source, _, file = patch.partition("/")
        bug = file[:-len(".patch")]
        _broken_library(
            name = bug + "_library",
            # Not the compiler is to find them.
            copts = COVERAGE_COPTS + ["-w"],
            headers = ["//capsule/reference:private_headers"],
            library = "//capsule/reference",
            patch = patch,
            source = "//capsule/reference:%s.c" % source,
            testonly = True,
        )
        native.sh_test(
            name = bug,
            size = "small",
            srcs = ["check.sh"],
            args = [
                "--rule-tests=$(rootpath :rule_tests)",
                "--library=$(rootpath :%s_library)" % bug,
            ] + detectors + [
                "$(rootpath %s)" % patch,
            ],
            data = [
                patch,
                ":%s_library" % bug,
                ":rule_tests",
                "//corpus:all_files",
                "//tools/detection:check",
            ] + [":" + t for t in targets] + ["//fuzz:" + t for t in targets],
        )
