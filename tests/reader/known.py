"""What is known of a page while it is checked: the trace's values, and what it has said so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reader.errors import Untrue
from reader.exact import Decimals
from reader.printed import by_hand_text, half_unit, rounds_to
from reader.tree import Tree

SETTINGS = (
    "eta",
    "beta1",
    "beta2",
    "epsilon",
    "mu",
    "rho",
    "gamma",
    "weight_decay",
    "alpha",
)  # of optimizers


@dataclass
class Count:
    """How much of a page was checked."""

    by_names: int = 0
    with_numbers: int = 0
    results: int = 0
    operands: int = 0
    exact: int = 0
    near: int = 0
    dust: int = 0  # entries that are said to be 0 but for rounding
    decided: int = 0  # comparisons that are said to be decided by rounding
    ties: int = 0  # just between two printed numbers: = and ≈ are both so


class Known:
    """What is known of a page: the trace's values, and what the page has said so far.

    Parameters
    ----------
    values : the trace's values by name
    settings : the optimizer's numbers as they are printed in the heading
    digits : for a page by hand; None for an exact one
    single : whether the network computes in float32
    """

    def __init__(
        self, values: Mapping[str, Any], settings: set[str], digits: int | None = None, single: bool = False
    ) -> None:
        self.values, self.digits, self.single = values, digits, single
        self.settings = settings
        self.counts = {str(int(values[n])) for n in ("m", "k") if n in values}
        self.shown: dict[str, Any] = {}  # by hand: what the page carries on
        self.rules: dict[str, Tree] = {}  # the last formula by names of each quantity
        self.few: dict[str, bool] = {}  # what comes from outside: whether its digits are few
        self.dust: dict[str, Any] = {}  # for each entry whether it was said to be 0 but for rounding
        self.sizes: dict[str, Any] = {}  # how large the numbers were that a gradient was made of
        self.count = Count()

    def keeps_all(self, name: str) -> bool:
        """Whether no digits of it are left out: it comes from outside, or it is weights on the way to new ones."""
        weights = re.fullmatch(r"([Wb]\d+|gamma\d+|beta\d+)_(new|decayed|fast|start|slow_new)", name)
        return self.outside(name) or (weights is not None and weights[1] in self.values)

    def of_page(self, name: str) -> Any:
        """By hand: the numbers that a page goes on with; None where it has not shown them all."""
        if name in self.shown:
            return self.shown[name]
        return self.values[name] if self.outside(name) and self.short(name) else None

    def outside(self, name: str) -> bool:
        """Whether a number is not computed: by hand, one begins with it."""
        known = ("x", "x_raw", "y", "m", "k", "t", "center", "scale", "weight", *SETTINGS)
        given = re.fullmatch(r"[mvp]?([Wb]|gamma|beta)\d+|u\d+|\w+_run|(w|[Wb]\d+)_slow", name)
        return name in self.values and (name in known or given is not None)

    def short(self, name: str) -> bool:
        """Whether what comes from outside has so few digits that they are all printed."""
        if name in self.few:
            return self.few[name]
        array = Decimals({}).taken(self.values[name])
        self.few[name] = all(by_hand_text(v, 6) == v for v in array.ravel())
        return self.few[name]

    def rounded_by_hand(self, name: str, exactly: Decimal, printed: Decimal) -> None:
        """By hand: the number that comes out is printed as one rounds it."""
        assert self.digits is not None
        if self.keeps_all(name):
            # An update keeps its digits: at least eight, far more than a rounded gradient brings in.
            if abs(exactly - printed) > Decimal(10) ** (exactly.adjusted() - 7) / 2:
                raise Untrue(f"an update keeps all its digits: {exactly} is printed as {printed}")
        elif by_hand_text(exactly, self.digits) != printed:
            # Functions such as e^x may differ in the last of sixteen digits: no tie hides there.
            raise Untrue(f"{exactly} rounds to {by_hand_text(exactly, self.digits)}, printed is {printed}")

    def printed_so(self, value: Any, text: str) -> bool:
        """Whether a number of the trace is printed so; one in float32 may be read by its shortest digits."""
        if rounds_to(value, text) is not False:
            return True
        away = abs(float(value) - float(text))
        return self.single and away <= half_unit(text) + 6e-8 * abs(float(value))

    def same(self, value: Any, text: str) -> bool:
        """By hand: whether a number is printed with all of its digits."""
        return Decimal(str(value)) == Decimal(text)

    def close(self, value: Any, text: str) -> bool:
        """By hand: whether a number from outside is printed with at least six digits."""
        value = Decimal(str(value))
        return abs(value - Decimal(text)) <= (Decimal(10) ** (value.adjusted() - 5) / 2 if value else 0)
