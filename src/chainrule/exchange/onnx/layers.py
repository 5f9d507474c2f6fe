"""The layers of an ONNX graph: products with weights, normalizations, activations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from chainrule import parts
from chainrule.errors import ChainruleError, InputError
from chainrule.exchange.chain import Link
from chainrule.exchange.onnx.graph import OnnxGraph, OnnxNode, Step
from chainrule.exchange.onnx.recognizing import identical, recognize
from chainrule.exchange.onnx.running import OPERATORS
from chainrule.exchange.onnx.scaling import Scaling, line_of, nothing, row_of, scaled
from chainrule.exchange.tensors import common_dtype
from chainrule.parts.contract import Array, Layer

WEIGHTED = ("MatMul", "Gemm")
NORMALIZING = {
    "BatchNormalization": ("gamma", "beta", "mu_run", "var_run"),
    "LayerNormalization": ("gamma", "beta"),
}
ALONE = (
    *WEIGHTED,
    *NORMALIZING,
    "Dropout",
)  # what is a layer by itself, so that no composed form has it within
FLOAT, DOUBLE = 1, 11  # ONNX's numbers of types
LONGEST = 24  # steps that a composed form may have
HAS = "it has Gemm, MatMul, Add, BatchNormalization, LayerNormalization, Dropout, and activations that chainrule has"


class Reader:
    """Takes step after step; what scales on the way waits for the weights that it goes into.

    Then `chain` has the layers with their arrays, `dtype` is that of their weights, and `sums` is the name of what the
    last layer takes.

    Raises
    ------
    InputError : where steps are no layers, naming the node
    """

    def __init__(self, graph: OnnxGraph, steps: Sequence[Step]) -> None:
        self.graph = graph
        self.chain: list[Link] = []
        self.sums = graph.name
        self.width = _inputs(graph, steps)  # columns of what the next step gets
        self._axes = (
            graph.axes if graph.axes is not None and len(graph.axes) != 1 else None
        )  # until it is flattened
        self._weights: list[tuple[str, Array]] = []
        self._waiting: Scaling | None = None  # what is done to what the next layer gets
        i = 0
        while i < len(steps):
            layers, before = len(self.chain), steps[i].before
            i += self._take(steps[i : i + LONGEST])
            self.sums = before if len(self.chain) > layers else self.sums
        self._settle()
        self.dtype = common_dtype(self._weights)

    def _take(self, steps: Sequence[Step]) -> int:
        """Take the layer that the first of these steps begin; returns how many steps it was."""
        step, node = steps[0], steps[0].nodes[0]
        if (
            _alone(step)
            and node.kind in ("Identity", "Cast")
            and node.attributes.get("to", FLOAT) in (FLOAT, DOUBLE)
        ):
            return 1
        if self._axes is not None and not _anchor(step):
            return self._flattened(steps)
        if not _alone(step):
            return self._form(steps)
        if node.kind in WEIGHTED:
            self._product(step, node)
        elif node.kind in NORMALIZING:
            self._normalization(node)
        elif node.kind == "Dropout":
            self._dropout(node)
        elif not (self._slopes(node) or self._bias(step, node)):
            return self._form(steps)
        return 1

    # --- weights --------------------------------------------------------------------------------------------

    def _product(self, step: Step, node: OnnxNode) -> None:
        W = _matrix(self.graph, step)
        if self._axes is not None:
            raise InputError(
                f"{node.place}: a sample has the axes {self._axes}, and chainrule's are rows: flatten it first."
            )
        if len(W) != self.width:
            raise InputError(f"{node.place}: it takes {len(W)} numbers a sample, and gets {self.width}.")
        self._weights.append((f"{node.place}: its matrix", W))
        self.width = W.shape[1]
        c = self.graph.constant(node, 2, "bias")
        b = np.zeros(self.width)
        if c is not None:
            b = b + node.attributes.get("beta", 1.0) * row_of(node, c, self.width, "bias")
        arrays = {"W": W.astype(np.float64) * node.attributes.get("alpha", 1.0), "b": b}
        frozen = frozenset({"b"} if c is None else ())
        self._place(Link(node.place, parts.Dense(*W.shape), arrays, frozen))

    def _bias(self, step: Step, node: OnnxNode) -> bool:
        """Whether a sum is the bias of the layer with weights just before it, which has none yet."""
        last = self.chain[-1] if self.chain else None
        if last is None or "b" not in last.frozen or self._waiting is not None:
            return False
        line = line_of(self.graph, step, self.width)
        if line is None or not line.shifts:
            return False
        self.chain[-1] = scaled(last, line)
        return True

    # --- layers without weights -----------------------------------------------------------------------------

    def _normalization(self, node: OnnxNode) -> None:
        at = node.attributes
        if at.get("training_mode"):
            raise InputError(f"{node.place} is in training mode: export the model for predictions.")
        if node.kind == "BatchNormalization":
            rate = float(f"{1 - at.get('momentum', 0.9):.7g}")
            layer = _made(node, parts.BatchNorm, rate=rate, epsilon=at.get("epsilon", 1e-5))
        elif at.get("axis", -1) in (-1, 1):
            layer = _made(node, parts.LayerNorm, epsilon=at.get("epsilon", 1e-5))
        else:
            raise InputError(
                f"{node.place} goes along axis {at['axis']}, and chainrule's over the units of a sample."
            )
        arrays, frozen = {}, set()
        for i, name in enumerate(NORMALIZING[node.kind], 1):
            array = self.graph.constant(node, i, name)
            if array is None:
                frozen.add(name)
            else:
                self._weights.append((f"{node.place}: {name}", array))
            arrays[name] = np.zeros(self.width) + (
                0 if array is None else row_of(node, array, self.width, name)
            )
        self._place(Link(node.place, layer, arrays, frozenset(frozen)))

    def _dropout(self, node: OnnxNode) -> None:
        ratio, training = (
            self.graph.constant(node, place, what) for place, what in ((1, "ratio"), (2, "training mode"))
        )
        if training is not None and training.any():
            raise InputError(f"{node.place} is in training mode: export the model for predictions.")
        rate = node.attributes.get("ratio", 0.5) if ratio is None else float(str(ratio.ravel()[0]))
        self._place(Link(node.place, _made(node, parts.Dropout, rate=rate)))

    def _slopes(self, node: OnnxNode) -> bool:
        """Whether this is a PRelu with a slope for each unit."""
        if node.kind != "PRelu":
            return False
        slope = self.graph.constant(node, 1, "slope")
        if slope is None or slope.size != self.width:
            return False
        self._weights.append((f"{node.place}: its slopes", slope))
        self._place(Link(node.place, parts.PReLU(), {"alpha": row_of(node, slope, self.width, "slope")}))
        return True

    def _form(self, steps: Sequence[Step]) -> int:
        """The longest run of steps that is a layer, or something that scales."""
        ahead = next((i for i, step in enumerate(steps) if _anchor(step)), len(steps))
        # Of an activation the longest form is meant, of a normalization the shortest: what scales after it is its own.
        runs = [(count, False) for count in range(ahead, 0, -1)] + [
            (count, True) for count in range(1, ahead + 1)
        ]
        for count, normalizes in runs:
            found = recognize(self.graph, steps[:count], self.width, normalizes)
            if found is not None:
                for link in found:
                    self._place(link)
                return count
        return self._scaling(steps[0])

    # --- what scales, or only gives numbers another shape ------------------------------------------------------

    def _flattened(self, steps: Sequence[Step]) -> int:
        """Take what makes rows of samples with several axes, or scales all of them alike."""
        axes = [size or 1 for size in self._axes or ()]
        ahead = next((i for i, step in enumerate(steps) if _anchor(step)), len(steps))
        for count in range(ahead, 0, -1):
            if identical(self.graph, steps[:count], axes):
                self._axes = None
                return count
        return self._scaling(steps[0])

    def _scaling(self, step: Step) -> int:
        line = line_of(self.graph, step, 1 if self._axes is not None else self.width)
        if line is None:
            _refuse(step)
        last = self.chain[-1] if self.chain else None
        own = last is not None and type(last.layer) in (parts.Dense, parts.BatchNorm, parts.LayerNorm)
        if last is not None and own and self._waiting is None:
            self.chain[-1] = scaled(last, line)
        elif not line.factor.all():
            raise InputError(f"{step.place} multiplies what it gets by 0.")
        else:
            self._waiting = (self._waiting or nothing(step)).then(line)
        return 1

    def _place(self, link: Link) -> None:
        waiting = self._waiting
        # Inputs are scaled by a layer, if they keep their sign; anything else by the weights that come next.
        if waiting is not None and "W" in link.arrays and (self.chain or not (waiting.scale > 0).all()):
            link, self._waiting = waiting.taken_in(link), None
        self._settle()
        self.chain.append(link)

    def _settle(self) -> None:
        """Let what scales the inputs be a layer; anywhere else it needs weights after it."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        if self.chain:
            raise InputError(
                f"{waiting.step.place} scales what an activation gives, and there is no layer with weights right after "
                "it to take that in."
            )
        if not (waiting.scale > 0).all():
            raise InputError(
                f"{waiting.step.place} turns the sign of an input, and chainrule's scaling keeps it."
            )
        self.chain.append(waiting.layer())


