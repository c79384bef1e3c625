"""Each header of emitted C, compiled alone."""

load("@rules_cc//cc:defs.bzl", "cc_library")

# A header has more functions than the file that includes it calls.
_WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-variable"]

def headers_alone(names):
    """A C and a C++ library for each of these headers of //fuzz/program/c."""
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
