"""Numbers of a step that several checks read off its program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.model.record import Record
from chainrule.parts.contract import Activation, Array
from chainrule.program.program import Program

FAR, NEAR = 30.0, 20.0  # sums at which an activation that has limits is at them


def data_loss(program: Program) -> str:
    """The name of the loss without a penalty."""
    return "L_data" if "L_data" in program.quantities else "L"


def given_by(program: Program, place: int) -> str:
    """The name of what a layer gives; before the first one, of the input."""
    if place < 0:
        return program.data
    local = program.plan.layers[place].gives
    return next(
        quantity.name for quantity in program.quantities.values()
        if quantity.place == place and quantity.section == "forward" and quantity.local == local
    )  # fmt: skip


@dataclass(frozen=True)
class Units:
    """A layer of units in a record: its number, its activation's place, its sums and outputs by name."""

    number: int
    place: int
    sums: str
    outputs: str


def hidden_units(program: Program) -> list[Units]:
    """The hidden layers that have an activation, in order."""
    return [*_activations(program)][:-1]


def output_units(program: Program) -> Units:
    """The output."""
    return [*_activations(program)][-1]


def _activations(program: Program) -> Iterator[Units]:
    for number, place in enumerate(
        (place for place, layer in enumerate(program.plan.layers) if isinstance(layer, Activation)), 1
    ):
        yield Units(number, place, given_by(program, place - 1), given_by(program, place))


def put(
    program: Program, leaves: Mapping[str, Any], name: str, value: Any, wanted: list[str]
) -> dict[str, Any]:
    """What comes of a step with a quantity in the place of what its rule gives."""
    return program.run(leaves, {name: lambda _: value}, wanted)


def limits(record: Record, units: Units) -> tuple[float, float]:
    """Between which numbers an activation's outputs lie, ±inf where it has no limit.

    Read off what its rule gives for sums far from 0: those that go on growing there have no limit.
    """
    shape = np.shape(record.results[units.sums])
    signs = np.where(np.arange(shape[1]) == 0, 1.0, -1.0)
    ends = []
    for size in (NEAR, FAR):
        outputs = [
            put(
                record.program,
                record.leaves,
                units.sums,
                _like(record, units, sign * size * signs),
                [units.outputs],
            )
            for sign in (1, -1)
        ]
        both = np.concatenate([np.asarray(each[units.outputs])[:1] for each in outputs])
        ends.append((float(both.min()), float(both.max())))
    (low, high), (lower, higher) = ends
    return (
        lower if low - lower < 1e-3 else -np.inf,
        higher if higher - high < 1e-3 else np.inf,
    )


def _like(record: Record, units: Units, row: Array) -> Array:
    sums = np.asarray(record.results[units.sums])
    return np.broadcast_to(row.astype(sums.dtype), sums.shape).copy()


def best_constant(record: Record) -> float | None:
    """The least loss of an output that looks at no input: what a guess costs; None where it can't be found.

    The sums before the last activation are taken the same for all rows, and moved along their gradients, which the
    step's own lines give.
    """
    if record.network.paired_loss.group > 1:
        return None
    from scipy.optimize import minimize

    units, loss = output_units(record.program), data_loss(record.program)
    gradient = f"d{units.sums}"
    if gradient not in record.program.quantities:
        return None

    def at(row: Array) -> tuple[float, Array]:
        found = put(record.program, record.leaves, units.sums, _like(record, units, row), [loss, gradient])
        return float(found[loss]), np.asarray(found[gradient], np.float64).sum(axis=0)

    y = np.asarray(record.results["y"], np.float64)
    starts = [np.full(y.shape[1], 0.1), y.mean(axis=0), np.median(y, axis=0)]
    with np.errstate(all="ignore"):
        values = [float(minimize(at, start, jac=True, method="L-BFGS-B").fun) for start in starts]
    found = [value for value in values if np.isfinite(value)]
    return min(found) if found else None


def moved(record: Record) -> tuple[float, float, float]:
    """Of all that is trained: the norm of the parameters, of their move, and the cosine to the gradient."""
    names = [name for name in record.network.parameters if f"{name}_new" in record.results]
    if not names:
        return 0.0, 0.0, 0.0
    old = np.concatenate([np.ravel(record.results[name]) for name in names]).astype(np.float64)
    new = np.concatenate([np.ravel(record.results[f"{name}_new"]) for name in names]).astype(np.float64)
    slope = np.concatenate([np.ravel(record.results[f"d{name}"]) for name in names]).astype(np.float64)
    move, size = new - old, float(np.linalg.norm(new - old))
    both = size * float(np.linalg.norm(slope))
    return float(np.linalg.norm(old)), size, float(move @ slope) / both if both else 0.0


def rms(array: Any, axis: int | None = None) -> Any:
    """The root of the mean square."""
    return np.sqrt(np.mean(np.square(np.asarray(array, np.float64)), axis=axis))


def listed(indices: Any, most: int = 8) -> str:
    """Indices in words."""
    told = [str(int(index)) for index in indices]
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")
