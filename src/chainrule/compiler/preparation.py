"""The lines that prepare raw inputs, scale targets and take outputs back, entry by entry, in double precision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from chainrule.compiler.assembly import Function, Value, real
from chainrule.compiler.functions import as_number, emit
from chainrule.expressions import Const, Expr, Name, nodes
from chainrule.expressions.operations import CAST
from chainrule.program.program import Quantity


def doubles(preparation: Iterable[Quantity]) -> Iterator[Expr]:
    """The scalars that these lines read."""
    for quantity in preparation:
        for node in nodes(quantity.rule):
            if not node.scalar:
                yield from (arg for arg in node.args if arg.scalar and not isinstance(arg, Const))


class Preparation:
    """Writes these lines for neighbouring entries of a row.

    Parameters
    ----------
    f : the function
    constants : the sizes of the arrays that they read; see `Task`
    lines, given, result : the lines, what they are given entry by entry, and which of them is asked for
    scalar : the value of a scalar, in double precision
    base : where an array stands that these lines read, by its name
    """

    def __init__(
        self, f: Function, constants: Mapping[str, int], lines: Sequence[Quantity], given: str, result: str,
        scalar: Callable[[Expr], Value], base: Callable[[str], Value],
    ) -> None:  # fmt: skip
        self.f, self._constants, self._scalar, self._base = f, constants, scalar, base
        self.lines, self._given, self._result = lines, given, result

    def write(self, value: Value, column: Value, mask: Value | None) -> Value:
        """The entries from a column on, prepared; 0 where the mask doesn't hold."""
        f, lanes = self.f, value.lanes
        values: dict[Expr, Value] = {Name(self._given): value}

        def operand(item: Expr) -> Value:
            if item not in values:
                values[item] = self._leaf(item, column, lanes, mask)
            return values[item]

        for quantity in self.lines:
            for node in nodes(quantity.rule):
                if not node.scalar:
                    args = [operand(arg) for arg in node.args]
                    values[node] = args[0] if node.op is CAST else emit(f, node, args, "double")
            values[Name(quantity.name)] = operand(quantity.rule)
        result = as_number(f, values[Name(self._result)], "double")
        return result if mask is None else f.select(mask, result, real(0, "double", lanes))

    def _leaf(self, item: Expr, column: Value, lanes: int, mask: Value | None) -> Value:
        """A constant, a scalar, or the entries of an array that belong to these columns."""
        f = self.f
        if isinstance(item, Const):
            return real(item.value, "double", lanes)
        if item.scalar:
            return f.splat(self._scalar(item), lanes)
        assert isinstance(item, Name)
        base = self._base(item.name)
        if self._constants[item.name] == 1:
            return f.splat(f.load(base, "double"), lanes)
        return f.load(f.gep(base, column, "double"), "double", lanes, mask)
