"""A gradient beside a central difference: the program's own forward rules, run with an entry nudged up and down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.model.entry import parse_entry
from chainrule.model.record import Record
from chainrule.notation import entry_text
from chainrule.program.program import Program, Quantity

Index = tuple[int, ...]
STEP = 1e-5


@dataclass(frozen=True)
class GradientCheck:
    """∂L/∂(entry) by a central difference, beside the gradient that the program computes.

    Parameters
    ----------
    entry : what is nudged, e.g. ``"W1[0, 1]"``
    step : by how much
    above, below : L with the entry raised and lowered
    slope : (above - below) / (2 step)
    gradient : the program's
    agrees : whether the two are the same, within what rounding allows
    kink : where a function has a kink between the two nudges, what crosses it; else empty
    """

    entry: str
    step: float
    above: float
    below: float
    slope: float
    gradient: float
    agrees: bool
    kink: str = ""

    def verdict(self) -> str:
        """In words."""
        if self.agrees:
            return "agrees"
        return f"differs, for {self.kink}" if self.kink else "DIFFERS"


def check_gradient(trace: Record, name: str, index: Index) -> GradientCheck | None:
    """The central difference for an entry of a gradient ∂L/∂u; None for anything else."""
    program = trace.program
    of = name[1:]
    if not name.startswith("d") or of not in trace.results or "L" not in trace.results:
        return None
    needed, textbook = _loss_from(program, of)
    at = trace.results[of]
    middle = float(at[index] if np.ndim(at) else at)
    step = STEP * max(1.0, abs(middle))
    leaves = {n: _double(v) for n, v in trace.leaves.items()}

    def run(amount: float) -> dict[str, Any]:
        def moved(value: Any) -> Any:
            if not np.ndim(value):
                return value + amount
            value = value.copy()
            value[index] += amount
            return value

        return program.run(leaves, trace.replacing({of: moved}), needed, textbook)

    up, down = run(step), run(-step)
    above, below = float(up["L"]), float(down["L"])
    slope = (above - below) / (2 * step)
    value = trace.results[name]
    gradient = float(value[index] if np.ndim(value) else value)
    single = np.asarray(value).dtype == np.float32
    room = (1e-3 if single else 1e-6) * max(abs(slope), abs(gradient)) + (1e-6 if single else 1e-9) * (
        1 + abs(above)
    )
    agrees = bool(abs(slope - gradient) <= room)
    kink = "" if agrees else _kink(needed, up, down)
    if not agrees and not kink:
        kink = _put_in(trace, name)
    return GradientCheck(entry_text(of, index), step, above, below, slope, gradient, agrees, kink)


def _loss_from(program: Program, of: str) -> tuple[list[Quantity], bool]:
    """The lines from a quantity to the loss, and whether their textbook forms are to be followed."""
    needed = program.needed(["L"])
    reads = {n.name for quantity in needed for n in names(quantity.rule)}
    # A loss that reads the logits goes around the output: its textbook form reads it.
    around = any(
        of in _read(q.textbook_form) and of not in _read(q.rule)
        for q in needed
        if q.textbook_form is not None
    )
    if not around and of in reads:
        return needed, False
    return [q for q in program.quantities.values() if q.section in ("forward", "loss")], True


def _read(form: Expr) -> set[str]:
    return {name.name for name in names(form)}


def _double(value: Any) -> Any:
    return value.astype(np.float64) if isinstance(value, np.ndarray) else value


def _put_in(trace: Record, name: str) -> str:
    """Which gradient that another one is computed from a `what_if` replaced; the loss does not know of that."""
    read = {q.name for q in trace.program.needed([name]) if q.section == "backward"}
    put = [of for of in (parse_entry(text)[0] for text in trace.replaced) if of in read]
    return f"{put[0]} was put in by what_if" if put else ""


def _kink(quantities: Sequence[Quantity], up: Mapping[str, Any], down: Mapping[str, Any]) -> str:
    """Which entry chooses another branch of a function with a kink in the two runs."""
    for quantity in quantities:
        for node in nodes(quantity.rule):
            if not node.op.kink:
                continue
            with np.errstate(all="ignore"):
                sides = [_side(node, run) for run in (up, down)]
            crossed = np.argwhere(np.atleast_1d(sides[0] != sides[1]))
            if len(crossed):
                entry = entry_text(quantity.name, tuple(int(i) for i in crossed[0]))
                return (
                    f"{entry} crosses the kink of {node.op.name.replace('maximum', 'max')} between the nudges"
                )
    return ""


def _side(node: Node, env: Mapping[str, Any]) -> Any:
    """On which side of its kink a function is."""
    args = [np.asarray(evaluate(arg, env)) for arg in node.args]
    if node.op is ops.MAX:
        return args[0].argmax(axis=node.settings["axis"])
    return np.sign(args[0] - args[1]) if len(args) == 2 else np.sign(args[0])
