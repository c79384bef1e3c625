"""Macros for rule tests: each runs once per profile that it applies to."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("//tools/build_defs:implementation.bzl", "implementation_test")

# The profiles of most tests, by their names in //capsule:profile.c.
_PROFILES = [
    "cpython-3.11",
    "cpython-3.14",
]

# Tests whose names begin with these words run in these profiles instead.
_OTHER_PROFILES = {
    # These tests differ most between versions.
    "import_": _PROFILES + ["cpython-2.7", "cpython-3.8"],
    "object_protocol_": _PROFILES + ["cpython-2.7"],
    "type_": _PROFILES + ["cpython-2.7"],
    # Only Python 2 has these functions.
    "cobject_": ["cpython-2.7", "documented-2.7"],
    "warnings_": ["cpython-2.7", "documented-2.7"],
    "whatsnew27_": ["cpython-2.7", "documented-2.7"],
}

# Tests that do not compile against Python 3, or of functions that behave
# differently there. Left out on CPython.
_NOT_IN_PYTHON_3 = ["cobject_", "warnings_", "whatsnew27_"]

def _profiles(name):
    for prefix, profiles in _OTHER_PROFILES.items():
        if name.startswith(prefix):
            return profiles
    return _PROFILES

def _is_of_python_2(name):
    return any([name.startswith(prefix) for prefix in _NOT_IN_PYTHON_3])

def rule_test_program(name):
    """The program of `rule_test(name)` for its first profile, which lists its tests."""
    return name + "_" + _profiles(name)[0]

def rule_tests_on(name, rule_tests, implementation):
    """A test `<name>`: all rule tests in one program, on an implementation.

    Args:
      name: the name of the test.
      rule_tests: the names of the rule_test()s; tests of Python 2 are left out.
      implementation: label of the implementation, whose own profile is used.
    """
    cc_binary(
        name = name + "_program",
        testonly = True,
        deps = [
            rule_test + "_lib"
            for rule_test in rule_tests
            if not _is_of_python_2(rule_test)
        ],
    )
    implementation_test(
        name = name,
        size = "small",
        binary = name + "_program",
        implementation = implementation,
    )

def rule_test(name):
    """Tests `<name>_<profile>` of `<name>.cc`.

    Args:
      name: the file's name without its extension; it decides the profiles.
    """
    compatible_with = []
    if _is_of_python_2(name):
        compatible_with = select({
            "//capsule:is-reference": [],
            "//conditions:default": ["@platforms//:incompatible"],
        })

    # Compiled once. alwayslink, because no code refers to a test by name.
    cc_library(
        name = name + "_lib",
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        target_compatible_with = compatible_with,
        deps = [":support"],
    )
    for profile in _profiles(name):
        cc_test(
            name = name + "_" + profile,
            size = "small",
            env = {"CAPSULE_PROFILE": profile},
            linkstatic = True,
            target_compatible_with = compatible_with,
            deps = [name + "_lib"],
        )
