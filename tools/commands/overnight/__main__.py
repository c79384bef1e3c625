"""tools/overnight: a fuzzing campaign of hours, and one page in the morning."""

from __future__ import annotations

import argparse
import datetime
import pathlib
import sys

from tools.commands.fuzz.build import known_implementations, known_targets
from tools.commands.overnight import arguments as command_line
from tools.commands.overnight.folder import Folder
from tools.lib.places import start_folder, workspace_folder
from tools.lib.problem import exit_status


def main(argv: list[str]) -> int:
    root = workspace_folder()
    given = command_line.parse(
        argv, known_targets(root), known_implementations(root)
    )
    output = root / "out/overnight"
    if given.output:
        output = start_folder() / given.output
    # rich, jinja2 and matplotlib take a second to import: a usage error does not
    # wait for them.
    if given.adopt is not None:
        from tools.commands.overnight import adopt

        return adopt.adopt(given.adopt, Folder(output), root)
    if given.join:
        from tools.commands.overnight import joining

        folders = [start_folder() / path for path in given.join]
        return joining.join(folders, output)
    return run(given, output, root)


def run(
    given: argparse.Namespace, output: pathlib.Path, root: pathlib.Path
) -> int:
    """Runs a campaign, or goes on with one."""
    from tools.commands.overnight import (
        baseline,
        journal,
        ledger,
        prepare,
        report,
        storage,
    )
    from tools.commands.overnight.campaign import Campaign, keep_inputs
    from tools.commands.overnight.screen import Screen
    from tools.commands.overnight.state import State

    begin = datetime.datetime.now()
    before = None
    if given.baseline:
        before = baseline.read(start_folder() / given.baseline)
    folder = Folder(output)
    if given.resume:
        plan = folder.read_plan()
        folder.lock()
        folder.make()
        resources = prepare.build(plan, root, folder)
    else:
        folder.lock()
        old = folder.move_away()
        if old:
            print(f"the results of an earlier campaign are now in {old}")
            folder = Folder(output)
            folder.lock()
        with storage.to_start_again(output):
            folder.make()
            plan, resources = prepare.new_plan(given, root, folder)
            if given.until:
                plan.shorten((datetime.datetime.now() - begin).total_seconds())
            report.write_plan(plan, folder)
    reading = journal.read(folder.journal)
    book = journal.Journal(folder.journal)
    numbers = ledger.Ledger(reading.events)
    state = State(plan, folder, resources, book, numbers)
    campaign = Campaign(state)
    campaign.recover(reading)
    report.announce(state)
    with Screen() as screen:
        campaign.run(screen)
    if not state.stopped:
        keep_inputs(state, root / "out")
    return report.finish(state, before, str(given.baseline or ""))


if __name__ == "__main__":
    sys.exit(
        exit_status(
            "overnight",
            lambda: main(sys.argv[1:]),
            "interrupted; run tools/overnight --resume to go on",
        )
    )
