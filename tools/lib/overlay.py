"""Makes the compiler read the edited files of a planted bug under the paths of
the original files, which stay unchanged on disk."""

from __future__ import annotations

import json
import pathlib

from tools.lib.bug import Broken, read_code


class Overlay:
    """A virtual file system for the compiler.

    path  the file to give to the compiler's flag -ivfsoverlay
    """

    def __init__(
        self, broken: Broken, folder: pathlib.Path, root: pathlib.Path
    ) -> None:
        """Writes the overlay and the edited files into the folder.

        root  the prefix of paths in the compiler's command: the root of the
              repository, or empty if the compiler runs in the root
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
        """Returns the compiler's flags for a source. Returns no flags if the bug
        does not change the source's object code."""
        if not source.is_relative_to(self._root):
            return []
        path = str(source.relative_to(self._root))
        if not self._broken.changes(path, read_code(source)):
            return []
        return ["-ivfsoverlay", str(self.path), *self._broken.flags]

    def contents(self) -> str:
        """Returns the text of the edited files and the flags of the bug: an object
        that was compiled with flags() depends on this text."""
        return json.dumps([self._broken.files, self._broken.flags], sort_keys=True)