def _alone(step: Step) -> bool:
    return len(step.nodes) == 1


def _anchor(step: Step) -> bool:
    return _alone(step) and step.nodes[0].kind in ALONE


def _refuse(step: Step) -> NoReturn:
    if _alone(step):
        raise InputError(f"{step.place} is none that chainrule has: {HAS}.")
    kinds = ", ".join(node.kind for node in step.nodes)
    raise InputError(f"{step.place} ({kinds}) together are no layer of chainrule's: {HAS}.")


def _made(node: OnnxNode, layer: type[Layer], **settings: Any) -> Layer:
    try:
        return layer(**settings)
    except ChainruleError as error:
        raise InputError(f"{node.place}: {error}") from error


def _matrix(graph: OnnxGraph, step: Step) -> Array:
    """The weights of a product, as inputs times outputs."""
    (node,) = step.nodes
    if step.before != node.inputs[0] or node.attributes.get("transA"):
        raise InputError(
            f"{node.place}: its weights stand on the left, and chainrule's samples are rows: x · W + b."
        )
    W = graph.constant(node, 1, "matrix of weights")
    assert W is not None
    if W.ndim != 2 or not W.size:
        raise InputError(f"{node.place}: its weights have the shape {W.shape}, and a layer's are a matrix.")
    return W.T if node.attributes.get("transB") else W


def _inputs(graph: OnnxGraph, steps: Sequence[Step]) -> int:
    """How many numbers a sample has, as the first layer with weights tells it."""
    for step in steps:
        if _alone(step) and step.nodes[0].kind in WEIGHTED:
            found = len(_matrix(graph, step))
            if graph.axes is not None and len(graph.axes) == 1 and graph.axes[0] not in (None, found):
                raise InputError(
                    f"{step.place}: it takes {found} numbers a sample, and gets {graph.axes[0]}."
                )
            return found
    for step in steps:
        if not _alone(step) or step.nodes[0].kind not in OPERATORS:
            _refuse(step)
    raise InputError("the graph has no Gemm and no MatMul: a network has a layer with weights.")
