"""Each part of the checker has a broken extension that needs it: with the part
switched off, the report is no longer the expected one."""

import os
import pathlib
import re
import shutil

import pytest

from tests.check import running
from tools.commands.check import build

BROKEN = running.FOLDER / "broken"

# Each part: the file, the text that is replaced and by what, and the extension
# whose defect the checker then misses.
PLANTED = {
    "free() of libc": ("heap.c", "free_libc(block, CALLER);\n    errno", "real_free(block);\n    errno", "name_freed"),
    "realloc() of libc": ("heap.c", "if (!watched || !block || !size)", "if (1)", "name_moved"),
    "blocks are held back": ("heap.c", "hold_back(address);", "real_free(block);", "made_of_freed_memory"),
    "frees of Python": ("python_heap.c", "python.Mem_SetAllocator(heap, &hooked);", "", "pointer_of_pythons_heap_freed"),
    "the end of capsules": ("end.c", "interpreter_set_dealloc(dealloc);", "", "destructor_raises"),
    "dead capsules are held": ("end.c", "static bool hold = true;", "static bool hold;", "used_after_its_end"),
    "stack frames": ("stacks.c", "if (!memory_stack_frame(address, stack, &frame))", "if (1)", "name_on_the_stack"),
    "callbacks": ("callbacks.c", "*place = replacements[number];", "", "dlpack_not_renamed"),
    "dlclose()": ("unload.c", "started = true;", "", "name_unloaded"),
    "munmap()": ("unmap.c", "started = true;", "", "name_unmapped_later"),
    "pages are forgotten": ("memory.c", "        forget_page(page);", ";", "name_unmapped_before"),
    "crashes": ("crash.c", "sigaction(signals[i].number, &ours, NULL);", ";", "null_dereferenced"),
}


@pytest.mark.parametrize("part", PLANTED)
def test_a_part_that_is_switched_off_is_missed(
    part: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, old, new, case = PLANTED[part]
    root = tmp_path / "root"
    shutil.copytree(running.ROOT / "check", root / "check")
    shutil.copytree(running.ROOT / "capsule", root / "capsule")
    source = root / "check" / name
    text = source.read_text()
    assert text.count(old) == 1, f"{name} has changed; plant the bug anew"
    source.chmod(0o644)
    source.write_text(text.replace(old, new))
    library = tmp_path / "broken.so"
    running.must_run(build.command(root, build.compiler(), library))
    monkeypatch.setitem(os.environ, "CAPSULE_CHECK_LIBRARY", str(library))
    python = running.pythons()[0]
    _, report = running.run_extension(BROKEN / f"{case}.c", python, tmp_path)
    expected = (BROKEN / f"{case}.expected").read_text()
    assert running.shown(report) != expected


def test_each_rule_that_is_reported_has_a_broken_extension() -> None:
    code = "".join(path.read_text() for path in build.CHECKER.files(running.ROOT)[:-1])
    reported = set(re.findall(r"\bRULE_([A-Z]+_\d+)\b", code))
    shown = "".join(path.read_text() for path in BROKEN.glob("*.expected"))
    missing = {rule for rule in reported if rule.replace("_", "-") + ":" not in shown}
    assert not missing, f"write a broken extension for {missing}"


def sentences(code: str) -> set[str]:
    """Returns the sentences of all reports in the code, with their formats."""
    found = set()
    reports = r"\b(?:finding\(\s*FINDING_\w+|destructor_does\(\s*record),(.*?)\);"
    for call in re.findall(reports, code, re.DOTALL):
        without_origin = re.sub(r"\(struct origin\)\{[^}]*\}", "", call)
        for literals in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', without_origin):
            found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)))
    return {text for text in found if " " in text}


def test_each_sentence_has_a_broken_extension() -> None:
    """A check that is switched off says nothing, and broken_test misses it."""
    code = "".join(path.read_text() for path in build.CHECKER.files(running.ROOT))
    shown = "".join(path.read_text() for path in BROKEN.glob("*.expected"))
    found = sentences(code)
    assert len(found) >= 30
    missing = [
        text
        for text in found
        if not re.search(".+".join(map(re.escape, re.split(r"%\w", text))), shown)
    ]
    assert not missing, f"write a broken extension for {missing}"
