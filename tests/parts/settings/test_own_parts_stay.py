"""Parts of one's own: their settings are checked, and stay, too."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest
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
    assert [*inspect.signature(cr.Adam).parameters] == ["learning_rate", "beta1", "beta2", "epsilon", "clip"]
    assert [*inspect.signature(cr.Standardize).parameters] == ["center", "scale"]


def test_a_setting_may_be_made_anew_for_each_part() -> None:
    class Kept(cr.Activation):
        sizes: list[int] = dataclasses.field(default_factory=lambda: [1, 2])
        table: dict[str, int] = dataclasses.field(default_factory=dict)

        def forward(self, q: Any) -> None:
            q.a = 1 * q.z

    one, other = Kept(), Kept()
    assert (one.sizes, one.table) == ((1, 2), {})
    assert one.table is not other.table
    assert Kept([3], {"a": 1}).settings() == {"sizes": (3,), "table": {"a": 1}}
    parameters = inspect.signature(Kept).parameters
    assert [each.default for each in parameters.values()] == [..., ...]


def test_arrays_are_copied_and_can_not_be_written_to_and_so_are_those_of_a_copy() -> None:
    class Knots(cr.Activation):
        knots: Any = None

        def __post_init__(self) -> None:
            self._cache = np.zeros(2)
            self.plain = [1, 2]

        def forward(self, q: Any) -> None:
            q.a = 1 * q.z

    given = np.array([1.0, 2.0])
    made = Knots(given)
    given[0] = 9
    made._cache[0] = 5  # what a part keeps for itself stays its own
    for part in (made, copy.deepcopy(made)):
        assert part.knots.tolist() == [1, 2]
        assert (part._cache.tolist(), part._cache.flags.writeable) == ([5, 0], True)
        assert part.plain == [1, 2]  # no setting
        with pytest.raises(ValueError, match="read-only"):
            part.knots[0] = 3


def test_settings_are_given_by_place_or_by_name_and_each_once() -> None:
    for wrong, said in (
        (lambda: cr.SGD(0.1, learning_rate=0.2), "SGD: multiple values for argument 'learning_rate'"),
        (lambda: cr.SGD(0.1, None), "SGD: too many positional arguments"),
        (lambda: cr.Poisson(True), "Poisson: too many positional arguments"),
    ):
        assert refused(wrong, KindError).startswith(f"{said}; it takes ")
    assert str(cr.Focal(alpha=0.5, gamma=1)) == str(cr.Focal(1, 0.5)) == "Focal(1.0, alpha=0.5)"
