"""The language of rules: expressions, the table of operations, symbols and the scope."""

from chainrule.expressions.derivative import derive, slope
from chainrule.expressions.node import (
    Const,
    Expr,
    Name,
    Node,
    evaluate,
    names,
    nodes,
    operands_first,
    rebuild,
)
from chainrule.expressions.scope import Namespace, Renamed, Scope, check_local
from chainrule.expressions.symbol import Symbol, erf

__all__ = [
    "Const",
    "Expr",
    "Name",
    "Namespace",
    "Node",
    "Renamed",
    "Scope",
    "Symbol",
    "check_local",
    "derive",
    "erf",
    "evaluate",
    "names",
    "nodes",
    "operands_first",
    "rebuild",
    "slope",
]
