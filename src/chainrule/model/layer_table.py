"""A network as a table of its layers: what each gives, and the parameters that it has."""

from __future__ import annotations

from chainrule.model.model import Model
from chainrule.utils.columns import aligned


def table(model: Model) -> str:
    """What ``print(network)`` shows."""
    rows = [("layer", "gives", "shape", "parameters")]
    for layer, (name, width), owned in zip(model.layers, _outputs(model), model._owned, strict=True):
        own = [f"{n} {model.parameters.layout[n]}" for n in owned]
        rows.append((str(layer), name, f"(m, {width})", "  ".join(own)))
    frozen = f", frozen: {', '.join(sorted(model.frozen))}" if model.frozen else ""
    total = model.parameters.flat
    return "\n".join(
        [
            f"Network  {model.title()}   loss {model.loss_part.name()}   {model.dtype}",
            *(f"  {line}" for line in aligned(rows, left=True)),
            f"  {total.size:,} parameters, {_bytes(total.nbytes)}{frozen}",
        ]
    )


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
