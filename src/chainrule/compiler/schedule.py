"""What a compiled step does, in order: products, sums over samples, and all that lies between fused into kernels.

Shapes are worked out from the expressions, with `M` standing for the number of samples. Work is shared among
threads by the leading axis: a range of the samples, or of the rows of a weight matrix. Items that read only
their own range of what another one made follow it directly; otherwise a new phase begins, before which
the threads wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chainrule.compiler.functions import EMIT
from chainrule.expressions import Expr, Name, Node, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.node import rebuild
from chainrule.program.program import Quantity

M = "m"
Shape = tuple[int | str, ...]
REDUCTIONS = (ops.SUM, ops.MAX)
# Entries of weights from which threads share columns: then each copies only its own panels of them.
WIDE = 128 * 1024
CONDITIONS = (
    ops.GREATER, ops.GREATER_EQUAL, ops.LESS, ops.LESS_EQUAL, ops.EQUAL, ops.NOT_EQUAL, ops.ISNAN,
)  # fmt: skip


class NotCompiled(Exception):
    """What keeps a program from being compiled, in a sentence for the user."""


@dataclass(eq=False)
class Item:
    """A piece of the step: one product, one sum over the leading axis, or the lines of a fused kernel.

    Parameters
    ----------
    what : "product", "total" or "kernel"
    nodes : in order
    lead : the size of the leading axis that threads share: `M`, a number, or 1 where one of them does it
    reads : what it reads from memory
    across : whether threads share the columns of a product instead, each with all samples: the lead counts columns
    phase : the items of a phase need no waiting among each other
    """

    what: str
    nodes: list[Node]
    lead: int | str
    reads: list[Expr] = field(default_factory=list)
    across: bool = False
    phase: int = 0


class KernelSchedule:
    """The items that compute the quantities.

    Parameters
    ----------
    quantities : what to compute, in order
    leaves : the shapes of what comes from outside
    results : names of quantities that must be in memory afterwards
    threaded : whether several threads share the work; then items are ordered by their phases
    """

    def __init__(
        self,
        quantities: Sequence[Quantity],
        leaves: Mapping[str, Shape],
        results: Iterable[str],
        threaded: bool,
    ) -> None:
        self.rules: dict[str, Expr] = {}
        self.shapes: dict[Expr, Shape] = {Name(name): shape for name, shape in leaves.items()}
        self.items: list[Item] = []
        self.maker: dict[Node, Item] = {}
        self.threaded = threaded
        self._open: dict[int | str, Item] = {}
        for quantity in quantities:
            rule = self.rules[quantity.name] = self._upright(quantity.rule)
            for node in nodes(rule):
                if not node.scalar:
                    self._take(node)
        for item in list(self._open.values()):
            self._close(item)
        self.results = {name: self.source(Name(name)) for name in results}
        self.stored = {read for item in self.items for read in item.reads if isinstance(read, Node)}
        self.stored |= {n for item in self.items if item.what != "kernel" for n in item.nodes}
        for name, source in self.results.items():
            if not isinstance(source, Node):
                raise NotCompiled(f"{name} is no operation of its own")
            self.stored.add(source)
        self._phases()
        if threaded:
            self.items.sort(key=lambda item: item.phase)

    def lines(self) -> list[Node]:
        """What all items compute, in order."""
        return [node for item in self.items for node in item.nodes]

    def source(self, item: Expr) -> Expr:
        """The node or leaf that gives a value: a quantity is the node that its rule ends in, a column what it views."""
        while True:
            if isinstance(item, Name) and item.name in self.rules:
                item = self.rules[item.name]
            elif isinstance(item, Node) and item.op is ops.COLUMN:
                item = item.args[0]
            else:
                return item

    def shape(self, item: Expr) -> Shape:
        """The shape of an expression, as its reader sees it."""
        if item.scalar:
            return ()
        if isinstance(item, Name) and item.name in self.rules:
            return self.shape(self.rules[item.name])
        return self.shapes[item]

    # --- shapes -----------------------------------------------------------------------------------------

    def _shape_of(self, node: Node) -> Shape:
        shapes = [self.shape(arg) for arg in node.args]
        if node.op is ops.MATMUL:
            if len(shapes[0]) != 2 or len(shapes[1]) != 2:
                raise NotCompiled("a product of a matrix with a vector")
            return (shapes[0][0], shapes[1][1])
        if node.op is ops.TRANSPOSE:
            return shapes[0][::-1]
        if node.op is ops.COLUMN:
            return (*shapes[0], 1)
        if node.op in REDUCTIONS:
            axis, keep = node.settings["axis"], node.settings["keepdims"]
            axes = range(len(shapes[0])) if axis is None else (axis % len(shapes[0]),)
            return tuple(1 if i in axes else n for i, n in enumerate(shapes[0]) if keep or i not in axes)
        rank = max(map(len, shapes))
        full: list[int | str] = []
        for sizes in zip(*((1,) * (rank - len(s)) + s for s in shapes), strict=True):
            wide = {n for n in sizes if n != 1}
            if len(wide) > 1:
                raise NotCompiled(f"the shapes {' and '.join(map(str, shapes))} meet in {node.op.name}")
            full.append(wide.pop() if wide else 1)
        return tuple(full)

    # --- transpositions ---------------------------------------------------------------------------------

    def _upright(self, rule: Expr) -> Expr:
        """The same rule with transpositions where only products read them: (zᵀ / s)ᵀ is z / s[:, None]."""

        def change(item: Expr) -> Expr:
            if not isinstance(item, Node) or item.scalar:
                return item
            if item.op is ops.TRANSPOSE:
                return self._turned(item.args[0])
            if item.op in REDUCTIONS and isinstance(item.args[0], Node) and item.args[0].op is ops.TRANSPOSE:
                axis, inner = item.settings["axis"], item.args[0].args[0]
                flipped = axis if axis is None else 1 - axis % 2
                across = Node(item.op, (inner,), {**item.settings, "axis": flipped})
                self._measure(across)
                return self._turned(across) if item.settings["keepdims"] else across
            self._measure(item)
            return item

        return rebuild(rule, change)

    def _turned(self, item: Expr) -> Expr:
        """The transpose of an expression; what is the same in every row becomes a column."""
        shape = self.shape(item)
        if len(shape) < 2:
            return self._measure(Node(ops.COLUMN, (item,), {})) if shape else item
        if isinstance(item, Node) and item.op is ops.TRANSPOSE:
            return item.args[0]
        if isinstance(item, Node) and item.op.elementwise:
            return self._measure(Node(item.op, tuple(self._turned(arg) for arg in item.args), item.settings))
        return self._measure(Node(ops.TRANSPOSE, (item,), {}))

    def _measure(self, node: Node) -> Node:
        self.shapes[node] = self._shape_of(node)
        return node

    # --- items ------------------------------------------------------------------------------------------

    def _take(self, node: Node) -> None:
        shape = self.shapes[node]
        if node.op.view:
            return
        if node.op is ops.MATMUL:
            self._alone(node, "product", shape[0], [_under_transpose(arg) for arg in node.args])
            inner = self.shape(node.args[0])[1]
            if self.threaded and shape[0] == M and inner != M and int(inner) * int(shape[1]) > WIDE:
                self.items[-1].lead, self.items[-1].across = shape[1], True
        elif node.op in REDUCTIONS and not self.along_rows(node):
            self._alone(node, "total", shape[-1] if shape else 1, node.args)
        else:
            if node.op not in REDUCTIONS and node.op not in EMIT:
                raise NotCompiled(f"{node.op.name} has no compiled form")
            self._fuse(node)

    def along_rows(self, node: Node) -> bool:
        """Whether a reduction goes along each row, so that it belongs to the row's own kernel."""
        of = self.shape(node.args[0])
        return len(of) == 2 and node.settings["axis"] in (1, -1)

    def _alone(self, node: Node, what: str, lead: int | str, args: Iterable[Expr]) -> None:
        item = Item(what, [node], lead)
        for arg in args:
            self._read(item, arg)
        self.items.append(item)
        self.maker[node] = item

    def _fuse(self, node: Node) -> None:
        over = self.shape(node.args[0]) if node.op in REDUCTIONS else self.shapes[node]
        lead = over[0] if over else 1
        for arg in node.args:  # what another open kernel makes must be there first
            maker = self._maker(arg)
            if maker is not None and maker.lead != lead:
                self._close(maker)
        item = self._open.get(lead)
        if item is None or not self._fits(item, node):
            if item is not None:
                self._close(item)
            item = self._open[lead] = Item("kernel", [], lead)
        self._join(item, node)
        self.maker[node] = item

    def _join(self, item: Item, node: Node) -> None:
        for arg in node.args:
            source = self.source(arg)
            if source in item.nodes:
                continue
            if isinstance(source, Node) and source.op in CONDITIONS:
                # A condition is asked again where it is needed: it is never in memory.
                self._join(item, source)
            else:
                self._read(item, arg)
        item.nodes.append(node)

    def _fits(self, item: Item, node: Node) -> bool:
        """Whether a line may join a kernel: it must not read another row of what the kernel makes.

        Of weights, a kernel takes matrices or vectors: the number of units may be that of rows and of entries.
        """
        if item.lead != M and self._rank(node) != self._rank(item.nodes[-1]):
            return False
        return all(self._aligned(arg, item) for arg in node.args if self._maker(arg) is item)

    def _rank(self, node: Node) -> int:
        return len(self.shape(node.args[0] if node.op in REDUCTIONS else node))

    def _maker(self, item: Expr) -> Item | None:
        source = self.source(item)
        return self.maker.get(source) if isinstance(source, Node) else None

    def _read(self, item: Item, arg: Expr) -> None:
        if arg.scalar:
            return
        source = self.source(arg)
        if source.scalar:
            return
        if isinstance(source, Node):
            if source.op is ops.TRANSPOSE:
                raise NotCompiled("a transposition outside a product")
            maker = self.maker[source]
            if maker.what == "kernel":
                self._close(maker)
        item.reads.append(source)

    def _close(self, item: Item) -> None:
        if self._open.get(item.lead) is item:
            del self._open[item.lead]
            self.items.append(item)

    # --- phases -----------------------------------------------------------------------------------------

    def _phases(self) -> None:
        for item in self.items:
            for read in item.reads:
                if isinstance(read, Name) and self.shape(read)[:1] == (M,) and not self._aligned(read, item):
                    # A batch's rows are gathered by the threads, each its own.
                    item.phase = max(item.phase, 1)
                elif isinstance(read, Node):
                    before = self.maker[read]
                    direct = before.lead == item.lead and self._aligned(read, item)
                    item.phase = max(item.phase, before.phase + (not direct))

    def _aligned(self, read: Expr, item: Item) -> bool:
        """Whether an item reads only its own range of the leading axis."""
        if item.across or (item.what == "total" and item.lead != 1):
            return False
        shape = self.shape(read)
        if item.what == "product":
            left = item.nodes[0].args[0]
            return self.source(left) is read and shape[:1] == (item.lead,)
        if not shape or item.lead == 1:
            return item.what == "kernel" or (item.lead == 1 and not shape)
        rank = max(len(self.shape(arg)) for node in item.nodes for arg in (node, *node.args))
        return shape[0] == item.lead and (len(shape) == rank or item.lead == M or shape[1:] == (1,))


def width_of(shape: Shape) -> int:
    """The entries of a row; 1 where there are no rows."""
    return int(shape[1]) if len(shape) == 2 else 1


def _under_transpose(item: Expr) -> Expr:
    return item.args[0] if isinstance(item, Node) and item.op is ops.TRANSPOSE else item
