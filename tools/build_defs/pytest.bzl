"""pytest_test: a test in Python, run by the system's pytest."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

def pytest_test(name, srcs, data = [], size = "small", **kwargs):
    """Runs pytest on `srcs`; each test function counts as one test case.

    The interpreter is /usr/bin/python3, which has the packages that
    tools/setup installs; another python3 may come first in PATH.

    Args:
      name: name of the test.
      srcs: files with test functions.
      data: files that the tests read, and the modules they import.
      size: as for every test.
      **kwargs: passed to sh_test.
    """
    sh_test(
        name = name,
        size = size,
        srcs = ["//tools/build_defs:pytest.sh"],
        args = ["$(rootpaths %s)" % src for src in srcs],
        data = srcs + data,
        **kwargs
    )
