"""Runs programs and says what they cost.

A time says little on a machine that does other things too. So everything here
is measured by turns, several rounds of all that is to be compared, and given as
a ratio within the round.
"""

import os
import statistics
import subprocess
import tempfile


class Failed(Exception):
    """A program that is measured did not do its work."""


def cpu_seconds(command, environment=None, system=False):
    """Runs the command and returns its user time, with `system` both times.

    Output is kept from the terminal, and is in Failed when the command fails.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, **(environment or {})),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            tail = output.read()[-400:].decode(errors="replace").strip()
            raise Failed(
                f"'{command[0]}' ended with status {process.returncode}: {tail}"
            )
    return usage.ru_utime + (usage.ru_stime if system else 0)


def by_turns(rounds, jobs):
    """{name: [result per round]} of {name: function}, all of them each round."""
    results = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            results[name].append(job())
    return results


def ratio(dividends, divisors):
    """The median of the ratios of the rounds."""
    return statistics.median(a / b for a, b in zip(dividends, divisors))
