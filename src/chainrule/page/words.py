"""What the page says of a line, beside its formula: a heading, and a sentence with its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.model.record import Record
from chainrule.notation import display, numeral
from chainrule.page.formulas import Say, entry, shown_name, told
from chainrule.parts import Dense, ReLU
from chainrule.parts.contract import Activation, Layer, Loss
from chainrule.program.program import Quantity
from chainrule.walkthrough.lines import Line
from chainrule.walkthrough.substitution import plain_numbers

_FORWARD = {
    "relu": "Relu lets through what is above 0",
    "leaky_relu": "Leaky relu lets little of what is below 0 through",
    "sigmoid": "Sigmoid squeezes each number between 0 and 1",
    "tanh": "Tanh squeezes each number between −1 and 1",
    "identity": "What comes in goes out",
}
_LOCAL = {
    ("softmax", "e"): "e to the power of each output: all positive now",
    ("softmax", "s"): "Their sum",
    ("softmax", "a"): "Each one's share of the sum: probabilities",
    ("softmax", "top"): "The largest output, to stay within what floats can hold",
    ("softmax", "shift"): "Each output less the largest: their shares stay the same",
    ("dropout", "mask"): "Chance decides which units stay out of this step",
    ("dropout", "h"): "Those left are raised, so that their sum stays as it was",
}
_OFFS = 4  # units that are told one by one


def title(quantity: Quantity, record: Record) -> str:
    """A line's heading."""
    part, local = quantity.part, quantity.local
    if quantity.section == "update":
        return (
            "Each parameter moves against its gradient" if local == "w_new" else f"{part.label()} keeps count"
        )
    if (part.name(), local) in _LOCAL:
        return _LOCAL[part.name(), local]
    if isinstance(part, Loss) or quantity.section == "loss":
        return _of_loss(quantity, record)
    if isinstance(part, Dense):
        return _of_dense(local, quantity.place == _last_dense(record), part.bias)
    if isinstance(part, Activation):
        name = _capital(part.label())
        if quantity.section == "forward":
            return _FORWARD.get(part.name(), f"{name} of each number")
        passes = f"{name} passes the gradient where it was on"
        return passes if isinstance(part, ReLU) else f"Back through {part.label()}: times its slope"
    return _capital(part.label()) if quantity.section == "forward" else f"Back through {part.label()}"


def _of_loss(quantity: Quantity, record: Record) -> str:
    if quantity.section == "loss":
        if quantity.local in ("L", "L_data"):
            return "The loss: how wrong the answer is" + ("" if record.samples == 1 else ", on average")
        return (
            "The logarithm of each probability"
            if quantity.local.startswith("log")
            else "On the way to the loss"
        )
    if quantity.by_chain_rule and quantity.local == "dz":
        return "The answer less what it should be"
    return "How fast the loss grows with each output"


def _of_dense(local: str, last: bool, bias: bool) -> str:
    unit = "output" if last else "hidden unit"
    return {
        "z": f"Each {unit} weighs what comes in{', and adds its bias' if bias else ''}",
        "dW": "A weight's gradient: what went in, times what comes back",
        "db": "A bias goes in as 1, so its gradient is what comes back",
        "dx": "The gradient goes back through the weights",
    }.get(local, "Back through the weights")


def _last_dense(record: Record) -> int:
    return max(i for i, layer in enumerate(record.network.layers) if layer.has_weights)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(line: Line, quantity: Quantity, record: Record) -> Say:
    """A sentence about a line's numbers."""
    if isinstance(quantity.part, ReLU) and record.samples == 1 and not record.replaced:
        return told(*(_gate(quantity, record) if quantity.section == "backward" else _offs(quantity, record)))
    if line.worked is None or np.size(line.value) == 1:
        return []
    index = line.worked.index
    counted = plain_numbers(record.results).entry(line.worked.entry)
    name, asked = shown_name(line.name, index), entry(line.name, index)
    return told(
        "For one, ",
        (name, asked),
        f" = {counted} {line.worked.relation} ",
        (numeral(line.worked.value), asked),
        ".",
    )


def _offs(quantity: Quantity, record: Record) -> Iterator[str | tuple[str, str]]:
    """Which units of a relu are off."""
    layer = quantity.part
    assert isinstance(layer, Layer)
    z = f"z{quantity.name.removeprefix(quantity.local)}"
    off = np.flatnonzero(record.results[z][0] <= 0).tolist() if z in record.results else []
    if not off:
        yield "All units are on: nothing changes here."
        return
    if len(off) > _OFFS:
        yield f"{len(off)} of {record.results[z].shape[1]} units are off: their z is not above 0, so they give 0."
        return
    for i, unit in enumerate(off):
        yield f"{' ' if i else ''}Unit {unit} is off: "
        yield shown_name(z, (0, unit)) + " = " + numeral(record.results[z][0, unit]), entry(z, (0, unit))
        yield " is not above 0, so it gives 0."


def _gate(quantity: Quantity, record: Record) -> Iterator[str | tuple[str, str]]:
    """What of a gradient a relu stops."""
    number = quantity.name.removeprefix(f"d{quantity.local[1:]}")
    z, da = f"z{number}", f"da{number}"
    if z not in record.results or da not in record.results:
        return
    on = record.results[z][0] > 0
    off = np.flatnonzero(~on).tolist()
    if not off:
        yield "All units were on: theirs pass unchanged."
        return
    if len(off) > _OFFS or len(on) > 2 * _OFFS:
        yield f"{len(off)} of {len(on)} units were off, so their {display(da)} stops there; the others' pass unchanged."
        return
    for i, unit in enumerate(off):
        yield f"{' ' if i else ''}Unit {unit} was off, so "
        yield numeral(record.results[da][0, unit]), entry(da, (0, unit))
        yield " stops there."
    passed = np.flatnonzero(on).tolist()
    if passed:
        units = " and ".join(filter(None, [", ".join(map(str, passed[:-1])), str(passed[-1])]))
        yield f" Unit{'s' if len(passed) > 1 else ''} {units} {'were' if len(passed) > 1 else 'was'} on: "
        yield "theirs pass unchanged." if len(passed) > 1 else "its passes unchanged."
