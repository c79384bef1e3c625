"""generated_file_test: a committed file is what a rule generates."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

def generated_file_test(name, source, committed, generated):
    """Fails while the two files differ, and shows how.

    Args:
      name: name of the test.
      source: path of the file that `generated` is made from, for the message.
      committed: the file in the repository.
      generated: the rule that makes it.
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
