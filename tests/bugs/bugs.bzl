"""planted_bugs: tests that the detectors find each planted bug."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("//tools/build_defs:configs.bzl", "IMPLEMENTATION_COPTS", "configured_files")

_COMPILE = {
    "c": "c-compile",
    "cc": "c++-compile",
}
_LINK = "c++-link-dynamic-library"

# Warnings and debug information are off: the code is wrong on purpose, and
# compile time matters more than the speed of tests.
_COPTS = ["-w", "-g0"]
_TEST_COPTS = ["-O0"]

# The approximate number of bugs per test target. The bugs of a target are in the
# same folder and share processes, sandboxes and input libraries.
_GROUP = 12

def _command(toolchain, action, variables):
    return [cc_common.get_tool_for_action(
        feature_configuration = toolchain.features,
        action_name = action,
    )] + cc_common.get_memory_inefficient_command_line(
        feature_configuration = toolchain.features,
        action_name = action,
        variables = variables,
    )

def _compile_command(ctx, toolchain, source, context):
    cpp = ctx.fragments.cpp
    if source.extension == "cc":
        flags = cpp.copts + cpp.cxxopts + _TEST_COPTS
    else:
        flags = cpp.copts + cpp.conlyopts
    if source.path.startswith("capsule/"):
        flags = flags + ctx.attr.implementation_copts
    return _command(toolchain, _COMPILE[source.extension], cc_common.create_compile_variables(
        feature_configuration = toolchain.features,
        cc_toolchain = toolchain.cc,
        source_file = source.path,
        output_file = "@OUTPUT@",
        user_compile_flags = flags + _COPTS,
        include_directories = context.includes,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
        preprocessor_defines = context.defines,
        use_pic = True,
    ))

def _link_command(ctx, toolchain, is_cxx):
    if not is_cxx:
        # The link of a C library needs no startup files or libraries, so call
        # ld.bfd directly: it starts three times as fast as clang.
        return ["/usr/bin/ld.bfd", "-shared", "--eh-frame-hdr", "@OBJECTS@", "-o", "@OUTPUT@"]
    return _command(toolchain, _LINK, cc_common.create_link_variables(
        feature_configuration = toolchain.features,
        cc_toolchain = toolchain.cc,
        output_file = "@OUTPUT@",
        user_link_flags = ["@OBJECTS@"] + ctx.fragments.cpp.linkopts,
        is_linking_dynamic_library = True,
    ))

def _only_library(target):
    """Returns the library that Bazel links for the target, without those of its
    dependencies."""
    for linker_input in target[CcInfo].linking_context.linker_inputs.to_list():
        if linker_input.owner == target.label:
            return linker_input.libraries[0]
    return fail("%s is not a library" % target.label)

def _object_of(source, objects):
    name = source.basename[:-len(source.extension)] + "pic.o"
    for object in objects:
        if object.basename == name:
            return object
    return fail("no library is made of %s" % source.path)

def _broken_libraries_impl(ctx):
    cc = find_cpp_toolchain(ctx)
    toolchain = struct(cc = cc, features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc,
    ))
    compile, objects, library_of, link, parts = {}, {}, {}, {}, {}
    headers, inputs = [], []
    for target, library in ctx.attr.sources.items():
        library = [t for t in ctx.attr.libraries if t.label == Label(library)][0]
        built = _only_library(library)
        name = built.dynamic_library.basename
        files = target[DefaultInfo].files.to_list()
        is_cxx = bool([file for file in files if file.extension == "cc"])
        link[name] = _link_command(ctx, toolchain, is_cxx)
        parts[name] = [object.path for object in built.pic_objects]
        context = library[CcInfo].compilation_context
        headers.append(context.headers)
        inputs += built.pic_objects
        for source in files:
            inputs.append(source)
            if source.extension not in ["c", "cc"]:
                continue
            compile[source.path] = _compile_command(ctx, toolchain, source, context)
            objects[source.path] = _object_of(source, built.pic_objects).path
            library_of[source.path] = name
    commands = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(commands, struct(
        compile = compile,
        objects = objects,
        library = library_of,
        link = link,
        parts = parts,
        sanitizer_only = ctx.attr.sanitizer_only,
    ).to_json())
    output = ctx.actions.declare_directory(ctx.label.name)
    unused = ctx.actions.declare_file(ctx.label.name + ".unused")
    ctx.actions.run(
        executable = "/usr/bin/python3",
        arguments = ["-SB", "-m", "tools.lib.plant", commands.path, output.path, unused.path] +
                    [file.path for file in ctx.files.bugs],
        env = {"PYTHONPATH": ".", "PATH": "/usr/bin:/bin"},
        inputs = depset(
            [commands] + inputs + ctx.files.bugs + ctx.files.headers + ctx.files._plant,
            transitive = headers + [cc.all_files],
        ),
        outputs = [output, unused],
        unused_inputs_list = unused,
        mnemonic = "PlantBugs",
        progress_message = "Planting bugs: %s" % ctx.label.name,
    )
    return DefaultInfo(
        files = depset([output]),
        runfiles = ctx.runfiles([output]),
    )

_broken_libraries = rule(
    doc = "A folder with libraries for each bug; see tools/lib/plant.py.",
    implementation = _broken_libraries_impl,
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    attrs = {
        "bugs": attr.label_list(allow_files = True, mandatory = True),
        "implementation_copts": attr.string_list(),
        # Libraries whose headers a source includes although the source's own
        # library does not depend on them.
        "headers": attr.label_list(allow_files = True),
        "libraries": attr.label_list(mandatory = True, providers = [CcInfo]),
        # True to build only the bugs with `Sanitizer: only`.
        "sanitizer_only": attr.bool(),
        # {source that a bug may change: the library of the source}
        "sources": attr.label_keyed_string_dict(
            allow_files = True,
            mandatory = True,
        ),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
        "_plant": attr.label(default = "//tools/lib:plant"),
    },
)

def _plant(name, bugs, sources, **kwargs):
    _broken_libraries(
        name = name,
        bugs = bugs,
        implementation_copts = IMPLEMENTATION_COPTS,
        headers = ["//fuzz/executor:private_headers"],
        libraries = {library: None for library in sources.values()}.keys(),
        sources = sources,
        testonly = True,
        **kwargs
    )

def _sources_of(folder, headers):
    """Returns {source: library} for a folder of bugs. The folder's name is FILE
    or FILE+FILE+...; the suffix .c is left out."""
    sources = {}
    for file in folder.split("+"):
        if file in headers:
            sources.update(headers[file])
        else:
            for library in ["//capsule/reference", "//capsule/runtime"]:
                sources[library + ":sources"] = library
    return sources

def planted_libraries(name, bugs, **kwargs):
    """Makes a folder with the library of the reference for each bug of capsule.c."""
    _plant(name, bugs, _sources_of("capsule", {}), **kwargs)

def _check(name, bugs, libraries, targets, args = [], data = [], **kwargs):
    detectors = [
        "--target=%s=$(rootpath :%s)=$(rootpath //fuzz:%s)" % (t, t, t)
        for t in targets
    ]
    sh_test(
        name = name,
        srcs = ["check.sh"],
        args = [
            "--rule-tests=$(rootpath :rule_tests)",
            "--libraries=tests/bugs/" + libraries,
            "--minimize=$(rootpath :minimize)",
        ] + detectors + args + ["$(rootpath %s)" % bug for bug in bugs],
        data = data + bugs + [
            ":" + libraries,
            ":minimize",
            ":rule_tests",
            "//corpus:all_files",
            "//tools/commands/detect:check",
        ] + [":" + t for t in targets] + ["//fuzz:" + t for t in targets],
        **kwargs
    )

def planted_bugs(bugs, headers, targets, without_sanitizers):
    """Makes tests that the detectors find each bug.

    For each folder of bugs, makes tests `<folder>_<number>` of about a dozen bugs
    each. For each bug, makes a test `<bug>` with the tag `manual`, because a
    group already contains the bug, and libraries `<bug>_library` for
    tools/detect.

    Args:
      bugs: files `<folder>/<bug>.bug`; see CONTRIBUTING.md.
      headers: {folder: {source: library}} for bugs of headers: the sources that
        are compiled with the bug.
      targets: the fuzz targets that a header may name; the package has an engine
        of the same name.
      without_sanitizers: a replay program that was built without sanitizers.
    """
    folders = {}
    for bug in bugs:
        folder, _, file = bug.partition("/")
        folders.setdefault(folder, []).append(bug)
    for folder, inside in folders.items():
        sources = _sources_of(folder, headers)
        groups = {}
        for bug in inside:
            # The group depends on the bug's name, so that a new bug does not
            # change the other groups.
            number = hash(bug) % ((len(inside) + _GROUP - 1) // _GROUP)
            groups.setdefault(number, []).append(bug)
            name = bug.rpartition("/")[2][:-len(".bug")]
            _tests(name, [bug], sources, targets, without_sanitizers, ["manual"])
        for number, group in groups.items():
            name = "%s_%d" % (folder, number)
            _tests(name, group, sources, targets, without_sanitizers, [])

def _tests(name, bugs, sources, targets, without_sanitizers, tags):
    _plant(name + "_library", bugs, sources, tags = tags)
    _plant(name + "_sanitizer_only", bugs, sources, sanitizer_only = True, tags = ["manual"])
    configured_files(
        name = name + "_plain",
        testonly = True,
        config = "replay",
        files = name + "_sanitizer_only",
        tags = tags,
    )
    _check(
        name = name,
        args = [
            "--plain-libraries=tests/bugs/%s_sanitizer_only" % name,
            "--plain-replay=$(rootpath %s)" % without_sanitizers,
        ],
        bugs = bugs,
        data = [name + "_plain", without_sanitizers],
        libraries = name + "_library",
        size = "medium",
        tags = tags,
        targets = targets,
    )
