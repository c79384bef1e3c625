"""FUZZ_TARGETS: the fuzz targets, for everybody who builds something for each."""

# {target: the arguments of its cc_fuzz_test that differ from the defaults}
# A target is one row here, one file fuzz/<target>.c and one folder in corpus/.
FUZZ_TARGETS = {
    "allocation_fuzz": dict(),
    "cobject_fuzz": dict(
        on_cpython = False,
    ),
    "extremes_fuzz": dict(),
    "import_fuzz": dict(
        sweep_on_cpython = False,
    ),
    "interpreter_fuzz": dict(),
    "name_fuzz": dict(),
    "program_fuzz": dict(
        dicts = ["//fuzz/program:dictionary"],
        programs = False,
        deps = ["//fuzz/program:check"],
    ),
    "protocol_fuzz": dict(),
    "reentry_fuzz": dict(),
    "sequence_fuzz": dict(),
    "step_fuzz": dict(
        programs = False,
        deps = ["//tests/steps:machine"],
    ),
    "surroundings_fuzz": dict(),
    "table_fuzz": dict(),
}

# The targets whose inputs are programs for the executor.
PROGRAM_TARGETS = [
    target
    for target, arguments in FUZZ_TARGETS.items()
    if arguments.get("programs", True)
]
