"""Weights whose gradient is computed in blocks of rows, each updated while it is still in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chainrule.compiler.assembly import ZERO, Function, Value, integer
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own
from chainrule.compiler.loops import Range
from chainrule.compiler.matmul import BlockUpdate, Product, block_entries
from chainrule.compiler.matrix import Matrix, Sizes
from chainrule.compiler.schedule import Item, KernelSchedule, M
from chainrule.expressions import Node
from chainrule.expressions import operations as ops

BLOCK_ROWS = 48  # of a gradient


def fused_updates(context: StepContext) -> dict[str, Item]:
    """The weights whose gradient is a product over the samples that the update alone reads."""
    task, plan = context.task, context.plan
    found: dict[str, Item] = {}
    if not task.update or not task.few or context.small is not None:
        return found
    read = [node for item in plan.items for node in item.reads] + list(plan.results.values())
    for name in task.trained:
        node = plan.results[task.gradients[name]]
        assert isinstance(node, Node)
        item, shape = plan.maker[node], task.shapes[name]
        alone = read.count(node) == 1 and item.lead == shape[0] and len(shape) == 2 and int(shape[1]) > 1
        if alone and _is_over_samples(plan, item, node):
            found[name] = item
    return found


def _is_over_samples(plan: KernelSchedule, item: Item, node: Node) -> bool:
    """Whether a node is a product Aᵀ B over the samples."""
    turned = [isinstance(arg, Node) and arg.op is ops.TRANSPOSE for arg in node.args]
    return item.what == "product" and turned == [True, False] and plan.shape(node.args[1])[0] == M


class FusedUpdates:
    """Writes these products together with their updates.

    `items` are the products, by the parameter that they are the gradient of.
    """

    def __init__(self, context: StepContext) -> None:
        """Find them, and set aside each thread's memory for them."""
        self.context, self.task, self.items = context, context.task, fused_updates(context)
        widest = max((context.padded(int(self.task.shapes[name][1])) for name in self.items), default=0)
        self._panels = context.thread_buffer(widest, M)
        self._rows = context.thread_buffer(widest * BLOCK_ROWS, 1)
        left = [block_entries(context.element, self._sizes(name)) for name in self.items]
        self._block = context.thread_buffer(max(left, default=0), 1)

    def _sizes(self, name: str) -> Sizes:
        return Sizes(None, int(self.task.shapes[name][1]))

    def write(self, name: str, span: Range, size: Value, buffers: list[Value], operands: list[Value]) -> None:
        """One parameter's product and update, in a function of their own, and the call of that.

        Parameters
        ----------
        name, span : the parameter, and which of its rows
        size : the number of samples
        buffers, operands : what the function `move` is given beside its range
        """
        module, element = self.context.module, self.context.element
        a, b = (self.context.places[read][0] for read in self.items[name].reads)
        parameters = dict.fromkeys(("start", "stop", "samples", "flat"), "i64")
        parameters |= dict.fromkeys(("packed", "block", "rows", "a", "b"), "ptr")
        parameters |= {f"p{i}": "ptr" for i in range(len(buffers))}
        parameters |= {f"s{i}": element for i in range(len(operands))}
        f = module.function(f"grow{len(module.functions)}", parameters, inner=True)
        p, columns = f.parameters, int(self.task.shapes[name][1])
        product = Product(
            f, element, self.context.lanes, self.task.registers, Matrix(p["a"], a.stride, a.padded, True),
            Matrix(p["b"], b.stride, b.padded, False), Matrix(p["rows"], columns, False, False),
            self._sizes(name), p["samples"], p["packed"], p["block"],
        )  # fmt: skip
        update = self._updater(f, columns, len(operands))
        product.write_in_blocks(p["start"], p["stop"], BLOCK_ROWS, update)
        call = module.shared(f)
        flat = integer(self.task.spans[name].start)
        self.context.f.call(
            call,
            *span,
            size,
            flat,
            self._panels,
            self._block,
            self._rows,
            a.base,
            b.base,
            *buffers,
            *operands,
        )

    def _updater(self, f: Function, columns: int, operands: int) -> BlockUpdate:
        """What is done around a block: its gradient goes to a memory that stays in the cache, then it is updated."""
        p, element = f.parameters, self.context.element
        names = list(dict.fromkeys(self.task.update_buffers.values()))

        @contextmanager
        def around(first: Value, last: Value) -> Iterator[Matrix]:
            begin = f.times(first, columns)
            yield Matrix(f.gep(p["rows"], f.op("sub", ZERO, begin), element), columns, False, False)
            start, stop = f.add(p["flat"], begin), f.add(p["flat"], f.times(last, columns))
            here = f.gep(p["rows"], f.op("sub", ZERO, start), element)
            where = (here if n is Own.GRADIENTS else p[f"p{i}"] for i, n in enumerate(names))
            f.call("move", start, stop, *where, *(p[f"s{i}"] for i in range(operands)))

        return around
