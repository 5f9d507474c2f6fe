"""Parts of one's own: their settings are checked, and stay, too."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from set_later import KEEPS, network, refused, set_to

import chainrule as cr
from chainrule.errors import InputError, KindError, UnknownName


class Bent(cr.Activation):
    slope: float = cr.setting(0.5, ge=0)
    sizes: Any = None

    def __post_init__(self) -> None:  # without the base's
        self.twice = 2 * self.slope
        self._kept = 0

    def forward(self, q: Any) -> None:
        self._kept += 1
        q.a = np.where(q.z > 0, q.z, self.twice * q.z)


class Plain(cr.Activation):
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, q: Any) -> None:
        q.a = self.factor * q.z


def test_parts_of_ones_own_stay_too() -> None:
    sizes = [1, 2]
    bent = Bent(0.25, sizes)
    network(hidden=bent)
    sizes.append(3)
    assert (bent.sizes, bent._kept > 0) == ((1, 2), True)
    assert refused(set_to(bent, "twice", 3)) == (
        "Bent: twice can't be set to 3 once the part is made: make a new Bent, and a new network with it; "
        f"{KEEPS}. What a part of your own keeps for itself is called _twice."
    )
    assert refused(set_to(bent, "count", 3), UnknownName) == (
        "there is no setting of Bent 'count'. There is: slope, sizes. What a part of your own keeps for itself is "
        "called _count."
    )
    assert refused(set_to(Plain(2.0), "factor", 3)).startswith("Plain: factor can't be set to 3 once")
    assert dataclasses.replace(bent, slope=0.75).twice == 1.5


def test_settings_are_checked_without_the_bases_post_init_too() -> None:
    assert (
        refused(lambda: Bent(-1.0), InputError)
        == "Bent: slope = -1.0 is out of range: it must be at least 0."
    )


def test_a_truth_value_without_a_default_is_checked() -> None:
    class Flagged(cr.Activation):
        flag: bool

        def forward(self, q: Any) -> None:
            q.a = 1 * q.z

    assert (
        refused(lambda: Flagged("False"), KindError) == "Flagged: flag = 'False' is neither True nor False."
    )  # type: ignore[arg-type]
    assert Flagged(np.True_).flag is True  # type: ignore[arg-type]


def test_a_part_is_a_dataclass_by_itself() -> None:
    """A decorator would make one of it again, from defaults that have lost their ranges."""

    @dataclasses.dataclass
    class Twice(cr.Activation):
        slope: float = cr.setting(0.1, ge=0)

        def forward(self, q: Any) -> None:
            q.a = self.slope * q.z

    assert refused(lambda: Twice(-1.0), KindError) == (
        "Twice is a dataclass by itself: leave the decorator @dataclass out."
    )


def test_a_class_shows_how_it_is_made() -> None:
    import inspect

    assert [*inspect.signature(cr.Adam).parameters] == ["learning_rate", "beta1", "beta2", "epsilon", "clip"]
    assert [*inspect.signature(cr.Standardize).parameters] == ["center", "scale"]
