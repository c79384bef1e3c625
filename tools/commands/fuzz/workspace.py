"""What is kept of a target's runs, below out/<target>:

    corpus    the working corpus; units named by their SHA-1
    findings  inputs that show something, with what belongs to them
    damaged   files whose bytes do not match their names
    run-*     private folders of a run; gone when it has ended
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from tools.commands.fuzz import corpus, findings


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
        """Returns the path relative to the folder where the user stands."""
        return os.path.relpath(path, self._start)

    def prepare(self, fresh: bool) -> None:
        """Makes the folders, sets damaged units aside, and takes in what runs
        that were killed have left."""
        corpus.make_folder(self.folder)
        for folder in sorted(self.folder.glob("run-*")):
            self._recover(folder)
        if fresh and self.corpus.exists():
            self._move_corpus_away()
        corpus.make_folder(self.corpus)
        for leftover in self.corpus.glob(".*"):
            leftover.unlink()  # half published by a run that was killed
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
                return  # that run goes on
            corpus.make_folder(self.corpus)
            kept = 0
            damaged: list[pathlib.Path] = []
            for units in folder.glob("job-*/corpus"):
                new, cut = corpus.publish_all(units, self.corpus)
                kept, damaged = kept + new, damaged + cut
            for units in folder.glob("job-*/artifacts"):
                damaged += self._recover_findings(units)
            print(
                f"an earlier run was killed; {kept} new inputs of it are kept, "
                f"{len(damaged)} that were cut are not"
            )
            shutil.rmtree(folder)

    def _recover_findings(self, units: pathlib.Path) -> list[pathlib.Path]:
        intact, damaged = findings.artifacts(units)
        for path in intact:
            corpus.publish(path, corpus.make_folder(self.findings))
            print(
                "an earlier run was killed before it told of "
                f"{self.show(self.findings / path.name)}"
            )
        return damaged

    @contextlib.contextmanager
    def private_folder(self) -> Iterator[pathlib.Path]:
        """A folder for a run; removed when the run ends, however it ends. It
        is locked, so that another run knows when nobody owns it any more."""
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
