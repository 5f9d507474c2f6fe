"""What the tests of programs share."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from chainrule.model.model import PROGRAMS


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of one form share their programs: here each test has its own written, whichever test came before."""
    monkeypatch.setattr(PROGRAMS, "_found", OrderedDict())
