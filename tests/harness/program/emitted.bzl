"""Macros that print programs as C, compile them without a warning and run them."""

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
    """Makes two tests per program: its main() and its GoogleTest case."""
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
    """Makes a random program in both forms and compiles it."""
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
