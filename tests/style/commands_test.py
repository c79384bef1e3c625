"""Tests that .ci/run runs each command that a document or a --help shows."""

from tools.commands.test import documented

SHOWN = documented.shown()


def test_each_command_has_an_entry() -> None:
    missing = [
        f"{command}  ({where})"
        for command, where in SHOWN.items()
        if not documented.entry_of(command)
    ]
    assert not missing, (
        "no entry of tools/commands/test/documented.py runs these; add a small "
        "instance of each:\n" + "\n".join(missing)
    )


def test_each_entry_belongs_to_a_command() -> None:
    used = {documented.entry_of(command) for command in SHOWN}
    unused = [e.shown for e in documented.ENTRIES if e not in used]
    assert not unused, f"no document shows these; remove the entries: {unused}"


def test_each_entry_is_run_or_says_why_not() -> None:
    for entry in documented.ENTRIES:
        assert bool(entry.run) != bool(entry.why_not), entry


def test_commands_are_found_in_documents() -> None:
    text = """Text with `tools/fuzz
name` and `tools/lib` and `bazel`.

    tools/test   # a remark
    A=1 tools/test --config=x \\
        //a:b
    -> no command

```sh
bazel run //a
```
"""
    assert list(documented.in_document(text)) == [
        "bazel run //a",
        "tools/test",
        "A=1 tools/test --config=x //a:b",
        "tools/fuzz name",
    ]


def test_commands_are_found_in_helps() -> None:
    text = "usage: tools/test X\n\n  tools/test //a:b   some tests\n  other\n"
    assert list(documented.in_help(text)) == ["tools/test //a:b"]
