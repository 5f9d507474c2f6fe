"""What is told of a network at the head of a file, and the rows by which the file checks itself."""

from __future__ import annotations

from textwrap import wrap
from typing import NoReturn

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import names
from chainrule.model.leaves import leaves
from chainrule.model.model import Model, reads_tables
from chainrule.model.samples import check_parameters
from chainrule.parts.contract import Activation, Array
from chainrule.program.program import Quantity

MOST = 64  # names that a head lists
ROWS = 3
CANDIDATES = 256  # rows of which those are chosen


def comment_text(text: str) -> str:
    """Text that ends no comment of any language and breaks no line: in ASCII, foreign letters as escapes."""
    from chainrule.writers.text import plain

    text = plain(text)
    text = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    for open_, apart in (("*/", "* /"), ("/*", "/ *"), ("??", "? ?"), ('"""', "'''")):
        while open_ in text:
            text = text.replace(open_, apart)
    return text


def lines_of(network: Model) -> list[Quantity]:
    """The lines of a prediction."""
    program = network.program(targets=False)
    return program.needed([program.output])


def refuse(quantity: Quantity, what: str) -> NoReturn:
    """Raise InputError for a quantity that has no place in a file."""
    raise InputError(f"{quantity.name} of {quantity.part} {what}: this network can't be exported.")


def arrays_read(network: Model) -> dict[str, Array]:
    """The parameters, constants and buffers that a prediction reads, by their names."""
    read = {name.name for line in lines_of(network) for name in names(line.rule)}
    given = {**network.parameters, **network.constants, **network.buffers}
    return {name: array for name, array in given.items() if name in read}


def head(network: Model, multiplications: int, how: list[str], where: str = "inside") -> list[str]:
    """The lines of a head comment: the network, its inputs and outputs, its size, and how it is called."""
    program = network.program(targets=False)
    lines = [
        f"{network.title()}: the prediction of one row, with the weights {where}.",
        "",
        "Written by chainrule.",
    ]
    lines += ["", f"{program.data}: {_count(network.inputs)}{_named(network.features)}"]
    coded = network.layers[0].coded
    lines += ["", *coded, ""] if coded else []
    lines += [f"{program.output}: {_count(network.outputs)}{_named(_output_names(network))}"]
    size = sum(array.nbytes for array in arrays_read(network).values())
    lines += [
        "",
        f"{size:,} bytes of weights; {multiplications:,} multiplications with additions a row.",
    ]
    cut = []
    for line in [*lines, "", *how]:
        cut += wrap(comment_text(line), 100, break_long_words=True, subsequent_indent="    ") or [""]
    return cut


def _count(numbers: int) -> str:
    return "1 number" if numbers == 1 else f"{numbers:,} numbers"


def _named(names: tuple[str, ...] | None) -> str:
    if not names:
        return ""
    more = f", and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return f": {', '.join(names[:MOST])}{more}"


def _output_names(network: Model) -> tuple[str, ...] | None:
    return network.classes if network.outputs > 1 else (network.classes or ())[1:]


def trial(network: Model) -> tuple[Array, Array]:
    """Rows (3, inputs) as the network takes them, and its outputs. Of many they are those that switch most units on.

    Raises
    ------
    InputError : where a parameter is not finite, or the outputs of such rows are not
    """
    from chainrule.training.predicting import predict

    check_parameters(network)
    X = _rows(network).astype(network.input_dtype)
    with np.errstate(all="ignore"):
        outputs = predict(network, X, "numpy", None)
    if not np.isfinite(outputs).all():
        raise InputError(
            "the outputs of rows near the inputs' mean are not finite, so no file could check itself: this network "
            "can't be exported."
        )
    return X, outputs


def _telling(network: Model, X: Array) -> list[int]:
    """Which rows reach most weights: one after the other, that which switches most units on that none has yet."""
    program = network.program(targets=False)
    with np.errstate(all="ignore"):
        results = program.run(leaves(network, program, X))
    on = [
        results[q.name] != 0
        for q in lines_of(network)
        if isinstance(q.part, Activation) and q.local == q.part.gives
    ]
    left = np.concatenate(on, axis=1)
    chosen: list[int] = []
    for _ in range(ROWS):
        gains = left.sum(axis=1)
        gains[chosen] = -1
        chosen.append(int(gains.argmax()))
        left &= ~left[chosen[-1]]
    return chosen


def _rows(network: Model) -> Array:
    """Rows near the inputs' mean; of a table, what fills it, and the first and the second value of each category."""
    if reads_tables(network):
        return np.stack([network.constants["fill"], np.zeros(network.inputs), np.ones(network.inputs)])
    drawn = np.random.default_rng(0).standard_normal((CANDIDATES, network.inputs))
    drawn[CANDIDATES // 2 :] *= 3
    drawn = drawn.round(3)
    first = network.layers[0]
    X = np.asarray(getattr(first, "center", 0.0) + getattr(first, "scale", 1.0) * drawn)
    return X[_telling(network, X.astype(network.input_dtype))]


def tolerance(network: Model) -> float:
    """How far an output may be off in another language, for outputs of about 1."""
    return 1e-4 if network.dtype == np.float32 else 1e-9
