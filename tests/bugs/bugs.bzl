"""planted_bugs: a test for each patch that breaks the reference."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("//tools/build_defs:configs.bzl", "COVERAGE_COPTS", "configured_files")

_COMPILE = {
    "c": "c-compile",
    "cc": "c++-compile",
}
_LINK = "c++-link-dynamic-library"

# What the patches of a folder are for, and for whom it makes a difference:
# source -> its library. Those of any other folder are for
# capsule/reference/<folder>.c or capsule/runtime/<folder>.c.
_HEADERS = {
    "api_table.h": struct(
        file = "//capsule:api_table.h",
        users = {
            "//fuzz/executor:consumer.c": "//fuzz/executor:memory",
            "//tests/bugs66:abi_mismatch_consumer.c": "//tests/bugs66:extensions",
            "//tests/rules:table_calls_test.cc": "//tests/rules:table_calls_test_lib",
            "//tests/rules:table_test.cc": "//tests/rules:table_test_lib",
        },
    ),
    "cobject.h": struct(
        file = "//capsule/reference:include/cobject.h",
        users = {
            "//capsule/reference:cobject.c": "//capsule/reference",
            "//fuzz/executor:cobjects.c": "//fuzz/executor",
            "//tests/rules:cobject_test.cc": "//tests/rules:cobject_test_lib",
        },
    ),
    # What makes a difference for users alone.
    "declarations": struct(
        file = "//capsule/reference:include/pycapsule.h",
        users = {
            "//tests/rules:type_test.cc": "//tests/rules:type_test_lib",
        },
    ),
    "pycapsule.h": struct(
        file = "//capsule/reference:include/pycapsule.h",
        users = {
            "//capsule/reference:capsule.c": "//capsule/reference",
            "//fuzz/executor:capsules.c": "//fuzz/executor",
            "//tests/rules:type_test.cc": "//tests/rules:type_test_lib",
        },
    ),
}

# The sources of //capsule/reference; the others are those of //capsule/runtime.
_REFERENCE = [
    "capsule",
    "cobject",
]

# Not the compiler is to find them, nobody reads where they are, and tests need
# not be fast.
_COPTS = ["-w", "-g0"]
_TEST_COPTS = ["-O0"]

# Exact, so that no bug lands in a neighbouring function.
_PATCH = """
patch --quiet --follow-symlinks --fuzz=0 --reject-file=- --output="$3" "$1" "$2" || {
    echo "$2: does not apply to $1, which has changed: plant the bug anew" >&2
    exit 1
}
"""

# The compiler finds the broken file where it looks for the whole one.
_OVERLAY = """{
  "version": 0,
  "root-relative": "cwd",
  "roots": [
    {"type": "file", "name": "%s", "external-contents": "%s"}
  ]
}
"""

def _declare(ctx, name):
    """A file in the bug's folder."""
    return ctx.actions.declare_file("%s/%s" % (ctx.label.name, name))

def _break(ctx):
    """Applies the patch: the broken file, and what lays it over the whole."""
    whole = ctx.file.file
    broken = _declare(ctx, whole.basename)
    ctx.actions.run_shell(
        command = _PATCH,
        arguments = [whole.path, ctx.file.patch.path, broken.path],
        inputs = [whole, ctx.file.patch],
        outputs = [broken],
        mnemonic = "PatchSource",
    )
    overlay = _declare(ctx, "overlay.yaml")
    ctx.actions.write(overlay, _OVERLAY % (whole.path, broken.path))
    return broken, overlay

def _toolchain(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
    )
    return struct(cc = toolchain, features = features)

def _run_tool(ctx, toolchain, action, variables, inputs, output):
    asked = {
        "action_name": action,
        "feature_configuration": toolchain.features,
    }
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(**asked),
        arguments = cc_common.get_memory_inefficient_command_line(
            variables = variables,
            **asked
        ),
        env = cc_common.get_environment_variables(variables = variables, **asked),
        inputs = depset(transitive = inputs + [toolchain.cc.all_files]),
        outputs = [output],
        mnemonic = "PlantBug",
        progress_message = "Planting bug %s" % ctx.label.name,
    )

def _compile(ctx, toolchain, source, library, broken, overlay):
    """The object of a source of the library, with the bug in."""
    context = library[CcInfo].compilation_context
    cpp = ctx.fragments.cpp
    if source.extension == "cc":
        flags = cpp.copts + cpp.cxxopts + _TEST_COPTS
    else:
        flags = cpp.copts + cpp.conlyopts
    output = _declare(ctx, source.basename + ".o")
    _run_tool(
        ctx,
        toolchain,
        _COMPILE[source.extension],
        cc_common.create_compile_variables(
            feature_configuration = toolchain.features,
            cc_toolchain = toolchain.cc,
            source_file = source.path,
            output_file = output.path,
            user_compile_flags = flags + ctx.attr.copts +
                                 ["-ivfsoverlay", overlay.path],
            include_directories = context.includes,
            quote_include_directories = context.quote_includes,
            system_include_directories = context.system_includes,
            preprocessor_defines = context.defines,
            use_pic = True,
        ),
        [
            context.headers,
            depset([source, broken, overlay] + ctx.files.headers),
        ],
        output,
    )
    return output

