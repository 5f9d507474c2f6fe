"""chainrule check: your own numbers of a step, and the first one that is wrong."""

from __future__ import annotations

import json
from typing import Any

import typer

import chainrule.cli.course as course
import chainrule.cli.options as o
from chainrule.cli.datasets import Reading
from chainrule.cli.networks import NetworkOptions
from chainrule.cli.output import deliver, note, speaks_unicode, width
from chainrule.cli.sources import SampleOptions, find_source
from chainrule.errors import InputError

NUMBERS = (".npz", ".json")


def command(
    context: typer.Context,
    files: o.Checked = None,
    by_hand: o.CountedByHand = None,
    digits: o.CheckedDigits = None,
    hint: o.Hint = False,
    x: o.X = None,
    y: o.Y = None,
    data: o.Data = None,
    sample: o.Sample = None,
    optimizer: o.Optimizer = "sgd",
    lr: o.LearningRate = None,
    step: o.Step = 1,
    format: o.ReportFormat = None,
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
    """Check your own numbers of a step: the first line that is wrong, and what you did there.

    Without a model it is the worked example. Ends with 0 where all is right, 1 for a wrong line, 2 for what can't be
    read and 3 where nothing could be judged.

    \b
    Examples:
      chainrule check --by-hand 'dz1=[-1.2,1.37,0.857]' --digits 3
      chainrule check --by-hand 'z1=[-0.3,1.15,0.75]' --by-hand 'a1=[0,1.15,0.75]' --hint
      chainrule check mine.npz --x 1,2 --y 0 --lr 0.1
      chainrule check model.safetensors mine.json --data iris.csv --sample 0:4
      chainrule check course/04_gradients.py
    """
    from chainrule.check import Report

    if format not in (None, "text", "json"):
        raise InputError(f"--format {format}: a check is written as text or json.")
    if course.has_any(files or []):
        course.check(context, files or [], hint, format, out)
    model, file = _split(files or [])
    mine = _numbers(file, by_hand or [])
    reading = Reading(delimiter, decimal, encoding, header)
    source = find_source(
        NetworkOptions(model, layers, activation, output, loss, seed, freeze),
        SampleOptions(x, y, data, sample, seed, set_, data_dir, reading),
    )
    report: Report = source.trace(optimizer, lr, step).check(mine, digits=digits)
    if source.note:
        note(source.note)
    if format == "json":
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
    else:
        text = report.to_text(width=width(), ascii=out is None and not speaks_unicode(_stdout()), hint=hint)
    deliver(text, out)
    raise typer.Exit(report.exit_code)


def _stdout() -> Any:
    import sys

    return sys.stdout


def _split(files: list[str]) -> tuple[str | None, str | None]:
    """The model's file, and that of the numbers."""
    numbers = [file for file in files if file.lower().endswith(NUMBERS)]
    models = [file for file in files if file not in numbers]
    if len(numbers) > 1 or len(models) > 1:
        raise InputError(
            f"{' '.join(files)}: give at most a model's file and one file with your numbers, an .npz or a .json."
        )
    return (models[0] if models else None), (numbers[0] if numbers else None)


def _numbers(file: str | None, by_hand: list[str]) -> Any:
    """What is to be checked: a file, or numbers from the command line."""
    from chainrule.check import by_hand as read

    if file is not None and by_hand:
        raise InputError(f"there is {file}, and --by-hand: give your numbers in one way.")
    if file is None and not by_hand:
        raise InputError(
            "there is nothing to check: give a file, such as mine.npz, or numbers, such as "
            "--by-hand 'dz1=[-1.2,1.37,0.857]'."
        )
    if file is not None:
        return file
    found: dict[str, Any] = {}
    for text in by_hand:
        name, value = read(text)
        if name in found:
            raise InputError(f"--by-hand gives {name} twice: give it once.")
        found[name] = value
    return found
