"""A prediction of one row as loops over entries: what every language that has loops writes down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from chainrule.export.about import arrays_read, lines_of, refuse
from chainrule.export.shapes import M, Shape, Shapes
from chainrule.expressions import Expr, Name, Node, evaluate, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation
from chainrule.model.model import Model
from chainrule.program.program import Quantity

DEEPEST = 12  # operations within each other that one line may have; what is deeper gets lines of its own
FOLDS = (ops.SUM, ops.MAX, ops.MATMUL)
Axes = tuple[str | None, ...]  # the letter that counts along each axis; None where there is nothing to count


@dataclass(frozen=True)
class Number:
    """A number of the rule, of a kind of number."""

    value: float
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class Read:
    """An entry of an array, by the letters that count along its axes, or a number by its name."""

    name: str
    axes: tuple[str, ...]


@dataclass(frozen=True)
class Apply:
    """An operation on entries, and the kind of number that it gives; of conditions, the kind that they compare."""

    op: Operation
    args: tuple[Entry, ...]
    dtype: np.dtype[Any]


Entry = Number | Read | Apply


@dataclass(frozen=True)
class Fold:
    """A sum, or the largest, of entries, made for one entry of a line."""

    name: str
    largest: bool
    over: tuple[tuple[str, int], ...]
    value: Entry
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class Line:
    """A quantity, or a piece of one: loops over its entries, and in them the folds that an entry needs.

    `loops` are letters and sizes, `rule` is what the line computes. Where that is another quantity as it is, there is
    nothing to compute, and `value` is None.
    """

    name: str
    loops: tuple[tuple[str, int], ...]
    folds: tuple[Fold, ...]
    value: Entry | None
    dtype: np.dtype[Any]
    rule: Expr

    @property
    def folds_alone(self) -> bool:
        """Whether it is one sum, or one largest entry, and nothing else."""
        return not self.loops and len(self.folds) == 1 and self.value == Read(self.folds[0].name, ())


@dataclass(eq=False)
class Rowwise:
    """What a network computes of one row: `lines` in order, and the `arrays` that they read, by their names.

    Arrays come without axes of the length 1. `sizes` has the axes of whatever has a name. No line has more than
    `deepest` operations within each other; `pieces` are the names of the parts of rules that have lines of their own.

    Raises
    ------
    InputError : for a network whose prediction needs other rows
    """

    network: Model
    deepest: int = DEEPEST
    lines: list[Line] = field(init=False, default_factory=list)
    arrays: dict[str, Any] = field(init=False, default_factory=dict)
    sizes: dict[str, tuple[int, ...]] = field(init=False, default_factory=dict)
    pieces: dict[Node, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        program = self.network.program(targets=False)
        self.data, self.output = program.data, program.output
        needed = lines_of(self.network)
        self._shapes = Shapes(self.network, needed)
        self._numbers: dict[str, float] = {}  # quantities made of numbers of the rules alone
        self._alias: dict[str, str] = {}
        self.arrays = {name: np.squeeze(array) for name, array in arrays_read(self.network).items()}
        self.sizes = {name: array.shape for name, array in self.arrays.items()}
        self.sizes |= {self.data: (self.network.inputs,), self.output: (self.network.outputs,)}
        for quantity in needed:
            self._quantity(quantity)

    @property
    def multiplications(self) -> int:
        """How many multiplications with additions the products of matrices take for a row."""
        return self._shapes.multiplications

    # --- lines ----------------------------------------------------------------------------------------------

    def _quantity(self, quantity: Quantity) -> None:
        rule, name = quantity.rule, quantity.name
        if rule.scalar:
            self._numbers[name] = evaluate(rule, self._numbers)
        elif isinstance(rule, Name) and name != self.output:
            self._alias[name] = self._alias.get(rule.name, rule.name)
            self.lines.append(Line(name, (), (), None, self.dtype(rule), rule))
        else:
            _Rule(self, quantity).write()

    def read(self, item: Name, axes: Axes) -> Entry:
        """An entry of what has a name."""
        name = self._alias.get(item.name, item.name)
        # The input and the output are arrays for whoever calls, even of one number.
        own = name in (self.data, self.output) and self.sizes[name] == (1,)
        return Read(name, ("0",) if own else tuple(axis for axis in axes if axis is not None))

    def number(self, item: Expr) -> float:
        """The value of what is made of numbers alone."""
        return float(evaluate(item, self._numbers))

    def shape(self, item: Expr) -> Shape:
        """The shape of a quantity or of a part of the rule that is written."""
        return self._shapes.of(item)

    def dtype(self, item: Expr) -> np.dtype[Any]:
        """The kind of number that a part is in NumPy."""
        return self._shapes.dtype(item)


class _Rule:
    """One rule, cut into lines."""

    def __init__(self, rows: Rowwise, quantity: Quantity) -> None:
        self.rows, self.quantity = rows, quantity
        self._places = rows.pieces
        self._folds: list[Fold] = []
        self._within: set[Node] = set()  # folds that the line of the whole rule may hold
        self._pieces = 0
        self._apart = ""

    def write(self) -> None:
        rule = self.quantity.rule
        if isinstance(rule, Node):
            self._within = set(self._direct(rule))
            uses = self._uses(rule)
            depth: dict[Expr, int] = {}
            for node in nodes(rule):
                self._check(node)
                depth[node] = 1 + max((depth.get(arg, 0) for arg in node.args), default=0)
                again = uses[node] > 1 and not node.op.view
                fold = node.op in FOLDS and node not in self._within
                if (
                    node is not rule
                    and not node.scalar
                    and (again or fold or depth[node] > self.rows.deepest)
                ):
                    self._piece(node)
                    depth[node] = 0
        self._line(self.quantity.name, rule)

    def _uses(self, rule: Node) -> dict[Node, int]:
        uses = dict.fromkeys(nodes(rule), 0)
        for node in uses:
            for arg in node.args:
                if isinstance(arg, Node):
                    uses[arg] += 1
        return uses

    def _direct(self, rule: Node) -> Iterator[Node]:
        """Sums and products that are read once for each entry of the rule, so that its own loops may hold them."""
        uses, counted, stack = self._uses(rule), _counted(self.rows.shape(rule)), [rule]
        while stack:
            node = stack.pop()
            if node.op in FOLDS:
                yield node
            elif node.op.elementwise:
                stack += [
                    arg
                    for arg in node.args
                    if isinstance(arg, Node)
                    and not arg.scalar
                    and uses[arg] == 1
                    and _counted(self.rows.shape(arg)) == counted
                ]

    def _check(self, node: Node) -> None:
        if node.scalar:
            return
        if node.op in (ops.PICK_ROWS, ops.PUT_ROWS):
            self._refuse("takes some of the samples")
        if self.rows.shape(node).count(M) > 1:
            self._refuse("sets samples against each other")
        if node.op in (ops.SUM, ops.MAX):
            shape, axis = self.rows.shape(node.args[0]), node.settings["axis"]
            if M in (shape if axis is None else (shape[axis],)):
                self._refuse("goes over all samples")
        if node.op is ops.MATMUL and self.rows.shape(node.args[0])[-1] == M:
            self._refuse("goes over all samples")

    def _refuse(self, what: str) -> NoReturn:
        refuse(self.quantity, f"{what}, and a file takes one row at a time")

    def _piece(self, node: Node) -> None:
        self._pieces += 1
        name = f"{self.quantity.name} piece {self._pieces}"
        self._line(name, node)
        self._places[node] = name

    def _line(self, name: str, rule: Expr) -> None:
        rows, shape = self.rows, self.rows.shape(rule)
        counted = _counted(shape)
        letters = {0: "", 1: "j", 2: "ij"}[len(counted)]
        left = iter(letters)
        axes = tuple(None if size in (1, M) else next(left) for size in shape)
        self._folds = []
        self._apart = "" if counted else name  # without loops all folds stand in one scope
        value = self._entry(rule, axes, rule)
        rows.sizes.setdefault(name, counted)
        loops = tuple(zip(letters, counted, strict=True))
        rows.lines.append(Line(name, loops, tuple(self._folds), value, rows.dtype(rule), rule))

    # --- entries --------------------------------------------------------------------------------------------

    def _entry(self, item: Expr, axes: Axes, top: Expr, real: np.dtype[Any] | None = None) -> Entry:
        """The entry of a part, where it may have been stretched to a larger shape."""
        rows = self.rows
        if item.scalar or not isinstance(item, Name | Node):
            return Number(rows.number(item), real or rows.network.dtype)
        shape = rows.shape(item)
        axes = axes[len(axes) - len(shape) :]
        axes = tuple(None if size in (1, M) else axis for size, axis in zip(shape, axes, strict=True))
        if isinstance(item, Name):
            return rows.read(item, axes)
        if item in self._places and item is not top:
            return Read(self._places[item], tuple(axis for axis in axes if axis is not None))
        if item.op is ops.TRANSPOSE:
            return self._entry(item.args[0], axes[::-1], top)
        if item.op is ops.COLUMN:
            return self._entry(item.args[0], axes[:1], top)
        if item.op in FOLDS:
            return self._fold(item, axes, top)
        if item.op is ops.CAST and rows.dtype(item) == rows.dtype(item.args[0]):
            return self._entry(item.args[0], axes, top)
        kinds = [rows.dtype(arg) for arg in item.args if not arg.scalar]
        compared = (
            np.result_type(*kinds) if item.op.precedence == ops.GREATER.precedence else rows.dtype(item)
        )
        args = tuple(self._entry(arg, axes, top, compared) for arg in item.args)
        if item.op in (ops.WHERE, ops.INDICATOR):
            args = (_condition(args[0]), *args[1:])
        return Apply(item.op, args, compared)

    def _fold(self, item: Node, axes: Axes, top: Expr) -> Entry:
        rows = self.rows
        if item.op is ops.MATMUL:
            over, value = self._product(item, axes, top)
        else:
            full, axis = rows.shape(item.args[0]), item.settings["axis"]
            reduced = range(len(full)) if axis is None else (axis % len(full),)
            kept = iter(
                [a for i, a in enumerate(axes) if i not in reduced] if item.settings["keepdims"] else axes
            )
            inner = tuple(
                (None if size == 1 else "k" if i == reduced[-1] else "k1") if i in reduced else next(kept)
                for i, size in enumerate(full)
            )
            over = tuple((str(inner[i]), int(full[i])) for i in reduced if inner[i] is not None)
            value = self._entry(item.args[0], inner, top)
        if not over:
            return value
        name = f"{'largest' if item.op is ops.MAX else 'sum'} {len(self._folds) or ''} {self._apart}"
        self._folds.append(Fold(name, item.op is ops.MAX, over, value, rows.dtype(item)))
        return Read(name, ())

    def _product(self, item: Node, axes: Axes, top: Expr) -> tuple[tuple[tuple[str, int], ...], Entry]:
        left, right = item.args
        size = self.rows.shape(left)[-1]
        letter = None if size == 1 else "k"
        at_left = (*axes[: len(self.rows.shape(left)) - 1], letter)
        at_right = (letter, *axes[len(axes) - len(self.rows.shape(right)) + 1 :])
        pair = self._entry(left, at_left, top), self._entry(right, at_right, top)
        return (((letter, int(size)),) if letter else ()), Apply(ops.MULTIPLY, pair, self.rows.dtype(item))


def _condition(entry: Entry) -> Entry:
    """What decides, as a comparison: a product of two of them is a number."""
    if not isinstance(entry, Apply) or entry.op.precedence == ops.GREATER.precedence:
        return entry
    return Apply(ops.NOT_EQUAL, (entry, Number(0.0, entry.dtype)), entry.dtype)


def _counted(shape: Shape) -> tuple[int, ...]:
    """The axes of a row along which anything is to be counted."""
    return tuple(int(size) for size in shape if size not in (1, M))
