"""The programs of corpus/misuse, as C programs, under the checker: each gives a
finding or a reported crash, or stands in MISSED with the reason."""

import pathlib

import pytest

from tests.check import running
from tools.commands.check import build

PYTHON = "/usr/bin/python3"
PROGRAMS = sorted((running.ROOT / "corpus/misuse").glob("*.prog"))

MACRO = "the misuse is a macro, which calls nothing, and its effect is undone"
LEAK = "a leak of memory or of one reference, which LeakSanitizer finds"
GUARDED = "the C form keeps count and does not do it"
ACCESS = "an access of memory outside the capsule API, which ASan finds"
FREED_NULL = "the C form forgets a freed pointer and passes NULL"
OBJECT = "a reference of an object that is no capsule"

MISSED = {
    "after_the_end_PyCapsule_CheckExact": MACRO,
    "after_the_end_Py_INCREF": MACRO,
    "after_the_end_Py_NewRef": MACRO,
    "capsule_that_holds_itself": LEAK,
    "context_replaced_and_its_reference_lost": OBJECT,
    "context_that_is_no_object_dropped": OBJECT,
    "context_that_was_never_owned_dropped": OBJECT,
    "cycle_never_collected": LEAK,
    "cycle_of_capsules_that_hold_each_other": LEAK,
    "decref_forgotten": LEAK,
    "decref_forgotten_for_a_second_reference": LEAK,
    "destructor_drops_a_capsule_twice": GUARDED,
    "destructor_drops_its_own_capsule": GUARDED,
    "destructor_makes_a_capsule_that_nobody_drops": LEAK,
    "name_edited_beyond_its_end": ACCESS,
    "name_forgotten_after_renaming": LEAK,
    "name_freed_and_again_by_the_destructor": FREED_NULL,
    "name_freed_then_given": FREED_NULL,
    "payload_forgotten_after_replacing": LEAK,
    "payload_forgotten_after_unsetting": LEAK,
    "payload_forgotten_by_a_failed_new": LEAK,
    "payload_forgotten_without_a_destructor": LEAK,
    "payload_freed_twice_by_the_program": FREED_NULL,
    "payload_kept_alive_by_a_forgotten_reference": LEAK,
    "payload_resized_after_free": FREED_NULL,
}


def embedding_flags() -> list[str]:
    """Returns the compiler's flags for a program that embeds the system's
    Python."""
    code = (
        "import sysconfig as s; v = s.get_config_var;"
        "print('-L' + v('LIBDIR'), '-lpython' + v('LDVERSION'))"
    )
    return running.output_of([PYTHON, "-c", code]).split()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_the_misuse_is_named(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    source, binary = tmp_path / "program.c", tmp_path / "program"
    tool = running.ROOT / "fuzz/program/prog_tool"
    running.must_run([str(tool), "--c", str(program), "-o", str(source)])
    running.must_run(
        [
            build.compiler(),
            "-w",
            "-g",
            f"-I{running.include_folder(PYTHON)}",
            str(source),
            "-o",
            str(binary),
            *embedding_flags(),
        ]
    )
    _, report = running.run_program(["timeout", "60", str(binary)], tmp_path)
    caught = bool(report.findings or report.crashes)
    assert caught != (program.stem in MISSED), running.shown(report)
