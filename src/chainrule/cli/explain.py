"""chainrule explain: the walk-through of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from chainrule.cli import options as o
from chainrule.cli import sources as s
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.explain.explanation import Explanation

FORMATS = {
    ".txt": "text",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}
NEXT = "\n\nnext: chainrule explain --by-hand    chainrule why dW1 0 1    chainrule code"


def command(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="A model's file; can be left out.", show_default=False),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Argument(metavar="QUANTITY", help="One quantity, such as dW1; else all.", show_default=False),
    ] = None,
    x: o.X = None,
    y: o.Y = None,
    data: o.Data = None,
    sample: o.Sample = None,
    optimizer: o.OptimizerName = "sgd",
    lr: o.Lr = None,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Round each line, as with a pencil.")] = False,
    digits: Annotated[
        int | None,
        typer.Option(
            "--digits",
            metavar="N",
            parser=o.whole(1),
            help="Significant digits by hand; 3 unless given.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="text, markdown, latex, html or json.", show_default=False
        ),
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
    """Walk through one training step: every formula, the numbers in it, and the result.

    Without a model it is the worked example: 2 inputs, 3 hidden units (relu), 2 outputs (softmax).

    \b
    Examples:
      chainrule explain
      chainrule explain --by-hand --digits 3
      chainrule explain dW1 --x 1,2 --y 0 --lr 0.1
      chainrule explain model.safetensors --data iris.csv --sample 3
      chainrule explain --out step.html
    """
    from chainrule.cli.output import deliver, note

    model, quantity = _split([word for word in (model, quantity) if word is not None])
    wanted = s.format_for(format, out, FORMATS)
    if digits is not None and not by_hand:
        raise InputError(f"--digits {digits} belongs to --by-hand; without it six decimals are shown.")
    own = model is None and layers is None
    found = s.source(
        s.network(model, layers, activation, output, loss, seed),
        own=own, x=x, y=y, data=data, sample=sample, seed=seed, put=set_, data_dir=data_dir,
    )  # fmt: skip
    page = found.trace(optimizer, lr).explain(
        quantity, arithmetic="by_hand" if by_hand else "exact", digits=digits
    )
    text = _written(page, wanted, out)
    if found.told:
        note(found.told)
    plain = wanted == "text" and out is None and quantity is None and not by_hand
    deliver(text + NEXT if own and plain and found.y is not None else text, out)


def _written(page: Explanation, format: str, out: str | None) -> str:
    import sys

    from chainrule.cli.output import as_text, speaks_unicode

    if format == "text":
        return as_text(page, out)
    if format == "json":
        return s.as_json(page.to_dict(), out)
    if format == "latex":
        return page.to_latex(document=out is not None)
    if format == "markdown":
        return page.to_markdown()
    html = page.to_html()
    fits = out is not None or speaks_unicode(sys.stdout)
    return html if fits else html.encode("ascii", "xmlcharrefreplace").decode()


def _split(words: list[str]) -> tuple[str | None, str | None]:
    model, rest = s.split(words)
    if len(rest) > 1:
        raise InputError(
            f"{' '.join(words)}: give at most a model's file and one quantity, such as model.safetensors dW1. "
            "One number is derived by: chainrule why dW1 0 1"
        )
    return model, rest[0] if rest else None
