"""chainrule why: one number, derived."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli import options as o
from chainrule.cli import sources as s
from chainrule.errors import InputError

FORMATS = {".txt": "text", ".json": "json"}


def command(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="NUMBER",
            help="Such as dW1 0 1; before it a model's file, if there is one.",
            show_default=False,
        ),
    ],
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth", metavar="N", parser=o.whole(0), help="How many levels to go down.", show_default=False
        ),
    ] = None,
    x: o.X = None,
    y: o.Y = None,
    data: o.Data = None,
    sample: o.Sample = None,
    optimizer: o.OptimizerName = "sgd",
    lr: o.Lr = None,
    format: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="text or json.", show_default=False),
    ] = None,
    out: o.Out = None,
    layers: o.Layers = None,
    activation: o.Hidden = None,
    output: o.Output = None,
    loss: o.LossName = None,
    seed: o.Seed = 0,
    set_: o.Set = None,
    data_dir: o.DataDir = None,
) -> None:
    """Derive one number down to inputs and parameters, with a nudge beside every gradient.

    \b
    Examples:
      chainrule why dW1 0 1
      chainrule why dW1 0 1 --x 1,2 --y 0 --depth 2
      chainrule why model.safetensors dW1 0 1 --data iris.csv --sample 3
    """
    from chainrule.cli.output import as_text, deliver, note

    model, rest = s.split(what)
    entry = _entry(rest)
    wanted = s.format_for(format, out, FORMATS)
    found = s.source(
        s.network(model, layers, activation, output, loss, seed),
        own=model is None and layers is None,
        x=x, y=y, data=data, sample=sample, seed=seed, put=set_, data_dir=data_dir,
    )  # fmt: skip
    told = found.trace(optimizer, lr).why(entry, depth=depth)
    if found.told:
        note(found.told)
    deliver(s.as_json(told.to_dict(), out) if wanted == "json" else as_text(told, out), out)


def _entry(words: list[str]) -> str:
    """``dW1 0 1`` → ``dW1[0, 1]``, since shells take brackets for their own."""
    if not words:
        raise InputError("which number? Name a quantity and its entry, such as dW1 0 1.")
    name, index = words[0], words[1:]
    return f"{name}[{', '.join(index)}]" if index else name
