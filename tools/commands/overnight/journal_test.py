"""Tests of the journal: nothing that was written is lost, whatever cuts it off."""

import pathlib

from tools.commands.overnight import journal
from tools.commands.overnight.journal import Journal

EVENTS = [{"kind": "slice", "number": n, "text": "a\nb é" * n} for n in range(5)]


def write(path: pathlib.Path) -> bytes:
    book = Journal(path)
    for event in EVENTS:
        book.append(event)
    book.close()
    return path.read_bytes()


def test_events_come_back_as_written(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "journal")
    reading = journal.read(tmp_path / "journal")
    assert reading == journal.Reading(EVENTS)


def test_a_missing_journal_is_empty(tmp_path: pathlib.Path) -> None:
    assert journal.read(tmp_path / "none") == journal.Reading([])


def test_a_journal_cut_off_anywhere_keeps_all_whole_events(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "journal"
    data = write(path)
    for length in range(len(data) + 1):
        path.write_bytes(data[:length])
        whole = data[:length].count(b"\n")
        reading = journal.read(path)
        assert reading.events == EVENTS[:whole]
        assert reading.damaged == 0
        assert reading.cut_off == (not data[:length].endswith(b"\n") and length > 0)


def test_a_campaign_goes_on_after_a_cut_off_anywhere(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "journal"
    data = write(path)
    for length in range(0, len(data) + 1, 7):
        path.write_bytes(data[:length])
        whole = data[:length].count(b"\n")
        book = Journal(path)
        book.append({"kind": "begin"})
        book.close()
        reading = journal.read(path)
        assert reading.events == [*EVENTS[:whole], {"kind": "begin"}]
        assert not reading.cut_off and not reading.damaged


def test_a_damaged_byte_costs_one_event_and_is_counted(
    tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "journal"
    data = write(path)
    line = data.splitlines()[2]
    start = data.index(line)
    for place in range(start, start + len(line)):
        changed = bytearray(data)
        changed[place] ^= 1
        path.write_bytes(bytes(changed))
        reading = journal.read(path)
        assert reading.damaged >= 1
        assert reading.events == [e for e in EVENTS if e["number"] != 2]
