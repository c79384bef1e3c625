"""One rule test, run once for each profile that it has to hold in."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("//tools/build_defs:implementation.bzl", "implementation_test")

# The names of rows of //capsule:profile.c.
_PROFILES = [
    "cpython-3.11",
    "cpython-3.14",
]

# Tests whose names begin like that hold in these profiles instead.
_OTHER_PROFILES = {
    # What differs most from one version to the next.
    "import_": _PROFILES + ["cpython-2.7", "cpython-3.8"],
    "object_protocol_": _PROFILES + ["cpython-2.7"],
    "type_": _PROFILES + ["cpython-2.7"],
    # What only Python 2 has.
    "cobject_": ["cpython-2.7", "documented-2.7"],
    "warnings_": ["cpython-2.7", "documented-2.7"],
    "whatsnew27_": ["cpython-2.7", "documented-2.7"],
}

# Tests of what Python 3 has no header for, or does otherwise: only built where
# the implementation offers it.
_NOT_IN_PYTHON_3 = ["cobject_", "warnings_", "whatsnew27_"]

def _profiles(name):
    for prefix, profiles in _OTHER_PROFILES.items():
        if name.startswith(prefix):
            return profiles
    return _PROFILES

def _is_of_python_2(name):
    return any([name.startswith(prefix) for prefix in _NOT_IN_PYTHON_3])

def rule_test_program(name):
    """One of the tests `rule_test(name)`, to ask for what is in it."""
    return name + "_" + _profiles(name)[0]

def rule_tests_on(name, rule_tests, implementation):
    """A test `<name>`: all rule tests in one program, on an implementation.

    Args:
      name: of the test.
      rule_tests: the names of the rule_test()s; those of what Python 3 does not
        have are left out.
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

    # Compiled once; alwayslink, since nothing refers to a test by name.
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
