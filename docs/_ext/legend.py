"""The legend of symbols, made of the programs that the product writes: a name that no program has can't stand in it.

``{chainrule-legend}`` lists the names of the worked example's step; ``{chainrule-legend} parts`` what each part adds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import running
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

import chainrule as cr
from chainrule.notation import display, formula, latex_formula, latex_name
from chainrule.parts.contract import Activation, Layer, Loss, Optimizer
from chainrule.program.program import Program
from chainrule.writers.mathml import converter

# What each name of the worked example's step means; a gradient and a new value are told by what they belong to.
WORDS = {
    "x": "the inputs: a row for each sample, a column for each feature",
    "y": "the targets, here 1 in the column of the right class",
    "W": "the weights of a layer: entry [i, j] goes from unit i to unit j",
    "b": "the biases of a layer, one for each unit",
    "z": "the sums of a layer, before its activation",
    "a": "what a layer gives: its activation of z",
    "e": "the powers of e that softmax divides",
    "s": "their sum, row by row",
    "top": "the largest sum of a row",
    "shift": "what softmax takes off so that nothing overflows; mostly 0",
    "log_a": "the logarithm of what the last layer gives",
    "l": "the loss of each sample",
    "L": "the loss: the mean over the samples",
    "m": "how many samples the step has",
    "k": "how many outputs the network has",
    "t": "which step it is, from 1",
    "eta": "the learning rate",
    "beta1": "how much Adam keeps of the mean of the gradients",
    "beta2": "how much Adam keeps of the mean of their squares",
    "epsilon": "a small number, so that nothing is divided by 0",
    "m_w": "Adam's running mean of the gradients of a parameter",
    "v_w": "Adam's running mean of their squares",
    "m_hat": "the same, without the pull towards the 0 that it began at",
    "v_hat": "the same, without the pull towards the 0 that it began at",
}
TABLE = '<table class="legend"><thead><tr>{}</tr></thead><tbody>\n{}\n</tbody></table>'


class Legend(SphinxDirective):
    """A table of names."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The worked example's names, or those that parts add."""
        rows = list(parts() if self.arguments == ["parts"] else worked())
        titles = (
            ("part", "sign", "in Python", "rule")
            if self.arguments
            else ("sign", "in Python", "shape", "what it is")
        )
        head = "".join(f'<th scope="col">{title}</th>' for title in titles)
        body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        label = "signs of the parts" if self.arguments else "signs of the worked example"
        box = f'<div class="wide" tabindex="0" role="group" aria-label="{label}">{TABLE.format(head, body)}</div>'
        if self.arguments:
            return [running.raw(box)]
        names = re.findall(r"<code>(\w+)</code>", " ".join(row[1] for row in rows))
        words = addnodes.index(entries=[("single", name, "", "main", None) for name in names])
        return [words, running.raw(box)]  # a name that is searched for is found here


def worked() -> Iterator[tuple[str, ...]]:
    """A row for each kind of name in a step of the worked example with Adam.

    Raises
    ------
    ExtensionError : for a name without words, and for words without a name
    """
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, cr.Adam(0.01))
    groups: dict[str, list[str]] = {}
    for name in trace.program.names():
        groups.setdefault(_kind(trace.program, name), []).append(name)
    unknown = {base for base in map(_base, groups) if base not in WORDS}
    if left := unknown ^ (set(WORDS) - set(map(_base, groups))):
        raise ExtensionError(
            f"the legend's words and the names of the worked example differ in {sorted(left)}"
        )
    for kind, names in groups.items():
        shapes = dict.fromkeys(str(np_shape(trace[name])) for name in names)
        code = ", ".join(f"<code>{name}</code>" for name in names)
        yield _signs(names), code, ", ".join(shapes), _words(kind)


def np_shape(value: Any) -> tuple[int, ...]:
    """The shape of an array, or () of a number."""
    return tuple(getattr(value, "shape", ()))


def _kind(program: Program, name: str) -> str:
    if name in program.state:
        return f"{program.state[name][0]}_w"
    if name in program.leaves:
        return name if program.leaves[name] == "scalar" else re.sub(r"\d+$", "", name)
    local = program.quantities[name].local
    plain = re.sub(r"\d+(?=_|$)", "", name)
    if local in ("m_new", "v_new"):
        return f"{local[0]}_w_new"
    if local in ("m_hat", "v_hat", "w_new"):
        return local
    return plain


def _base(kind: str) -> str:
    """What a gradient or a new value belongs to."""
    if kind.endswith("_new"):
        return (
            kind.removesuffix("_new").replace("w", "W", 1) if kind == "w_new" else kind.removesuffix("_new")
        )
    return kind[1:] if kind[0] == "d" and len(kind) > 1 else kind


def _words(kind: str) -> str:
    if kind == "w_new":
        return "a parameter after the step"
    if kind.endswith("_new"):
        return f"its next value: {WORDS[_base(kind)]}"
    if _base(kind) != kind:
        return f"a gradient: how much L changes when an entry of {_base(kind)} does"
    return WORDS[kind]


def _signs(names: list[str]) -> str:
    convert = converter()
    return ", ".join(f'<span title="{display(name)}">{convert(latex_name(name))}</span>' for name in names)


def parts() -> Iterator[tuple[str, ...]]:
    """A row for each quantity that a part adds to a step, beside those that every part of its kind has."""
    convert = converter()
    for title, program, part, usual in _programs():
        for name, quantity in program.quantities.items():
            own = isinstance(quantity.part, part) and quantity.local not in usual
            if own and (not quantity.parameter or quantity.parameter == "W1"):
                yield (
                    title, convert(latex_name(name)), f"<code>{name}</code>",
                    f'<span title="{formula(quantity.rule)}">{convert(latex_formula(quantity.rule))}</span>',
                )  # fmt: skip


def _programs() -> Iterator[tuple[str, Program, type, set[str]]]:
    for name, part in Activation.registry().items():
        net = cr.Network([2, 3, 2], hidden=name)
        yield name, net.program(cr.SGD()), part, {"z", "a", "dz"}
    for name, layer in Layer.registry().items():
        if not issubclass(layer, Activation) and layer in (cr.BatchNorm, cr.LayerNorm, cr.Dropout):
            net = cr.Network([cr.Dense(2, 3), layer(), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()])
            yield name, net.program(cr.SGD()), layer, {"dx"}
    for name, loss in Loss.registry().items():
        yield name, _with_loss(name).program(cr.SGD()), loss, {"l", "L", "da", "dz"}
    for name, optimizer in Optimizer.registry().items():
        if optimizer not in (cr.LBFGS, cr.Lookahead):
            yield name, cr.Network([2, 3, 2]).program(Optimizer.of(name)), optimizer, {"w_new"}


def _with_loss(name: str) -> cr.Network:
    """A network that the loss goes with."""
    for outputs, output in itertools.product(
        (2, 1), ("softmax", "sigmoid", "identity", "tanh", "log_softmax", "softplus")
    ):
        try:
            return cr.Network([2, 3, outputs], output=output, loss=name)
        except cr.ChainruleError:
            continue
    raise ExtensionError(f"no output goes with the loss {name}")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_directive("chainrule-legend", Legend)
    return {"parallel_read_safe": False}
