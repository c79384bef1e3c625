"""Where every external repository comes from: this folder or the system.

Bazel 4 loads `rules_cc`, `rules_java`, `rules_proto`, `platforms` and the
coverage tools even for a plain `cc_binary`; naming them here keeps it from
downloading them.
"""

load(":python.bzl", "python_repository")

_SYSTEM = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "platforms": "/usr/share/bazel/tools/platforms",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}

_OWN = {
    # Debian's rules_cc is too new for its Bazel.
    "rules_cc": "third_party/rules_cc",
    "remote_coverage_tools": "third_party/coverage_tools",
}

_SOURCES = {
    # Built from source, so that the sanitizers see into it.
    "googletest": ("/usr/src/googletest", "//third_party:googletest.BUILD"),
}

def local_repositories():
    """Declares all external repositories."""
    for name, path in dict(_SYSTEM, **_OWN).items():
        native.local_repository(name = name, path = path)
    for name, (path, build_file) in _SOURCES.items():
        native.new_local_repository(
            name = name,
            path = path,
            build_file = build_file,
        )
    python_repository(name = "python")
