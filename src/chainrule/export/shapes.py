"""The shapes of all parts of a prediction's rules, in which the axis of the samples is known from the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.program.program import Quantity

M = "m"
Shape = tuple[int | str, ...]


class Shapes:
    """The shapes and kinds of number of some quantities and of every part of their rules.

    The rules are run for two numbers of samples: an axis whose length changes is that of the samples, `M`.
    """

    def __init__(self, network: Model, quantities: Sequence[Quantity]) -> None:
        program = network.program(targets=False)
        arrays = [*network.parameters.values(), *network.constants.values(), *network.buffers.values()]
        lengths = {1, network.inputs, *(size for array in arrays for size in array.shape)}
        few, more = [size for size in range(2, len(lengths) + 4) if size not in lengths][:2]
        self._shapes: dict[Expr, Shape] = {}
        self._dtypes: dict[Expr, np.dtype[Any]] = {}
        found = []
        for samples in (few, more):
            X = np.zeros((samples, network.inputs), network.input_dtype)
            env = leaves(network, program, X)
            memo: dict[Expr, Any] = {}
            with np.errstate(all="ignore"):
                for quantity in quantities:
                    env[quantity.name] = evaluate(quantity.rule, env, memo)
            found.append(memo | {Name(name): value for name, value in env.items()})
        for item, value in found[0].items():
            pairs = zip(np.shape(value), np.shape(found[1][item]), strict=True)
            self._shapes[item] = tuple(a if a == b else M for a, b in pairs)
            self._dtypes[item] = np.asarray(value).dtype

    def of(self, item: Expr) -> Shape:
        """The shape of a quantity, or of a part of a rule."""
        return () if item.scalar else self._shapes[item]

    def dtype(self, item: Expr) -> np.dtype[Any]:
        """Its kind of number."""
        return self._dtypes[item]

    def __contains__(self, name: str) -> bool:
        return Name(name) in self._shapes

    @property
    def multiplications(self) -> int:
        """How many multiplications with additions the products of matrices take for a row."""
        products = [item for item in self._shapes if isinstance(item, Node) and item.op is ops.MATMUL]
        sizes = [(*self._shapes[item], *self._shapes[item.args[0]][-1:]) for item in products]
        return sum(math.prod(int(size) for size in axes if size != M) for axes in sizes)
