"""Programs printed as C, compiled without a warning and run."""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

_WARNINGS = ["-Wall", "-Wextra", "-Werror"]
_TOOL = "//fuzz/program:prog_tool"

def _emit(name, source, flag, output):
    native.genrule(
        name = name,
        srcs = [source],
        outs = [output],
        cmd = "$(execpath %s) %s $(execpath %s) > $@" % (_TOOL, flag, source),
        tools = [_TOOL],
    )

def emitted_programs(sources):
    """Two tests for each program: its main() and its GoogleTest case."""
    for source in sources:
        name = source.split("/")[-1][:-len(".prog")]
        _emit(name + "_c", source, "--c", name + "_main.c")
        cc_test(
            name = name + "_main",
            size = "small",
            srcs = [name + "_main.c"],
            copts = _WARNINGS,
            deps = ["//capsule:implementation"],
        )
        _emit(name + "_cc", source, "--gtest", name + "_gtest.cc")
        cc_test(
            name = name + "_gtest",
            size = "small",
            srcs = [name + "_gtest.cc"],
            copts = _WARNINGS,
            deps = ["//tests/rules:support"],
        )

def random_emitted(seed):
    """A random program in both forms, compiled only."""
    for form, extension, dep in [
        ("c", "c", "//capsule:implementation"),
        ("gtest", "cc", "//tests/rules:support"),
    ]:
        name = "random_%d_%s" % (seed, form)
        native.genrule(
            name = name + "_source",
            testonly = True,
            outs = [name + "." + extension],
            cmd = "$(execpath :emit_random) --%s %d > $@" % (form, seed),
            tools = [":emit_random"],
        )
        cc_library(
            name = name,
            testonly = True,
            srcs = [name + "." + extension],
            copts = _WARNINGS,
            deps = [dep],
        )
