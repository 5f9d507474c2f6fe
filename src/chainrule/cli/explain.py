"""chainrule explain: the walk-through of a step."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading
from chainrule.cli.formats import format_for, written
from chainrule.cli.networks import NetworkOptions
from chainrule.cli.output import deliver, note
from chainrule.cli.sources import SampleOptions, find_source
from chainrule.cli.words import split
from chainrule.errors import InputError


def command(
    model: o.OptionalModel = None,
    quantity: o.Quantity = None,
    x: o.X = None,
    y: o.Y = None,
    data: o.Data = None,
    sample: o.Sample = None,
    optimizer: o.Optimizer = "sgd",
    lr: o.LearningRate = None,
    step: o.Step = 1,
    steps: o.Steps = None,
    formulas: o.Formulas = False,
    by_hand: o.ByHand = False,
    digits: o.Digits = None,
    halves: o.Halves = "even",
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
    """Walk through one training step: every formula, the numbers in it, and the result.

    Without a model it is the worked example: 2 inputs, 3 hidden units (relu), 2 outputs (softmax).

    \b
    Examples:
      chainrule explain
      chainrule explain --by-hand --digits 3
      chainrule explain --formulas
      chainrule explain --steps 2-4
      chainrule explain dW1 --x 1,2 --y 0 --lr 0.1
      chainrule explain --optimizer adam --step 2
      chainrule explain model.safetensors --data iris.csv --sample 3
      chainrule explain --out step.html
    """
    model, quantity = _split([word for word in (model, quantity) if word is not None])
    wanted = format_for(format, out)
    named = NetworkOptions(model, layers, activation, output, loss, seed, freeze)
    reading = Reading(delimiter, decimal, encoding, header)
    source = find_source(named, SampleOptions(x, y, data, sample, seed, set_, data_dir, reading))
    page = source.trace(optimizer, lr, step, quantity).explain(
        quantity,
        arithmetic="by_hand" if by_hand else "exact",
        digits=digits,
        halves=halves,
        steps=steps,
        formulas=formulas,
    )
    text = written(page, wanted, out)
    if source.note:
        note(source.note)
    whole = quantity is None and steps is None and not formulas
    plain = wanted == "text" and out is None and whole and not by_hand
    first_look = named.worked_example and plain and source.y is not None
    mine = {
        "--x": x,
        "--y": y,
        "--optimizer": None if optimizer == "sgd" else optimizer,
        "--lr": lr,
        "--step": None if step == 1 else step,
        "--activation": activation,
        "--output": output,
        "--loss": loss,
    }
    deliver(text + _next(mine) if first_look else text, out)


def _next(mine: Mapping[str, Any]) -> str:
    """What to ask next, of the same numbers."""
    given = shlex.join(str(word) for pair in mine.items() if pair[1] is not None for word in pair)
    asked = [f"chainrule explain --by-hand {given}", f"chainrule why dW1 0 1 {given}", "chainrule code"]
    return "\n\nnext: " + ("\n      " if given else "    ").join(line.rstrip() for line in asked)


NEXT = _next({})


def _split(words: list[str]) -> tuple[str | None, str | None]:
    """The model's file, and the quantity."""
    model, rest = split(words)
    if len(rest) > 1:
        raise InputError(
            f"{' '.join(words)}: give at most a model's file and one quantity, such as model.safetensors dW1. "
            "One number is derived by: chainrule why dW1 0 1"
        )
    return model, rest[0] if rest else None
