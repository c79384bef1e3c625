"""Lays the files that a planted bug edits over the whole ones: the compiler
reads them under the path of the whole files, which stay as they are."""

from __future__ import annotations

import json
import pathlib

from tools.lib.bug import Broken, read_code


class Overlay:
    """A file for the compiler's flag -ivfsoverlay.

    path  of that file
    """

    def __init__(self, broken: Broken, folder: pathlib.Path, root: pathlib.Path):
        """Writes it, and the edited files, into the folder.

        root  what the compiler puts before the paths of files: the root of the
              repository, or nothing if it runs there
        """
        self.path = folder / "overlay.yaml"
        self._broken = broken
        self._root = root
        roots = []
        for number, (path, text) in enumerate(sorted(broken.files.items())):
            copy = folder / f"{number}-{pathlib.Path(path).name}"
            copy.write_text(text, encoding="utf-8")
            roots.append(
                {
                    "type": "file",
                    "name": str(root / path),
                    "external-contents": str(copy.absolute()),
                }
            )
        self.path.write_text(
            json.dumps({"version": 0, "root-relative": "cwd", "roots": roots})
        )

    def flags(self, source: pathlib.Path) -> list[str]:
        """Returns the compiler's flags for a source; none if it compiles with
        the bug as it does without."""
        if not source.is_relative_to(self._root):
            return []
        path = str(source.relative_to(self._root))
        if not self._broken.changes(path, read_code(source)):
            return []
        return ["-ivfsoverlay", str(self.path)]

    def contents(self) -> str:
        """Returns what an object that is compiled with the flags depends on."""
        return json.dumps(self._broken.files, sort_keys=True)
