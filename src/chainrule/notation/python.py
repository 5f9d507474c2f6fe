"""An expression as Python, over NumPy."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.expressions import Const, Expr, Name, Node, nodes, rebuild
from chainrule.expressions import operations as ops
from chainrule.notation.writing import ATOM, NEGATIVE_STRENGTH, write


def _plain_conditions(item: Expr) -> Expr:
    """Leave out a conversion that NumPy makes by itself, in the same dtype: in a product with an array of numbers."""
    if isinstance(item, Node) and item.op is ops.MULTIPLY and not any(arg.scalar for arg in item.args):
        marked = [isinstance(arg, Node) and arg.op is ops.INDICATOR for arg in item.args]
        if marked.count(True) == 1:
            args = tuple(a.args[0] if m else a for a, m in zip(item.args, marked, strict=True))  # type: ignore[union-attr]
            return Node(item.op, args, item.settings)
    return item


def code(expr: Expr, names: Callable[[str], str] = lambda name: name, real: str = "DTYPE") -> str:
    """An expression as Python; `real` is the dtype of its numbers, as it is written."""
    text = _code(rebuild(expr, _plain_conditions), names, real)
    return f"float({text})" if _by_numpy(expr) else text


def _by_numpy(item: Expr) -> bool:
    """Whether it is a number that NumPy's functions give: as that it would turn float32 into float64."""
    return (
        isinstance(item, Node)
        and item.scalar
        and any(n.op.function or n.op is ops.WHERE for n in nodes(item))
    )


def _code(expr: Expr, names: Callable[[str], str], real: str) -> str:
    def leaf(item: Expr) -> tuple[str, int] | None:
        if isinstance(item, Name):
            return names(item.name), ATOM
        if isinstance(item, Const):
            return repr(item.value), ATOM if item.value >= 0 else NEGATIVE_STRENGTH
        if item is not expr and not expr.scalar and _by_numpy(item):
            return f"float({_code(item, names, real)})", ATOM
        if item.op is ops.WHERE and "dtype" in item.settings:
            condition, yes, no = (_code(arg, names, real) for arg in item.args)
            return f"np.where({condition}, {real}({yes}), {no})", ATOM
        if item.op is ops.INDICATOR:
            return f"({_code(item.args[0], names, real)}).astype({real})", ATOM
        return None

    return str(write(expr, "code", leaf))
