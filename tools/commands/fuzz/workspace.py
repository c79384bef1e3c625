"""The folders in out/<target>, in which tools/fuzz keeps the results of runs:

    corpus    the working corpus; each input is named after its SHA-1
    findings  inputs with findings, their minimized versions and their C files
    damaged   files whose content does not match their name
    run-*     private folders of a run, removed when the run ends
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from tools.commands.fuzz import afl, corpus, findings


class Workspace:
    def __init__(
        self, root: pathlib.Path, target: str, start: pathlib.Path
    ) -> None:
        self.folder = root / "out" / target
        self.corpus = self.folder / "corpus"
        self.findings = self.folder / "findings"
        self.damaged = self.folder / "damaged"
        self._start = start

    def show(self, path: pathlib.Path) -> str:
        """Returns the path relative to the user's working directory."""
        return os.path.relpath(path, self._start)

    def prepare(self, fresh: bool) -> None:
        """Makes the folders, sets damaged units aside, and recovers the inputs
        and findings of killed runs."""
        corpus.make_folder(self.folder)
        for folder in sorted(self.folder.glob("run-*")):
            self._recover(folder)
        if fresh and self.corpus.exists():
            self._move_corpus_away()
        corpus.make_folder(self.corpus)
        for leftover in self.corpus.glob(".*"):
            leftover.unlink()  # a killed run did not finish writing this file
        _, damaged = corpus.units(self.corpus)
        if damaged:
            corpus.set_aside(damaged, self.damaged)
            print(
                f"{len(damaged)} damaged inputs in {self.show(self.corpus)}; "
                f"they are now in {self.show(self.damaged)}"
            )

    def _move_corpus_away(self) -> None:
        number = 1
        while (old := self.folder / f"corpus.{number}").exists():
            number += 1
        self.corpus.rename(old)
        print(f"the working corpus of earlier runs is now {self.show(old)}")

    def _recover(self, folder: pathlib.Path) -> None:
        with open(folder / "lock", "a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # the run still holds its lock, so it is alive
            corpus.make_folder(self.corpus)
            afl.recover(folder)
            kept = 0
            damaged: list[pathlib.Path] = []
            for units in folder.glob("job-*/corpus"):
                new, cut = corpus.publish_all(units, self.corpus)
                kept, damaged = kept + new, damaged + cut
            for units in folder.glob("job-*/artifacts"):
                damaged += self._recover_findings(units)
            print(
                f"an earlier run was killed; kept {kept} of its new inputs, "
                f"dropped {len(damaged)} truncated files"
            )
            shutil.rmtree(folder)

    def _recover_findings(self, units: pathlib.Path) -> list[pathlib.Path]:
        intact, damaged = findings.artifacts(units)
        for path in intact:
            corpus.publish(path, corpus.make_folder(self.findings))
            print(
                "an earlier run was killed before it reported "
                f"{self.show(self.findings / path.name)}"
            )
        return damaged

    @contextlib.contextmanager
    def private_folder(self) -> Iterator[pathlib.Path]:
        """Makes a private folder for a run and removes the folder when the run
        ends normally. The run holds a lock on the folder; a folder without a
        lock belongs to a killed run, and the next run recovers it."""
        try:
            folder = pathlib.Path(
                tempfile.mkdtemp(prefix="run-", dir=self.folder)
            )
        except OSError as error:
            raise corpus.write_error(self.folder, error) from None
        with open(folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
            shutil.rmtree(folder)
