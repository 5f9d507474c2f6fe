"""What is known of a page while it is checked: the trace's values, and what it has said so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from decimal import Decimal
from typing import Any

from reader.errors import Undefined, Untrue
from reader.exact import Decimals
from reader.parser import letters_of
from reader.printed import by_hand_text, half_unit, rounds_to
from reader.tree import Tree

GIVEN_DIGITS = (8, 15)  # by hand: of what comes from outside, and of inputs that are still to be scaled


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

    def __add__(self, other: Count) -> Count:
        return Count(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Count) -> Count:
        return Count(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Reading:
    """How a page counts.

    Parameters
    ----------
    digits : by hand, significant digits of each line; None for an exact page
    halves : by hand, where a number goes that is just between two: to "even", or "up"
    decimals : of an exact page
    single : whether the network computes in float32
    samples_as : "rows", or "columns"
    """

    digits: int | None = None
    halves: str = "even"
    decimals: int = 6
    single: bool = False
    samples_as: str = "rows"

    @property
    def arithmetic(self) -> str:
        """As the heading tells it."""
        if self.digits is not None:
            return f"by hand, {self.digits} digits"
        return f"exact, {self.decimals} decimal{'' if self.decimals == 1 else 's'}"


@dataclass
class Known:
    """What is known of a page: the trace's values, and what the page has said so far.

    Parameters
    ----------
    values : the trace's values by name
    kinds : what comes from outside is, by name: "input", "parameter", "state", …
    settings : numbers that are given in full, as they are printed in the heading
    reading : how the page counts
    """

    values: Mapping[str, Any]
    kinds: Mapping[str, str]
    settings: set[str]
    reading: Reading
    shown: dict[str, Any] = field(default_factory=dict)  # by hand: what the page carries on
    rules: dict[str, Tree] = field(default_factory=dict)  # the last formula by names of each quantity
    axes: dict[str, int | None] = field(default_factory=dict)  # over what the Σ in it add up
    columns: set[str] = field(default_factory=set)  # quantities of one number a sample
    few: dict[str, bool] = field(default_factory=dict)  # from outside: whether its digits are few
    dust: dict[str, Any] = field(default_factory=dict)  # for each entry whether it is told to be rounding
    sizes: dict[str, Any] = field(default_factory=dict)  # how large the numbers were that it is made of
    same: dict[str, str] = field(default_factory=dict)  # what a sentence tells to be another quantity
    told: set[str] | None = None  # the names of which the page has said what they are; None: any is good
    count: Count = field(default_factory=Count)

    def __post_init__(self) -> None:
        self.counts = {str(int(self.values[n])) for n in ("m", "k") if n in self.values}
        if self.reading.samples_as == "rows":
            self.columns |= {n for n, kind in self.kinds.items() if kind == "weight" or n == "free_l"} | {"l"}

    @property
    def digits(self) -> int | None:
        """By hand, the digits of a line."""
        return self.reading.digits

    @property
    def samples(self) -> int:
        """How many samples the step has."""
        axis = 0 if self.reading.samples_as == "rows" else 1
        return int(self.values["x"].shape[axis]) if "x" in self.values else 1

    @property
    def single(self) -> bool:
        """Whether the network computes in float32."""
        return self.reading.single

    def name_of(self, plain: str) -> str:
        """A name as the trace has it: a Greek letter may be its own name, where no word for it is one."""
        return next((n for n in letters_of(plain) if n in self.values), plain)

    def in_trace(self, tree: Tree) -> Tree:
        """A side with its names as the trace has them."""
        if tree[0] == "name":
            return ("name", self.name_of(tree[1]), tree[2])
        if tree[0] == "matrix":
            return ("matrix", [[self.in_trace(cell) for cell in row] for row in tree[1]])
        return tuple(
            self.in_trace(part) if isinstance(part, tuple) and part and isinstance(part[0], str) else part
            for part in tree
        )

    def define(self, names: Iterable[str]) -> None:
        """Every name in a formula is one of which the page has said what it is.

        Raises
        ------
        Undefined : for one that is not
        """
        unknown = [] if self.told is None else sorted({n for n in names if n not in self.told})
        if unknown:
            raise Undefined(f"the page does not say what {', '.join(unknown)} is")

    def like(self, name: str, model: str) -> Tree:
        """The formula of a quantity that goes by that of another parameter: its names with one for the other."""
        parameters = [n for n, kind in self.kinds.items() if kind == "parameter"]
        for one in parameters:
            for other in parameters:
                if re.sub(rf"{one}(?!\d)", other, model) == name and model in self.rules:
                    self.axes[name] = self.axes[model]
                    return self._renamed(self.rules[model], one, other)
        raise Untrue(f"no formula of {model} is one of {name}")

    def _renamed(self, tree: Tree, one: str, other: str) -> Tree:
        if tree[0] == "name":
            return ("name", re.sub(rf"{one}(?!\d)", other, tree[1]), tree[2])
        return tuple(
            self._renamed(part, one, other) if isinstance(part, tuple) and isinstance(part[0], str) else part
            for part in tree
        )

    def keeps_all(self, name: str) -> bool:
        """Whether no digits of it are left out: it comes from outside, or it is weights on the way to new ones."""
        weights = re.fullmatch(r"(\w+?)_(new|decayed|fast|start|slow_new)", name)
        return self.outside(name) or (weights is not None and self.kinds.get(weights[1]) == "parameter")

    def of_page(self, name: str) -> Any:
        """By hand: the numbers that a page goes on with; None where it has not shown them all."""
        if name in self.same:
            return self.of_page(self.same[name])
        if name in self.shown:
            return self.shown[name]
        return self.values[name] if self.outside(name) and self.short(name) else None

    def outside(self, name: str) -> bool:
        """Whether a number is not computed: by hand, one begins with it."""
        return name in self.kinds

    def short(self, name: str) -> bool:
        """Whether what comes from outside has so few digits that they are all printed."""
        if name in self.few:
            return self.few[name]
        array = Decimals({}).taken(self.values[name])
        self.few[name] = all(by_hand_text(v, 6) == v for v in array.ravel())
        return self.few[name]

    def rounded(self, value: Decimal) -> Decimal:
        """By hand: a number as one rounds it."""
        assert self.digits is not None
        return by_hand_text(value, self.digits, self.reading.halves)

    def rounded_by_hand(self, name: str, exactly: Decimal, printed: Decimal) -> None:
        """By hand: the number that comes out is printed as one rounds it."""
        if self.keeps_all(name):
            # An update keeps its digits: at least eight, far more than a rounded gradient brings in.
            if abs(exactly - printed) > Decimal(10) ** (exactly.adjusted() - 7) / 2:
                raise Untrue(f"an update keeps all its digits: {exactly} is printed as {printed}")
        elif self.rounded(exactly) != printed:
            # Functions such as e^x may differ in the last of sixteen digits: no tie hides there.
            raise Untrue(f"{exactly} rounds to {self.rounded(exactly)}, printed is {printed}")

    def printed_so(self, value: Any, text: str) -> bool:
        """Whether a number of the trace is printed so; one in float32 may be read by its shortest digits."""
        if rounds_to(value, text) is not False:
            return True
        return self.single and abs(float(value) - float(text)) <= self.half(text)

    def half(self, text: str) -> float:
        """How far a number may be from its printed form; one in float32 is printed from its shortest digits."""
        return half_unit(text) + (6e-8 * abs(float(text)) if self.single else 0)

    def as_printed(self, value: Any, text: str) -> bool:
        """By hand: whether a number is printed with all of its digits."""
        return Decimal(str(value)) == Decimal(text)

    def close(self, value: Any, text: str) -> bool:
        """By hand: whether a number from outside is printed with as many digits as one begins with."""
        kept = {by_hand_text(Decimal(str(value)), digits, self.reading.halves) for digits in GIVEN_DIGITS}
        return Decimal(text) in kept
