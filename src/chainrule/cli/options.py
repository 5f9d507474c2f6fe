"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

SAMPLES = "a .csv, an .npz, a folder of IDX files, mnist, digits, moons and the like"


def whole(least: int) -> Callable[[str], int]:
    """A reader of whole numbers of at least `least`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise typer.BadParameter(f"{text!r} is no whole number.") from None
        if value < least:
            raise typer.BadParameter(f"{value} is too small, it must be at least {least}.")
        return value

    return read


def number(text: str) -> float:
    """A number."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number.") from None


Model = Annotated[str, typer.Argument(metavar="MODEL", help="A model's file.", show_default=False)]
X = Annotated[
    str | None,
    typer.Option(
        "--x", metavar="NUMBERS", help="Inputs of a sample of your own, such as 1,2.", show_default=False
    ),
]
Y = Annotated[
    str | None,
    typer.Option("--y", metavar="LABEL", help="Its label, or its target numbers.", show_default=False),
]
Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DATA", help=f"Samples: {SAMPLES}.", show_default=False),
]
Sample = Annotated[
    str | None,
    typer.Option("--sample", metavar="ROWS", help="Which of them: 3, or 0,1,2, or 0:4.", show_default=False),
]
Lr = Annotated[
    float | None,
    typer.Option("--lr", metavar="NUMBER", parser=number, help="Learning rate.", show_default=False),
]
OptimizerName = Annotated[
    str, typer.Option("--optimizer", metavar="NAME", help="Its name, such as sgd, momentum or adam.")
]
Layers = Annotated[
    str | None,
    typer.Option(
        "--layers",
        metavar="SIZES",
        help="A fresh network of these sizes, such as 2,4,3.",
        show_default=False,
    ),
]
Hidden = Annotated[
    str | None,
    typer.Option(
        "--activation",
        metavar="NAME",
        help="Of its hidden layers: relu (unless given), tanh, gelu, ...; an unknown one lists them all.",
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        metavar="NAME",
        help="Of its output: softmax (unless given), sigmoid, tanh, relu, identity.",
        show_default=False,
    ),
]
LossName = Annotated[
    str | None,
    typer.Option(
        "--loss",
        metavar="NAME",
        help="cross_entropy (unless given), mean_squared_error, half_squared_error.",
        show_default=False,
    ),
]
Epochs = Annotated[
    int,
    typer.Option("--epochs", metavar="N", parser=whole(1), help="How often to go through the samples."),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", parser=whole(0), help="Of random numbers.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=NUMBERS",
        help="Parameters of your own: --set 'b2=[0.1,-0.1]'. Can be repeated.",
        show_default=False,
    ),
]
DataDir = Annotated[
    str | None,
    typer.Option("--data-dir", metavar="FOLDER", help="Where MNIST's files are.", show_default=False),
]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="FILE", help="Write to this file instead.", show_default=False),
]
