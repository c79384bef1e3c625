"""The ways to look for a bug that tools/detect compares."""

import dataclasses
from collections.abc import Callable

from tools.commands.detect import report


def _any(findings: list[str]) -> str | None:
    return findings[0] if findings else "without a word"


def _only_sanitizers(findings: list[str]) -> str | None:
    return next((f for f in findings if not report.is_rule(f)), None)


@dataclasses.dataclass(frozen=True)
class Method:
    """A way to look for a bug.

    The program that runs has the target's name and `suffix`. `most` limits the
    executions of a run below what the user asks for: a method that finds little
    always runs to its limit. `counts` chooses the finding that counts from all
    findings of a run; None if none counts."""

    name: str
    about: str
    suffix: str
    flags: tuple[str, ...] = ()
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    most: int | None = None
    counts: Callable[[list[str]], str | None] = _any

    def limit(self, executions: int) -> int:
        """Returns the executions after which a run ends."""
        return min(executions, self.most or executions)


RANDOM = "random"
SANITIZERS = "sanitizers"

# The first is what the others are compared with.
METHODS = (
    Method("targets", "the project's targets, from an empty corpus", ""),
    Method(
        "swarm",
        "generated programs, a swarm each, without coverage",
        "_sequences",
    ),
    Method(
        RANDOM,
        "generated programs of all calls, without coverage",
        "_sequences",
        ("-whole=1",),
    ),
    Method(
        "afl",
        "the same targets and the same mutator under AFL++",
        "_afl",
    ),
    Method(
        SANITIZERS,
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
        most=3000,
        counts=_only_sanitizers,
    ),
)

BY_NAME = {method.name: method for method in METHODS}
