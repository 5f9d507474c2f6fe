"""Rules as text that tells them from all others, whatever their objects are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.expressions import Const, Expr, Name, Node, nodes
from chainrule.program.program import Quantity


def written(quantities: Sequence[Quantity]) -> Iterator[str]:
    """Rules as text in which every operation has a number."""
    numbers: dict[Node, int] = {}

    def operand(item: Expr) -> str:
        if isinstance(item, Node):
            return str(numbers[item])
        if isinstance(item, Name):
            return f"{item.name}{'!' * item.scalar}{'?' * item.computed}"
        assert isinstance(item, Const)
        return f"={item.value!r}"

    for quantity in quantities:
        for node in nodes(quantity.rule):
            if node not in numbers:
                numbers[node] = len(numbers)
                settings = ",".join(f"{name}:{value}" for name, value in sorted(node.settings.items()))
                yield f"{node.op.name}({','.join(map(operand, node.args))};{settings})"
        yield f"{quantity.name} {operand(quantity.rule)}"
    yield ""
