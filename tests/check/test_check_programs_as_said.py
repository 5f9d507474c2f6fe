"""The programs of the list are what it says: the right ones right, and the others wrong by their one slip."""

from __future__ import annotations

import pytest
from programs.manifest import HERE, PROGRAMS, RIGHT, WRONG, Program
from programs.probes import PROBES
from programs_at_work import Compared, compared, executed, one_step

from chainrule.check.catalogue import CATALOGUE

HELPERS = {"manifest.py", "probes.py", "nnhelp.py"}
LATER = {"adam_slip", "grads_not_reset"}  # what a first step does not show


def _compared(program: Program, cells: list[str]) -> Compared:
    probe = PROBES[program.file]
    if probe.edit[0]:
        cells = [cell.replace(*probe.edit) for cell in cells]
    return compared(one_step(cells, str(program.path), probe), probe)


def _right(program: Program, found: Compared) -> bool:
    return found.step < PROBES[program.file].within and found.outputs < 1e-5 and abs(found.loss - 1) < 1e-9


def _name(program: Program) -> str:
    return program.file


def test_every_file_is_listed() -> None:
    files = {path.name for path in HERE.iterdir() if path.suffix in (".py", ".ipynb")}
    assert files - HELPERS == {program.file for program in PROGRAMS} == set(PROBES)
    assert len(files - HELPERS) == len(PROGRAMS)


def test_slips_are_the_catalogues() -> None:
    assert {program.slip for program in WRONG} | {name for p in WRONG for name in p.also} <= {
        *CATALOGUE,
        "grads_not_reset",
    }
    assert all(program.place and program.quantity for program in WRONG)


@pytest.mark.parametrize("program", RIGHT, ids=_name)
def test_a_right_program_goes_down_its_own_gradient(program: Program) -> None:
    assert _right(program, _compared(program, program.cells))


@pytest.mark.some(10)
@pytest.mark.parametrize("program", WRONG, ids=_name)
def test_a_wrong_program_is_right_but_for_its_slip(program: Program) -> None:
    assert _right(program, _compared(program, program.cured))
    found = _compared(program, program.cells)
    assert program.slip in LATER or not _right(program, found)
    assert executed(program.cells, str(program.path)) != executed(program.cured, str(program.path))


@pytest.mark.some(8)
@pytest.mark.parametrize("program", RIGHT, ids=_name)
def test_a_right_program_runs(program: Program) -> None:
    executed(program.cells, str(program.path), strict=True)
