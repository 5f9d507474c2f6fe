"""The items of a plan as assembly: products, sums over the leading axis, fused loops.

A kernel goes through its rows one by one; along a row it works on as many neighbouring entries as fit a register.
Where everything has one width, the rows are taken as one long line instead.
"""

from __future__ import annotations

from chainrule.compiler.assembly import Value, integer
from chainrule.compiler.flat import flat_width, write_flat
from chainrule.compiler.loops import LoopWriter, Range
from chainrule.compiler.matmul import Product, panel_entries
from chainrule.compiler.matrix import Matrix, Sizes
from chainrule.compiler.reductions import write_total
from chainrule.compiler.rows import RowKernel
from chainrule.compiler.schedule import Item, KernelSchedule, M, NotCompiled
from chainrule.expressions import Expr, Node
from chainrule.expressions import operations as ops


def write_item(loops: LoopWriter, item: Item, span: Range, panel: Value, registers: int) -> None:
    """The instructions of an item for a range of its leading axis.

    Parameters
    ----------
    loops : where they are written
    item, span : what, and which part of it
    panel : memory for a product's own use
    registers : how many registers the processor has
    """
    if item.what == "product":
        _write_product(loops, item, span, panel, registers)
    elif item.what == "total":
        write_total(loops, item.nodes[0], span)
    elif width := flat_width(loops, item):
        start, stop = (loops.f.times(bound, width) for bound in span)
        write_flat(loops, item.nodes, start, stop)
    else:
        RowKernel(loops, item.nodes).write(span)


def product_sizes(plan: KernelSchedule, node: Node) -> Sizes:
    """The inner axis and the columns of a product."""
    inner, columns = plan.shape(node.args[0])[1], plan.shape(node.args[1])[1]
    if columns == M:
        raise NotCompiled("a product with one column a sample")
    return Sizes(None if inner == M else int(inner), int(columns))


def _write_product(loops: LoopWriter, item: Item, span: Range, panel: Value, registers: int) -> None:
    node = item.nodes[0]
    sizes = product_sizes(loops.plan, node)
    depth = loops.samples if sizes.inner is None else integer(sizes.inner)
    (a, b), (c, *others) = (_matrix(loops, arg) for arg in node.args), loops.places[node]
    assert not others
    behind = integer(panel_entries(loops.element, loops.lanes, registers))
    product = Product(
        loops.f, loops.element, loops.lanes, registers, a, b, Matrix(c.base, c.stride, c.padded, False),
        sizes, depth, panel, loops.f.gep(panel, behind, loops.element),
    )  # fmt: skip
    if item.across:
        product.write_columns(*span, loops.samples)
    else:
        product.write(*span)


def _matrix(loops: LoopWriter, arg: Expr) -> Matrix:
    turned = isinstance(arg, Node) and arg.op is ops.TRANSPOSE
    place = loops.places[loops.plan.source(arg.args[0] if turned else arg)][0]  # type: ignore[union-attr]
    return Matrix(place.base, place.stride, place.padded, turned)
