"""The external repositories of a build with WORKSPACE (Bazel 4).

Bazel 4 loads `rules_cc`, `rules_java`, `rules_proto`, `platforms` and the
coverage tools even for a plain `cc_binary`. WORKSPACE names a folder for each,
so that Bazel downloads nothing; dependencies.bzl has the folders.
"""

load(":cbmc.bzl", "cbmc_repository")
load(":dependencies.bzl", "DEPENDENCIES")
load(":python.bzl", "python_repository")

def local_repositories():
    """Declares all external repositories."""
    for name, dependency in DEPENDENCIES.items():
        if dependency.workspace:
            native.local_repository(name = name, path = dependency.workspace)

    # Built from source, so that the sanitizers also check GoogleTest.
    native.new_local_repository(
        name = "googletest",
        path = "/usr/src/googletest",
        build_file = "//third_party:googletest.BUILD",
    )
    python_repository(name = "python")
    cbmc_repository(name = "cbmc")
