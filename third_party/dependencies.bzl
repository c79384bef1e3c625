"""The table of all external dependencies.

A build takes each of them from one of three places:

- Bazel 4 (Debian 12 and 13): WORKSPACE, the folders in `workspace`;
- Debian's Bazel 7: MODULE.bazel, with the folders in `module` instead of the
  registry's modules (`--config=debian-modules`, which tools/setup writes);
- any other Bazel: MODULE.bazel and the registry, in the version named here.

A folder is one of the system (absolute) or of this repository.
"""

def _dependency(version = None, workspace = None, module = None):
    """One dependency.

    Args:
      version: the version of the module in the registry, if a BUILD file of this
        repository uses the module; None if only Bazel itself loads the module.
      workspace: folder for Bazel 4; None if Bazel 4 does not load it.
      module: folder for Debian's Bazel 7; None if that Bazel does not load it.
    """
    return struct(module = module, version = version, workspace = workspace)

def _stub(name):
    """Returns an empty module: Bazel requires the module to exist, but no build
    in this repository uses it."""
    return _dependency(module = "third_party/modules/" + name)

DEPENDENCIES = {
    "apple_support": _stub("apple_support"),
    "bazel_features": _dependency(module = "/usr/share/bazel/tools/features"),
    "bazel_skylib": _dependency(
        workspace = "/usr/share/bazel/tools/skylib",
        module = "/usr/share/bazel/tools/skylib",
    ),
    "buildozer": _stub("buildozer"),
    # For Bazel 4, repositories.bzl adds our own BUILD file.
    "googletest": _dependency(
        version = "1.15.2",
        module = "third_party/modules/googletest",
    ),
    "platforms": _dependency(
        version = "0.0.11",
        workspace = "/usr/share/bazel/tools/platforms",
        module = "/usr/share/bazel/tools/platforms",
    ),
    "protobuf": _stub("protobuf"),
    # Every cc_test of Bazel 4 depends on two targets of this repository.
    "remote_coverage_tools": _dependency(
        workspace = "third_party/coverage_tools",
    ),
    # The rules_cc of Debian 12 and 13 is too new for their Bazel.
    "rules_cc": _dependency(
        version = "0.1.1",
        workspace = "third_party/rules_cc",
        module = "/usr/share/bazel/rules/cc",
    ),
    "rules_java": _dependency(
        workspace = "/usr/share/bazel/rules/java",
        module = "/usr/share/bazel/rules/java",
    ),
    "rules_license": _dependency(module = "/usr/share/bazel/rules/license"),
    "rules_proto": _dependency(
        workspace = "/usr/share/bazel/rules/proto",
        module = "/usr/share/bazel/rules/proto",
    ),
    "rules_python": _dependency(module = "/usr/share/bazel/rules/python"),
    # Bazel 8 no longer has the rules for shell scripts.
    "rules_shell": _dependency(
        version = "0.4.1",
        workspace = "third_party/modules/rules_shell",
        module = "third_party/modules/rules_shell",
    ),
    "zlib": _stub("zlib"),
}

# --- the two files that Bazel generates from the table ----------------------

_HEADER = "# Generated from third_party/dependencies.bzl; see third_party/BUILD.\n"

_MODULE = """
# Bazel 7 and later read this file, Bazel 4 reads WORKSPACE.
module(
    name = "capsule_contract",
    version = "0.1",
)

{dependencies}

python_repository = use_repo_rule(
    "//third_party:python.bzl",
    "python_repository",
)

python_repository(name = "python")

cbmc_repository = use_repo_rule(
    "//third_party:cbmc.bzl",
    "cbmc_repository",
)

cbmc_repository(name = "cbmc")
"""

def _module_text():
    lines = [
        "bazel_dep(name = \"%s\", version = \"%s\")" % (name, dependency.version)
        for name, dependency in sorted(DEPENDENCIES.items())
        if dependency.version
    ]
    return _HEADER + _MODULE.format(dependencies = "\n".join(lines))

def _bazelrc_text():
    lines = [
        _HEADER,
        "# Debian's Bazel 7: takes every module from a folder, downloads nothing.",
        "common:debian-modules --lockfile_mode=off",
    ]
    for name, dependency in sorted(DEPENDENCIES.items()):
        folder = dependency.module
        if folder:
            if not folder.startswith("/"):
                folder = "%workspace%/" + folder
            lines.append("common:debian-modules --override_module=%s=%s" %
                         (name, folder))
    return "\n".join(lines) + "\n"

_TEXTS = {
    "MODULE.bazel": _module_text,
    "debian.bazelrc": _bazelrc_text,
}

def _dependencies_file_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(output, _TEXTS[ctx.attr.file]())
    return DefaultInfo(
        files = depset([output]),
        runfiles = ctx.runfiles([output]),
    )

dependencies_file = rule(
    doc = "Generates `file`, MODULE.bazel or debian.bazelrc, from the table.",
    implementation = _dependencies_file_impl,
    attrs = {"file": attr.string(mandatory = True, values = _TEXTS.keys())},
)
