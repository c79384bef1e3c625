"""A macro that compiles each header of emitted C alone."""

load("@rules_cc//cc:defs.bzl", "cc_library")

# A file that includes a header does not call all of its functions.
_WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-variable"]

def headers_alone(names):
    """Makes a C library and a C++ library for each header of //fuzz/program/c."""
    for name in names:
        for language, extension in [("c", "c"), ("cc", "cc")]:
            library = "header_%s_as_%s" % (name, language)
            native.genrule(
                name = library + "_source",
                testonly = True,
                outs = ["%s_alone.%s" % (name, extension)],
                cmd = "echo '#include \"fuzz/program/c/%s.h\"' > $@" % name,
            )
            cc_library(
                name = library,
                testonly = True,
                srcs = ["%s_alone.%s" % (name, extension)],
                copts = _WARNINGS,
                deps = [
                    "//capsule:implementation",
                    "//fuzz/program/c:for_tests",
                ],
            )
