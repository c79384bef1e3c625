"""The ways to look for a bug that are compared with each other."""

import collections

Method = collections.namedtuple("Method", "name about suffix flags")

# The first is what the others are compared with; programs are named after
# the target, with the suffix.
METHODS = (
    Method("targets", "the project's targets, from an empty corpus", "", ()),
    Method(
        "swarm",
        "generated programs, a swarm each, without coverage",
        "_sequences",
        (),
    ),
    Method(
        "random",
        "generated programs of all calls, without coverage",
        "_sequences",
        ("-whole=1",),
    ),
    Method(
        "bytes",
        "libFuzzer with its own mutations of bytes",
        "_bytes",
        (),
    ),
)

BY_NAME = {method.name: method for method in METHODS}
