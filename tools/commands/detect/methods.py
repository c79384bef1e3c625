"""The ways to look for a bug that are compared with each other."""

import collections

from tools.commands.detect import report

Method = collections.namedtuple(
    "Method", "name about suffix flags environment most seeds counts"
)


def _any(findings):
    """The finding that counts, None where none does."""
    return findings[0] if findings else "without a word"


def _only_sanitizers(findings):
    return next((f for f in findings if not report.is_rule(f)), None)


def _method(
    name,
    about,
    suffix,
    flags=(),
    environment=(),
    most=None,
    seeds=None,
    counts=_any,
):
    return Method(
        name, about, suffix, flags, dict(environment), most, seeds, counts
    )


# What finds little is slow: it goes on to the end. Its runs end sooner.
FEWER = 3000

# Built and run by afl.py.
AFL = "afl"

# The first is what the others are compared with; programs are named after
# the target, with the suffix.
METHODS = (
    _method("targets", "the project's targets, from an empty corpus", ""),
    _method(
        "swarm",
        "generated programs, a swarm each, without coverage",
        "_sequences",
    ),
    _method(
        "random",
        "generated programs of all calls, without coverage",
        "_sequences",
        ("-whole=1",),
    ),
    _method(
        "sanitizers",
        "the same targets without the model: what ASan, LSan, UBSan "
        "and crashes show; malloc() in place of the arena",
        "",
        ("-detect_leaks=1",),
        {
            "CAPSULE_CHECKS": "sanitizers",
            "CAPSULE_ALLOCATOR": "malloc",
            # LeakSanitizer ignores a block without malloc()'s caller.
            "ASAN_OPTIONS": "symbolize=0:malloc_context_size=2:"
            "quarantine_size_mb=4",
        },
        FEWER,
        counts=_only_sanitizers,
    ),
    _method(
        "bytes",
        "libFuzzer with its own mutations of bytes",
        "_bytes",
        most=FEWER,
    ),
    _method(
        AFL,
        "AFL++ in its place, if it is installed; two seeds at most",
        None,
        most=FEWER,
        seeds=2,
    ),
)

BY_NAME = {method.name: method for method in METHODS}


def limit(method, executions):
    """The executions after which a run of the method ends."""
    return min(executions, method.most or executions)
