"""Pictures without a screen."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib
import pytest
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _without_a_screen() -> Iterator[None]:
    matplotlib.use("agg")
    plt.close("all")  # of tests elsewhere
    yield
    plt.close("all")
