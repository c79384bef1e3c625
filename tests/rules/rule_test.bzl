"""One rule test, run once for each profile that it has to hold in."""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

# The names of rows of //capsule:profile.c.
PROFILES = [
    "cpython-3.11",
    "cpython-3.14",
]

# Older versions, which differ in PyCapsule_Import only.
IMPORT_PROFILES = PROFILES + [
    "cpython-2.7-capsules",
    "cpython-3.8",
]

def rule_test(name, profiles = PROFILES):
    """Tests `<name>_<profile>` of `<name>.cc`.

    Args:
      name: the file's name without its extension.
      profiles: those that the test has to hold in.
    """

    # Compiled once; alwayslink, since nothing refers to a test by name.
    cc_library(
        name = name + "_lib",
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = [":support"],
    )
    for profile in profiles:
        cc_test(
            name = name + "_" + profile,
            size = "small",
            env = {"CAPSULE_PROFILE": profile},
            linkstatic = True,
            deps = [name + "_lib"],
        )
