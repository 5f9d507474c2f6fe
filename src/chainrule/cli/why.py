"""chainrule why: one number, derived."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli import sources as s
from chainrule.errors import InputError


def command(
    what: Annotated[
        list[str], typer.Argument(help="[MODEL] NAME [ROW COLUMN], such as dW1 0 1.", show_default=False)
    ],
    depth: Annotated[
        int | None, typer.Option("--depth", help="How many levels to go down.", show_default=False)
    ] = None,
    x: s.X = None,
    y: s.Y = None,
    data: s.Data = None,
    sample: s.Sample = None,
    optimizer: s.OptimizerName = "sgd",
    lr: s.Lr = None,
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    out: s.Out = None,
    layers: s.Layers = None,
    activation: s.Hidden = "relu",
    output: s.Output = "softmax",
    loss: s.LossName = "cross_entropy",
    seed: s.Seed = 0,
    set_: s.Set = None,
    data_dir: s.DataDir = None,
) -> None:
    """Derive one number down to inputs and parameters, with a nudge beside every gradient.

    Example: chainrule why dW1 0 1

    Example: chainrule why model.safetensors dW1 0 1 --data iris.csv --sample 3 --depth 2
    """
    import sys

    from chainrule.cli.output import deliver, note, speaks_unicode, width

    model, entry = _split(what)
    if format not in ("text", "json"):
        raise InputError(f"--format {format}: a derivation is text or json.")
    found = s.source(
        model, x=x, y=y, data=data, sample=sample, layers=layers, activation=activation, output=output,
        loss=loss, seed=seed, put=set_, data_dir=data_dir,
    )  # fmt: skip
    trace = found.network.trace(found.x, found.y, None if found.y is None else s.optimizer(optimizer, lr))
    told = trace.why(entry, depth=depth)
    if found.told:
        note(found.told)
    if format == "json":
        import json

        deliver(json.dumps(told.to_dict(), indent=1, ensure_ascii=False, allow_nan=False), out)
    else:
        ascii = out is None and not speaks_unicode(sys.stdout)
        deliver(told.to_text(width=80 if out else width(), ascii=ascii), out)


def _split(words: list[str]) -> tuple[str | None, str]:
    """``dW1 0 1`` → ``dW1[0, 1]``, since shells take brackets for their own."""
    model = words[0] if s.is_model(words[0]) else None
    rest = words[1:] if model is not None else words
    if not rest:
        raise InputError("which number? Name a quantity and its entry, such as dW1 0 1.")
    name, index = rest[0], rest[1:]
    return model, f"{name}[{', '.join(index)}]" if index else name
