"""The built files of a campaign, and the work that needs them."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

from tools.commands.overnight.builds import Files
from tools.commands.overnight.planted import Planted
from tools.commands.overnight.replaying import Item
from tools.commands.overnight.settings import Lane
from tools.lib.contract import Contract


@dataclasses.dataclass
class Resources:
    """The built files and the work that needs them.

    files          {build name: {target: Files}}
    planted        the planted bugs, in the order in which they run
    planted_files  {name of a planted bug: its Files}
    replays        the replays of the corpora
    contract       the rules
    root           the checkout
    """

    files: Mapping[str, Mapping[str, Files]]
    planted: Sequence[Planted]
    planted_files: Mapping[str, Files]
    replays: Sequence[Item]
    contract: Contract
    root: pathlib.Path

    def of(self, lane: Lane) -> Files | None:
        """Returns the files of the lane; None if they were not built."""
        setting = lane.setting
        if setting.bug:
            return self.planted_files.get(setting.bug)
        return self.files.get(setting.build_name, {}).get(lane.target)
