"""Right programs in many manners: each is followed, and none is accused."""

from __future__ import annotations

import pytest
from followed import manifest, report_of


@pytest.mark.some(2)
@pytest.mark.parametrize("program", manifest.RIGHT, ids=lambda program: program.file)
def test_a_right_program_is_right(program: manifest.Program) -> None:
    report = report_of(program)
    assert (report.state, report.line, report.exit_code) == ("right", "", 0), report.verdict
