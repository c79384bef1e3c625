"""The settings of a campaign (implementation, build, allocator, profile) and its lanes
(a target in a setting)."""

from __future__ import annotations

import dataclasses

from tools.commands.fuzz.build import REFERENCE, folder_word

DEFAULT, MSAN, PLANTED = "default", "msan", "planted"
ARENA, MALLOC = "arena", "malloc"
GUIDED, GENERATED = "guided", "generated"


@dataclasses.dataclass(frozen=True)
class Setting:
    """How a target is built and run.

    implementation  "reference", "cpython", or the path of an interpreter
    build           DEFAULT (AddressSanitizer and UBSan), MSAN, or PLANTED
    allocator       ARENA, or MALLOC: blocks come from malloc()
    profile         the profile to follow; "" for the implementation's own
    bug             the planted bug of a PLANTED build, else ""
    """

    implementation: str = REFERENCE
    build: str = DEFAULT
    allocator: str = ARENA
    profile: str = ""
    bug: str = ""

    @property
    def name(self) -> str:
        parts = [self.implementation]
        if self.bug:
            parts.append(f"with the planted bug {self.bug}")
        if self.build == MSAN:
            parts.append("MemorySanitizer")
        if self.allocator == MALLOC:
            parts.append("malloc()")
        if self.profile:
            parts.append(f"as {self.profile}")
        return ", ".join(parts)

    @property
    def build_name(self) -> str:
        """The name of the setting's binaries: settings that differ only in
        allocator and profile share them."""
        name = folder_word(self.implementation)
        if self.bug:
            return f"planted-{self.bug}"
        return f"{name}-{self.build}" if self.build != DEFAULT else name

    def environment(self) -> dict[str, str]:
        """Returns the variables that a target reads."""
        variables = {"CAPSULE_ALLOCATOR": self.allocator}
        if self.profile:
            variables["CAPSULE_PROFILE"] = self.profile
        return variables


@dataclasses.dataclass(frozen=True)
class Lane:
    """A target in a setting, with libFuzzer (GUIDED) or with generated programs
    and no guidance (GENERATED). The scheduler shares time out among lanes."""

    target: str
    setting: Setting
    method: str = GUIDED

    @property
    def name(self) -> str:
        text = f"{self.target} on {self.setting.name}"
        return f"{text}, generated" if self.method == GENERATED else text

    def as_json(self) -> dict[str, object]:
        return {
            "target": self.target,
            "setting": dataclasses.asdict(self.setting),
            "method": self.method,
        }


def lane_of(values: dict[str, object]) -> Lane:
    """Returns the lane that as_json() describes."""
    setting = values["setting"]
    assert isinstance(setting, dict)
    return Lane(
        str(values["target"]), Setting(**setting), str(values["method"])
    )
