"""chainrule explain: the walk-through of a step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli import sources as s
from chainrule.errors import InputError, UnknownName

FORMATS = ("text", "markdown", "latex", "html", "json")
ENDINGS = {
    ".txt": "text",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}


def command(
    what: Annotated[
        list[str] | None,
        typer.Argument(help="[MODEL] [QUANTITY], such as model.safetensors dW1.", show_default=False),
    ] = None,
    x: s.X = None,
    y: s.Y = None,
    data: s.Data = None,
    sample: s.Sample = None,
    optimizer: s.OptimizerName = "sgd",
    lr: s.Lr = None,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Round each line, as with a pencil.")] = False,
    digits: Annotated[
        int | None, typer.Option("--digits", help="Significant digits by hand (3).", show_default=False)
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="text, markdown, latex, html or json.", show_default=False)
    ] = None,
    out: s.Out = None,
    layers: s.Layers = None,
    activation: s.Hidden = "relu",
    output: s.Output = "softmax",
    loss: s.LossName = "cross_entropy",
    seed: s.Seed = 0,
    set_: s.Set = None,
    data_dir: s.DataDir = None,
) -> None:
    """Walk through one training step: every formula, the numbers in it, and the result.

    Without a model it is the worked example, 2 → 3 relu → 2 softmax.

    Example: chainrule explain --by-hand

    Example: chainrule explain model.safetensors --data iris.csv --sample 3
    """
    from chainrule.cli.output import deliver, note, speaks_unicode, width

    model, quantity = _split(what or [])
    wanted = _format(format, out)
    found = s.source(
        model, x=x, y=y, data=data, sample=sample, layers=layers, activation=activation, output=output,
        loss=loss, seed=seed, put=set_, data_dir=data_dir,
    )  # fmt: skip
    trace = found.network.trace(found.x, found.y, None if found.y is None else s.optimizer(optimizer, lr))
    if digits is not None and not by_hand:
        raise InputError(f"--digits {digits} belongs to --by-hand; without it six decimals are shown.")
    page = trace.explain(quantity, arithmetic="by_hand" if by_hand else "exact", digits=digits)
    if wanted == "text":
        import sys

        ascii = out is None and not speaks_unicode(sys.stdout)
        text = page.to_text(width=80 if out else width(), ascii=ascii)
        if out is None and quantity is None and model is None and layers is None and not by_hand:
            text += "\n\nnext: chainrule explain --by-hand    chainrule why dW1 0 1    chainrule code"
    elif wanted == "json":
        import json

        text = json.dumps(page.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    elif wanted == "latex":
        text = page.to_latex(document=out is not None)
    else:
        text = page.to_markdown() if wanted == "markdown" else page.to_html()
    if found.told:
        note(found.told)
    deliver(text, out)


def _split(words: list[str]) -> tuple[str | None, str | None]:
    if len(words) > 2:
        raise InputError(
            f"{' '.join(words)!r}: give at most a model and a quantity, such as model.safetensors dW1."
        )
    model = words[0] if words and s.is_model(words[0]) else None
    rest = words[1:] if model is not None else words
    if len(rest) > 1:
        raise InputError(f"{rest[0]} is no file: give at most a model's file and one quantity.")
    return model, rest[0] if rest else None


def _format(given: str | None, out: str | None) -> str:
    if given is None:
        return ENDINGS.get(Path(out).suffix.lower(), "text") if out else "text"
    if given not in FORMATS:
        raise UnknownName("format", given, FORMATS)
    return given