def _only_library(target):
    """What Bazel links for the target alone, without what it depends on."""
    for linker_input in target[CcInfo].linking_context.linker_inputs.to_list():
        if linker_input.owner == target.label:
            return linker_input.libraries[0]
    return fail("%s is no library" % target.label)

def _link(ctx, toolchain, target, source, object):
    """The library with that object in the place of its own.

    Under its own name, in the bug's folder: programs that are linked with it
    take this one where the folder comes first.
    """
    library = _only_library(target)
    output = _declare(ctx, library.dynamic_library.basename)
    replaced = source.basename[:-len(source.extension)] + "pic.o"
    objects = [o for o in library.pic_objects if o.basename != replaced]
    if len(objects) + 1 != len(library.pic_objects):
        fail("%s is not made of %s" % (target.label, source.path))
    objects.append(object)
    _run_tool(
        ctx,
        toolchain,
        _LINK,
        cc_common.create_link_variables(
            feature_configuration = toolchain.features,
            cc_toolchain = toolchain.cc,
            output_file = output.path,
            user_link_flags = [o.path for o in objects] +
                              ctx.fragments.cpp.linkopts,
            is_linking_dynamic_library = True,
        ),
        [depset(objects)],
        output,
    )
    return output

def _broken_libraries_impl(ctx):
    toolchain = _toolchain(ctx)
    broken, overlay = _break(ctx)
    outputs = []
    for source, library in zip(ctx.files.sources, ctx.attr.libraries):
        object = _compile(ctx, toolchain, source, library, broken, overlay)
        outputs.append(_link(ctx, toolchain, library, source, object))
    return DefaultInfo(
        files = depset(outputs),
        runfiles = ctx.runfiles(outputs),
    )

_broken_libraries = rule(
    doc = "Libraries once more, with the patch applied to a file and those of " +
          "their sources compiled that have it in.",
    implementation = _broken_libraries_impl,
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    attrs = {
        "copts": attr.string_list(),
        "file": attr.label(allow_single_file = True, mandatory = True),
        "headers": attr.label_list(allow_files = True),
        "libraries": attr.label_list(mandatory = True, providers = [CcInfo]),
        "patch": attr.label(allow_single_file = True, mandatory = True),
        # One of each library.
        "sources": attr.label_list(allow_files = True, mandatory = True),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
    },
)

def _plant(name, folder, patch):
    header = _HEADERS.get(folder)
    if header:
        file, users, copts = header.file, header.users, []
    else:
        package = "reference" if folder in _REFERENCE else "runtime"
        library = "//capsule/%s" % package
        file = "%s:%s.c" % (library, folder)
        users, copts = {file: library}, COVERAGE_COPTS
    _broken_libraries(
        name = name,
        copts = copts + _COPTS,
        file = file,
        headers = [
            "//fuzz/executor:private_headers",
        ],
        libraries = users.values(),
        patch = patch,
        sources = users.keys(),
        testonly = True,
    )

def planted_bugs(patches, targets, without_sanitizers, sanitizer_only):
    """Makes a test `<bug>` and libraries `<bug>_library` for each patch.

    Args:
      patches: files `<folder>/<bug>.patch`; the patch is for
        capsule/reference/<folder>.c or for a header; see _HEADERS. Their own
        headers say what must catch them; see CONTRIBUTING.md.
      targets: the fuzz targets that can be asked to catch them; the package
        has an engine of that name.
      without_sanitizers: a replay of programs that was built without them.
      sanitizer_only: the bugs that it must not see.
    """
    detectors = [
        "--target=%s=$(rootpath :%s)=$(rootpath //fuzz:%s)" % (t, t, t)
        for t in targets
    ]
    for patch in patches:
        folder, _, file = patch.partition("/")
        bug = file[:-len(".patch")]
        _plant(bug + "_library", folder, patch)
        data, args = [], []
        if bug in sanitizer_only:
            configured_files(
                name = bug + "_plain",
                testonly = True,
                config = "replay",
                files = bug + "_library",
            )
            data = [bug + "_plain", without_sanitizers]
            args = [
                "--plain-libraries=tests/bugs/%s_plain" % bug,
                "--plain-replay=$(rootpath %s)" % without_sanitizers,
            ]
        sh_test(
            name = bug,
            size = "small",
            srcs = ["check.sh"],
            args = [
                "--rule-tests=$(rootpath :rule_tests)",
                "--libraries=tests/bugs/%s_library" % bug,
                "--minimize=$(rootpath :minimize)",
            ] + detectors + args + [
                "$(rootpath %s)" % patch,
            ],
            data = data + [
                patch,
                ":%s_library" % bug,
                ":minimize",
                ":rule_tests",
                "//corpus:all_files",
                "//tools/commands/detect:check",
            ] + [":" + t for t in targets] + ["//fuzz:" + t for t in targets],
        )
