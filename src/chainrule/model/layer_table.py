"""A network as a table of its layers: what each gives, and the parameters that it has."""

from __future__ import annotations

from chainrule.expressions import names
from chainrule.model.model import Model
from chainrule.notation import formula, numeral
from chainrule.program.names import RESTORED
from chainrule.utils.columns import aligned

FEW = 3  # targets whose scales are told


def table(model: Model) -> str:
    """What ``print(network)`` shows."""
    rows = [("layer", "gives", "shape", "parameters")]
    for layer, (name, width), owned in zip(model.layers, _outputs(model), model._owned, strict=True):
        own = [f"{n} {model.parameters.layout[n]}" for n in owned]
        rows.append((str(layer), name, f"(m, {width})", "  ".join(own)))
    if model.scale_target is not None:
        rows.append((f"{model.scale_target}, taken back", RESTORED, f"(m, {model.outputs})", ""))
    frozen = f", frozen: {', '.join(sorted(model.frozen))}" if model.frozen else ""
    total = model.parameters.flat
    return "\n".join(
        [
            f"Network  {model.title()}   loss {model.loss_part.name()}   {model.dtype}",
            *(f"  {line}" for line in aligned(rows, left=True)),
            f"  {total.size:,} parameters, {_bytes(total.nbytes)}{frozen}",
            *_target(model),
        ]
    )


def _target(model: Model) -> list[str]:
    """How the target is scaled, with the numbers of a few columns."""
    if model.scale_target is None:
        return []
    line = next(q for q in model.program(training=False).scaling_of_targets if q.name == "y")
    used = [name for name in dict.fromkeys(n.name for n in names(line.rule)) if name in model.constants]
    few = [name for name in used if model.constants[name].size <= FEW]
    told = "".join(f", {name} = {', '.join(map(numeral, model.constants[name]))}" for name in few)
    return [f"  the loss is of the scaled target: y = {formula(line.rule)}{told}"]


def _outputs(model: Model) -> list[tuple[str, int | None]]:
    """The name and width of each layer's output."""
    found: list[tuple[str, int | None]] = []
    number, width = 0, None
    for layer in model.layers:
        number += layer.has_weights
        width = layer.width(width) or model.inputs
        found.append((layer.gives if layer.gives == "x" else f"{layer.gives}{number}", width))
    return found


def _bytes(size: int) -> str:
    return (
        f"{size:,} bytes"
        if size < 10_000
        else f"{size / 1000:,.0f} kB"
        if size < 1e7
        else f"{size / 1e6:,.0f} MB"
    )
