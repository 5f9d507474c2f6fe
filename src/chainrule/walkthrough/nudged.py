"""The loss as a function of one entry of a quantity: slopes by differences, what rounding does to them, kinks."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.expressions import Expr, Node, evaluate, nodes
from chainrule.expressions import operations as ops
from chainrule.model.record import Record
from chainrule.notation import display, entry_text
from chainrule.walkthrough.rounding import Rounding

Index = tuple[int, ...]
Side = Literal["both", "above", "below"]
Form = tuple[str, Expr]  # a quantity and the rule by which it is computed
EPS = float(np.finfo(np.float64).eps)
# What each of the losses counts in a slope, times 1 / (2 step).
WEIGHTS: Mapping[Side, tuple[int, ...]] = {"both": (1, -1), "above": (-3, 4, -1), "below": (3, -4, 1)}


@dataclass(frozen=True)
class Difference:
    """A slope of L, told twice: by a step, and by its double.

    Parameters
    ----------
    step : by how much the entry is moved
    side : ``"both"`` for a central difference; or where L is finite, for the three-point formula of that side
    losses : L above and below; of one side L unmoved, moved by the step, and by two
    slope : by the step
    gap : how far the slope by the double step is from it, which is more than what the curve takes away
    noise : what rounding may do to it: to L, and to the entry where the step is added
    jump : for a central difference, the slope above less that below, where it does not become less with the step
    """

    step: float
    side: Side
    losses: tuple[float, ...]
    slope: float
    gap: float
    noise: float
    jump: float = 0.0

    @property
    def error(self) -> float:
        """How far it may be from the true slope."""
        return self.gap + self.noise


class Nudged:
    """L by the program's forward rules, with one entry moved.

    Parameters
    ----------
    record : in double precision
    of, index : the entry that is moved
    path : what lies between it and L, in order, by the rules that are followed
    """

    def __init__(self, record: Record, of: str, index: Index, path: Sequence[Form]) -> None:
        self.record, self.of, self.index, self.path = record, of, index, path
        value = record.results[of]
        self.entry = float(value[index] if np.ndim(value) else value)
        self._replace = record.replacing({})
        rules = record.program.quantities
        as_run = all(rules[name].rule is form for name, form in path)
        self._losses: dict[float, float] = {0.0: float(record.results["L"])} if as_run else {}

    def run(self, amount: float) -> dict[str, Any]:
        """Every quantity with the entry moved; those that don't read it are as they were."""
        env = dict(self.record.results)
        value = env[self.of]
        if np.ndim(value):
            value = value.copy()
            value[self.index] += amount
        else:
            value = value + amount
        env[self.of] = value
        with np.errstate(all="ignore"):
            for name, form in self.path:
                value = evaluate(form, env)
                env[name] = self._replace[name](value) if name in self._replace else value
        return env

    def loss(self, amount: float) -> float:
        """L with the entry moved."""
        if amount not in self._losses:
            self._losses[amount] = float(self.run(amount)["L"])
        return self._losses[amount]

    def difference(self, step: float) -> Difference | None:
        """The slope by a central difference; by that side on which L is finite; None where it is on neither."""
        near, far = [(self.loss(s), self.loss(-s)) for s in (step, 2 * step)]
        if not np.isfinite([*near, *far]).all():
            return self.one_sided(step, "above") or self.one_sided(step, "below")
        slope, double = (near[0] - near[1]) / (2 * step), (far[0] - far[1]) / (4 * step)
        bend, wide = ((sum(of) - 2 * self.loss(0.0)) / s for of, s in ((near, step), (far, 2 * step)))
        noise = self._noise(near, step, slope)
        if not np.isfinite([slope, double, bend]).all():
            return None
        # Of a curve, half of it is left by half the step.
        kinked = abs(bend) > max(50 * noise, 1e-4 * abs(slope)) and abs(bend - wide) < 0.3 * abs(bend)
        return Difference(step, "both", near, slope, abs(slope - double), noise, bend if kinked else 0.0)

    def one_sided(self, step: float, side: Side) -> Difference | None:
        """The slope of one side, by the three-point formula; None where L is not finite there."""
        sign = 1 if side == "above" else -1
        losses = [self.loss(sign * step * i) if i else self.loss(0.0) for i in (0, 1, 2, 4)]
        if not np.isfinite(losses).all():
            return None
        near, far = (losses[0], losses[1], losses[2]), (losses[0], losses[2], losses[3])
        slope, double = (
            sum(w * x for w, x in zip(WEIGHTS[side], of, strict=True)) / (2 * s)
            for of, s in ((near, step), (far, 2 * step))
        )
        return Difference(step, side, near, slope, abs(slope - double), 4 * self._noise(near, step, slope))

    def _noise(self, losses: Sequence[float], step: float, slope: float) -> float:
        return EPS * (max(map(abs, losses)) + abs(self.entry * slope)) / step

    def rounding(self) -> float:
        """How far rounding on the way from the entry to L typically moves L."""
        if not self.path:
            return 0.0
        quantities = self.record.program.quantities
        path = [dataclasses.replace(quantities[name], rule=form) for name, form in self.path]
        return float(Rounding(self.record, path, exact=True, zeros=False).moved("L"))

    def crossings(self, step: float) -> list[tuple[str, str]]:
        """Which entries choose another branch of a function with a kink above than below, and of which function."""
        found: list[tuple[str, str]] = []
        up, down = self.run(step), self.run(-step)
        for name, form in self.path:
            for node in nodes(form):
                if not node.op.kink:
                    continue
                with np.errstate(all="ignore"):
                    sides = [_branch(node, run) for run in (up, down)]
                function = " ".join(node.op.text.format("…", "…").split("(")[0].split())  # max, … > …, |…|
                for at in np.argwhere(sides[0] != sides[1]):
                    entry = tuple(map(int, at))[: np.ndim(up[name])]  # of a sum, what it stands for
                    found.append((entry_text(display(name), entry), function))
        return found


def _branch(node: Node, env: Mapping[str, Any]) -> Any:
    """On which side of its kink a function is."""
    args = [np.asarray(evaluate(arg, env)) for arg in node.args]
    if node.op is ops.MAX:
        return args[0].argmax(axis=node.settings["axis"])
    return np.sign(args[0] - args[1]) if len(args) == 2 else np.sign(args[0])
