"""generated_file_test: tests that a committed file equals a generated file."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

def generated_file_test(name, source, committed, generated):
    """Makes a test that fails if the two files differ, and shows the difference.

    Args:
      name: name of the test.
      source: path of the source of `generated`, for the message.
      committed: the file in the repository.
      generated: the rule that generates the file.
    """
    sh_test(
        name = name,
        size = "small",
        srcs = ["//tools/build_defs:generated_file_test.sh"],
        args = [
            source,
            "$(rootpath %s)" % committed,
            "$(rootpath %s)" % generated,
        ],
        data = [committed, generated],
    )
