"""One rule test, run once for each profile that it has to hold in."""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

# The names of rows of //capsule:profile.c.
PROFILES = [
    "cpython-3.11",
    "cpython-3.14",
]

def rule_test(name):
    """Tests `<name>_<profile>` of `<name>.cc`.

    Args:
      name: the file's name without its extension.
    """

    # Compiled once; alwayslink, since nothing refers to a test by name.
    cc_library(
        name = name + "_lib",
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = [":support"],
    )
    for profile in PROFILES:
        cc_test(
            name = name + "_" + profile,
            size = "small",
            env = {"CAPSULE_PROFILE": profile},
            linkstatic = True,
            deps = [name + "_lib"],
        )
