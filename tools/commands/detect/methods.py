"""The fuzzing methods that tools/detect compares."""

import dataclasses
from collections.abc import Callable

from tools.commands.detect import report


def _any(findings: list[str]) -> str | None:
    return findings[0] if findings else "without a word"


def _only_sanitizers(findings: list[str]) -> str | None:
    return next((f for f in findings if not report.is_rule(f)), None)


@dataclasses.dataclass(frozen=True)
class Method:
    """A fuzzing method.

    The method runs the program `<target><suffix>`. `most` is an upper limit for
    the executions of a run, because a method that finds few bugs uses all of its
    executions in most runs. `counts` receives all findings of a run and returns
    the finding that counts, or None."""

    name: str
    about: str
    suffix: str
    flags: tuple[str, ...] = ()
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    most: int | None = None
    counts: Callable[[list[str]], str | None] = _any

    def limit(self, executions: int) -> int:
        """Returns the executions after which a run gives up."""
        return min(executions, self.most or executions)


RANDOM = "random"
SANITIZERS = "sanitizers"

# The first method is the project's own; the tables compare the others with it.
METHODS = (
    Method("targets", "the project's targets, from an empty corpus", ""),
    Method(
        "swarm",
        "generated programs, each with a random subset of the calls, no coverage",
        "_sequences",
    ),
    Method(
        RANDOM,
        "generated programs with all calls, no coverage",
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
        "the same targets without the model: only ASan, LSan, UBSan and "
        "crashes count; malloc() in place of the arena",
        "",
        ("-detect_leaks=1",),
        {
            "CAPSULE_CHECKS": "sanitizers",
            "CAPSULE_ALLOCATOR": "malloc",
            # LeakSanitizer ignores blocks whose stack does not show malloc()'s caller.
            "ASAN_OPTIONS": "symbolize=0:malloc_context_size=2:"
            "quarantine_size_mb=4",
        },
        most=3000,
        counts=_only_sanitizers,
    ),
)

BY_NAME = {method.name: method for method in METHODS}
