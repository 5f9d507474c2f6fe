"""chainrule why: one number, derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading
from chainrule.cli.formats import format_for, written
from chainrule.cli.networks import NetworkOptions
from chainrule.cli.output import deliver, note
from chainrule.cli.pictures import check_place, is_picture, save_picture
from chainrule.cli.sources import SampleOptions, find_source
from chainrule.cli.words import split
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.explain.why import Why


def command(
    what: o.Entry,
    depth: o.Depth = None,
    x: o.X = None,
    y: o.Y = None,
    data: o.Data = None,
    sample: o.Sample = None,
    optimizer: o.Optimizer = "sgd",
    lr: o.LearningRate = None,
    step: o.Step = 1,
    format: o.PageFormat = None,
    out: o.Out = None,
    layers: o.Layers = None,
    activation: o.Activation = None,
    output: o.Output = None,
    loss: o.Loss = None,
    freeze: o.Freeze = None,
    seed: o.Seed = 0,
    set_: o.Set = None,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
) -> None:
    """Derive one number down to inputs and parameters, with a nudge beside every gradient.

    \b
    Examples:
      chainrule why dW1 0 1
      chainrule why dW1 0 1 --x 1,2 --y 0 --depth 2
      chainrule why model.safetensors dW1 0 1 --data iris.csv --sample 3
      chainrule why dW1 0 1 --out why.html
      chainrule why dW1 0 1 --depth 2 --out why.svg
    """
    model, words = split(what)
    entry = _entry(words)
    drawn = out is not None and format is None and is_picture(out)
    wanted = "" if drawn else format_for(format, out)
    if drawn:
        check_place("--out", str(out))
    reading = Reading(delimiter, decimal, encoding, header)
    source = find_source(
        NetworkOptions(model, layers, activation, output, loss, seed, freeze),
        SampleOptions(x, y, data, sample, seed, set_, data_dir, reading),
    )
    derivation = source.trace(optimizer, lr, step, entry).why(entry, depth=depth)
    text = "" if drawn else written(derivation, wanted, out)
    if source.note:
        note(source.note)
    if drawn:
        _draw(derivation, str(out))
    else:
        deliver(text, out)


def _draw(derivation: Why, out: str) -> None:
    from chainrule import plots

    save_picture(out, lambda: plots.derivation(derivation))
    note(f"written to {out}")


def _entry(words: list[str]) -> str:
    """``dW1 0 1`` → ``dW1[0, 1]``, since shells take brackets for their own."""
    if not words:
        raise InputError("which number? Name a quantity and its entry, such as dW1 0 1.")
    name, index = words[0], words[1:]
    return f"{name}[{', '.join(index)}]" if index else name
