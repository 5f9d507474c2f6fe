"""The items of a step, each as a function of its own that the step calls."""

from __future__ import annotations

from chainrule.compiler.assembly import Value
from chainrule.compiler.context import SPLIT, StepContext
from chainrule.compiler.kernels import write_item
from chainrule.compiler.loops import LoopWriter, Place, Range, scalars
from chainrule.compiler.matmul import panel_width
from chainrule.compiler.schedule import Item, M


def call_item(context: StepContext, item: Item, rows: Range, size: Value, panel: Value) -> None:
    """Write an item and its call; items that are alike, such as those of equal layers, share one function.

    Parameters
    ----------
    context, item : the step, and which part of it
    rows : this thread's samples
    size : the number of samples
    panel : memory for products
    """
    span = _span(context, item, rows, size)
    touched = dict.fromkeys([*item.reads, *(node for node in item.nodes if node in context.places)])
    bases = list(dict.fromkeys(place.base for source in touched for place in context.places[source]))
    operands = scalars(context.plan, item.nodes)
    parameters = {"start": "i64", "stop": "i64", "samples": "i64", "panel": "ptr"}
    parameters |= {f"p{i}": "ptr" for i in range(len(bases))}
    parameters |= {f"s{i}": context.element for i in range(len(operands))}
    f = context.module.function(f"item{len(context.module.functions)}", parameters, inner=True)
    p = f.parameters
    inside = {base: p[f"p{i}"] for i, base in enumerate(bases)}
    places = {
        source: [Place(inside[place.base], place.stride, place.padded) for place in context.places[source]]
        for source in touched
    }
    values = {key: p[f"s{i}"] for i, key in enumerate(operands)}
    loops = LoopWriter(
        f, context.plan, context.element, context.lanes, places, lambda *key: values[key], p["samples"]
    )
    write_item(loops, item, (p["start"], p["stop"]), p["panel"], context.task.registers)
    name = context.module.shared(f)
    given = (context.scalars.operands[key] for key in operands)
    context.f.call(name, *span, size, panel, *bases, *given)


def _span(context: StepContext, item: Item, rows: Range, size: Value) -> Range:
    """This thread's part of an item."""
    grain = panel_width(context.lanes, context.task.registers) if item.across else SPLIT
    return rows if item.lead == M else context.share(item.lead, size, grain)
