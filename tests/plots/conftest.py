"""Pictures without a screen."""

from __future__ import annotations

import matplotlib
import pytest
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _without_a_screen() -> None:
    matplotlib.use("agg")
    assert plt.get_fignums() == []
