"""An expression as Python, over NumPy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

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


LONG = 12  # operations from which on what is read twice is a line of its own
DEEP = 40  # operations within each other that a line may have; Python itself takes no more than 200 brackets


def code(expr: Expr, names: Callable[[str], str] = lambda name: name, real: str = "DTYPE") -> str:
    """An expression as Python; `real` is the dtype of its numbers, as it is written."""
    return _whole(rebuild(expr, _plain_conditions), names, real, {})


def lines(
    target: str,
    expr: Expr,
    names: Callable[[str], str] = lambda name: name,
    real: str = "DTYPE",
    taken: Collection[str] = (),
) -> list[str]:
    """An expression as Python, in as many lines as it takes to write each part once, the last one of `target`.

    Parameters
    ----------
    target : the variable of the expression
    expr, names, real : as for `code`
    taken : names that no part may have
    """
    expr = rebuild(expr, _plain_conditions)
    found: list[str] = []
    parts: dict[Node, str] = {}
    for node in _apart(expr):
        part = f"{target}_part{len(parts) + 1}"
        while part in taken:
            part += "_"
        found.append(f"{part} = {_whole(node, names, real, parts)}")
        parts[node] = part
    return [*found, f"{target} = {_whole(expr, names, real, parts)}"]


def _apart(expr: Expr) -> list[Node]:
    """The parts of an expression that get lines of their own, operands first."""
    uses: dict[Node, int] = dict.fromkeys(nodes(expr), 0)
    for node in uses:
        for arg in node.args:
            if isinstance(arg, Node):
                uses[arg] += 1
    size: dict[Expr, int] = {}
    depth: dict[Expr, int] = {}
    found: list[Node] = []
    for node, count in uses.items():
        size[node] = 1 + sum(size.get(arg, 0) for arg in node.args)
        depth[node] = 1 + max(depth.get(arg, 0) for arg in node.args)
        if node is not expr and ((count > 1 and size[node] >= LONG) or depth[node] >= DEEP):
            found.append(node)
            size[node] = depth[node] = 0
    return found


def _whole(expr: Expr, names: Callable[[str], str], real: str, parts: Mapping[Node, str]) -> str:
    text = _code(expr, names, real, parts)
    return f"float({text})" if _by_numpy(expr) else text


def _by_numpy(item: Expr) -> bool:
    """Whether it is a number that NumPy's functions give: as that it would turn float32 into float64."""
    return (
        isinstance(item, Node)
        and item.scalar
        and any(n.op.function or n.op is ops.WHERE for n in nodes(item))
    )


def _code(expr: Expr, names: Callable[[str], str], real: str, parts: Mapping[Node, str]) -> str:
    def leaf(item: Expr) -> tuple[str, int] | None:
        if isinstance(item, Name):
            return names(item.name), ATOM
        if isinstance(item, Const):
            return repr(item.value), ATOM if item.value >= 0 else NEGATIVE_STRENGTH
        if item is not expr and item in parts:
            return parts[item], ATOM
        if item is not expr and not expr.scalar and _by_numpy(item):
            return f"float({_code(item, names, real, parts)})", ATOM
        if item.op is ops.WHERE and "dtype" in item.settings:
            condition, yes, no = (_code(arg, names, real, parts) for arg in item.args)
            return f"np.where({condition}, {real}({yes}), {no})", ATOM
        if item.op is ops.INDICATOR:
            return f"({_code(item.args[0], names, real, parts)}).astype({real})", ATOM
        return None

    return str(write(expr, "code", leaf))
