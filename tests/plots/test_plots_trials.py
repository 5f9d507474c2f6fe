"""The curves of a comparison, whoever made it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import chainrule as cr
from chainrule.errors import KindError


@dataclass
class Curve:
    name: str
    training: dict[str, list[float]]
    validation: dict[str, list[float]] = field(default_factory=dict)
    diverged: str = ""
    rate: object = None


@dataclass
class Curves:
    curves: list[Curve]
    kind: str = "depth"
    measures: tuple[str, ...] = ("error", "time")
    validated: bool = False

    def __len__(self) -> int:
        return len(self.curves)

    def __iter__(self) -> Iterator[Curve]:
        return iter(self.curves)


def test_whatever_has_curves_is_drawn() -> None:
    short = Curve("short", {"error": [3.0, 2.0, 1.5]})
    broken = Curve("broken", {"error": [3.0, math.inf]}, diverged="epoch 2")
    ax = cr.plot.comparison(Curves([broken, short]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["short", "broken (diverged)"]
    thick = {line.get_label(): list(line.get_ydata()) for line in ax.lines if line.get_lw() > 2}
    assert thick["short"] == [3.0, 2.0, 1.5]
    assert thick["broken (diverged)"][0] == 3.0
    assert math.isnan(thick["broken (diverged)"][1])
    assert (ax.get_ylabel(), ax.get_legend().get_title().get_text()) == ("error", "depth")


def test_a_rate_that_the_name_has_is_not_said_again() -> None:
    curves = [
        Curve(name, {"error": [1.0, last]}, rate=rate)
        for name, rate, last in (("sgd:0.1", 0.1, 0.1), ("adam", 0.001, 0.2), ("momentum(0.01)", 0.1, 0.3))
    ]
    labels = [text.get_text() for text in cr.plot.comparison(Curves(curves)).get_legend().get_texts()]
    assert labels == ["momentum(0.01), η = 0.1", "adam, η = 0.001", "sgd:0.1"]


def test_only_a_comparison_is_drawn() -> None:
    with pytest.raises(KindError) as raised:
        cr.plot.comparison("adam")  # type: ignore[arg-type]
    assert str(raised.value) == "the comparison is 'adam': give what chainrule.compare(…) returned."


@pytest.mark.parametrize("largest", [0.3, 3.0, 50.0, 5e3, 1e9, 1e60])
def test_the_axis_of_values_has_numbers_however_far_they_are_apart(largest: float) -> None:
    ax = cr.plot.comparison(Curves([Curve("one", {"error": [0.2, largest, 0.1]})]))
    low, high = ax.get_ylim()
    shown = [value for value in ax.get_yticks() if low <= value <= high]
    assert 2 <= len(shown) <= 12
