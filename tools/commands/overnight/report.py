"""Tells at the start what a campaign is going to do, and writes its report at the
end."""

from __future__ import annotations

import datetime
import os
import pathlib

from tools.commands.overnight import (
    baseline,
    formats,
    page,
    prepare,
    scheduler,
    storage,
    summary,
    verdict,
)
from tools.commands.overnight.folder import Folder
from tools.commands.overnight.plan import Plan
from tools.commands.overnight.screen import duration
from tools.commands.overnight.state import State
from tools.commands.overnight.verdict import Values
from tools.lib.problem import NoSpace


def write_plan(plan: Plan, folder: Folder) -> None:
    storage.write_json(folder.plan, plan.as_json())


def announce(state: State) -> None:
    """Prints what the campaign is going to do, and when it ends."""
    plan = state.plan
    left = max(0.0, plan.seconds - state.clock())
    end = datetime.datetime.now() + datetime.timedelta(seconds=left)
    shares = ", ".join(
        f"{name} {share:.0%}" for name, share in scheduler.SHARES.items()
    )
    replays = len(state.resources.replays)
    print(
        f"campaign    {state.folder.path}, seed {plan.seed}\n"
        f"first       {verdict.plural(replays, 'replay')} of the corpora\n"
        f"then        {prepare.lane_count(plan.lanes)}\n"
        f"            on {', '.join(plan.implementations)}\n"
        f"slices      {plan.slice_seconds} s each; {shares}\n"
        f"planted     {', '.join(plan.planted) or 'no bugs'}\n"
        f"jobs        {plan.jobs}, up to {plan.memory} MiB each\n"
        f"ends        {end:%Y-%m-%d %H:%M:%S}, in {duration(left)}",
        flush=True,
    )


def write(values: Values, folder: pathlib.Path) -> None:
    """Writes the report in all its formats."""
    storage.write_json(folder / "report.json", values)
    storage.write(folder / "junit.xml", formats.as_junit(values))
    storage.write(folder / "report.sarif", formats.as_sarif(values))
    storage.write(folder / "index.html", page.page(values))


def finish(state: State, before: Values | None, name: str) -> int:
    """Writes the report, prints its first line; returns the exit status."""
    folder = state.folder
    values = summary.summarize(
        state.plan,
        state.ledger,
        folder.findings,
        state.resources.contract,
        state.stopped,
    )
    if before is not None:
        baseline.compare(values, before, name)
    try:
        write(values, folder.path)
    except NoSpace:
        state.stop_for_space()
    tell(values, folder.path)
    if state.is_disk_full:
        return 2
    return 0 if values["verdict"]["ok"] else 1


def _others(finding: Values) -> str:
    count = len(finding["others"])
    return f"; also as {verdict.plural(count, 'other signature')}" if count else ""


def tell(values: Values, folder: pathlib.Path) -> None:
    """Prints the verdict, a line for each finding, and where the page is."""
    print(values["verdict"]["text"])
    for finding in values["findings"]:
        state = f"{finding['state']}: " if finding["state"] else ""
        print(
            f"finding     {finding['id']}  {state}{finding['signature']}\n"
            f"            {finding['verdict']}; {finding['times']:,} times"
            + _others(finding)
        )
    for finding in values["gone"]:
        print(f"gone        {finding['signature']}")
    print(f"report      {os.path.relpath(folder / 'index.html')}")
