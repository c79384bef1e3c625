"""pytest_test: runs a Python test with the system's pytest."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

def pytest_test(name, srcs, data = [], size = "small", **kwargs):
    """Runs pytest on `srcs`; each test function counts as one test case.

    The interpreter is /usr/bin/python3, because tools/setup installs packages for
    this interpreter. PATH may have another python3 first.

    Args:
      name: name of the test.
      srcs: files with test functions.
      data: files that the tests read, and modules that they import.
      size: Bazel's size of the test.
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
