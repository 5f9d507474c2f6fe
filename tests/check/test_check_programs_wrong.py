"""Programs with a slip: it is found in its quantity, and named; with the slip put right they are right."""

from __future__ import annotations

from pathlib import Path

import pytest
from followed import cured, manifest, report_of

from chainrule.check.code import check_program


@pytest.mark.some(3)
@pytest.mark.parametrize("program", manifest.WRONG, ids=lambda program: program.file)
def test_a_slip_is_found_and_named(program: manifest.Program) -> None:
    report = report_of(program)
    assert (report.state, report.exit_code) == ("wrong", 1), report.verdict
    assert {program.slip, *program.also} & set(report.mistakes), report.mistakes


@pytest.mark.some(1)
@pytest.mark.parametrize("program", manifest.WRONG, ids=lambda program: program.file)
def test_without_its_slip_it_is_not_accused(program: manifest.Program, tmp_path: Path) -> None:
    report = check_program(cured(program, tmp_path))
    assert report.state != "wrong", report.to_text()
