"""chainrule check: your own numbers of a step, or your program, and the first line that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

import chainrule.cli.course as course
import chainrule.cli.options as o
from chainrule.cli.datasets import Reading
from chainrule.cli.networks import NetworkOptions
from chainrule.cli.output import deliver, note, speaks_unicode, width
from chainrule.cli.sources import SampleOptions, find_source
from chainrule.cli.words import numbers
from chainrule.errors import InputError

NUMBERS, PROGRAMS = (".npz", ".json"), (".py", ".ipynb")


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
    run: o.Run = None,
    watch: o.Watch = False,
) -> None:
    """Check your own numbers of a step, or your program: the first line that is wrong, and what you did there.

    Without a model, numbers are those of the worked example. A program is run, with limits, in a process of its own;
    that is no sandbox. Ends with 0 where all is right, 1 for a wrong line, 2 for what can't be read and 3 where nothing
    could be judged, or a program could not be followed.

    \b
    Examples:
      chainrule check network.py
      chainrule check network.py --hint --watch
      chainrule check network.ipynb --run "train(x, y)" --x "0,1; 1,1" --y "1; 0"
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
    if any(file.lower().endswith(PROGRAMS) for file in files or []):
        _program(files or [], by_hand, run, x, y, watch, lambda report: _told(report, format, hint, out))
        return
    if run is not None or watch:
        raise InputError("--run and --watch are for programs: give a .py or an .ipynb file.")
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
    _told(report, format, hint, out)
    raise typer.Exit(report.exit_code)


def _told(report: Any, format: str | None, hint: bool, out: str | None) -> None:
    if format == "json":
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
    else:
        text = report.to_text(width=width(), ascii=out is None and not speaks_unicode(_stdout()), hint=hint)
    deliver(text, out)


def _program(
    files: list[str], by_hand: Any, run: str | None, x: str | None, y: str | None, watch: bool,
    tell: Callable[[Any], None],
) -> None:  # fmt: skip
    """Check a program, once or at every save."""
    from chainrule.check.code import check_program
    from chainrule.check.code.watch import saves

    if len(files) > 1 or by_hand:
        raise InputError(f"{' '.join(files)}: a program is checked alone, without other files and numbers.")
    if run is None and (x is not None or y is not None):
        raise InputError("--x and --y are what --run works with: add --run, such as --run 'train(x, y)'.")
    rows = [None if text is None else _rows(name, text) for name, text in (("x", x), ("y", y))]
    for _ in saves(Path(files[0]), watch):
        report = check_program(files[0], run=run, x=rows[0], y=rows[1])
        tell(report)
        if not watch:
            raise typer.Exit(report.exit_code)


def _rows(name: str, text: str) -> list[list[float]]:
    """``0,1; 1,1`` as rows of numbers."""
    return [numbers(row, f"--{name}") for row in text.split(";")]


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
