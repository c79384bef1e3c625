"""The matrix of capsules with ten defects: no defect is lost. The rule of each
defect is red, or it is blocked by a rule that is red."""

import pathlib
import re

from tools.commands.conformance import matrix, testing
from tools.commands.conformance.implementation import Implementation
from tools.lib import contract as contracts

ROOT = pathlib.Path().absolute()
FOLDER = ROOT / "tests/foreign"


class Foreign(Implementation):
    """The worker that Bazel has linked with capsule.c."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(str(FOLDER / "capsule.c"), folder)
        self.command = [str(FOLDER / "worker")]
        # The reference defines PyCapsule_Type too.
        self.environment = {"ASAN_OPTIONS": "detect_leaks=0:detect_odr_violation=0"}


def test_no_defect_is_lost(tmp_path: pathlib.Path) -> None:
    text = (FOLDER / "capsule.c").read_text()
    defects = re.findall(r"/\* Defect: (\S+)\.", text)
    assert len(set(defects)) == len(defects) == 10
    contract = contracts.read(ROOT)
    rules = [rule for rule in contract.rules if rule.level != "advice"]
    foreign = Foreign(tmp_path)
    worker = testing.start(foreign, "observed")
    column = testing.column_of(
        foreign, worker, contract, rules, ROOT, 0, lambda text: None
    )
    red = {
        identity
        for identity, cell in column.cells.items()
        if cell.outcome in matrix.RED
    }
    for defect in defects:
        cell = column.cells[defect]
        assert defect in red or red & set(cell.blockers), (defect, cell.outcome)
    assert len(red & set(defects)) >= len(defects) / 2, red
    assert column.programs > 100, column.remarks
