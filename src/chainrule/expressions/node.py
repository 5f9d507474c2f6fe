"""What a rule wrote down: a small immutable expression over named quantities.

An expression is a `Name` (a quantity, or one entry of it), a `Const` (a number of the rule itself) or a
`Node` (an operation of the table on expressions). Everything that reads a program reads these three.
What a row of that table says stands here as well, since nodes and rows name each other; the rows are in `operations`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity by its name; with an index, one entry of it.

    A scalar is a hyper-parameter, the step count or the number of samples: it stays a Python number in
    double precision until it meets an array. Or it is computed from these, and then shown rounded as any result is.
    """

    name: str
    scalar: bool = False
    index: tuple[int, ...] | None = None
    computed: bool = field(default=False, repr=False)

    @property
    def single(self) -> bool:
        """Whether it is a single number: a scalar, or an entry."""
        return self.scalar or self.index is not None


@dataclass(frozen=True, slots=True)
class Const:
    """A number written in a rule."""

    value: float
    scalar: bool = True

    @property
    def single(self) -> bool:
        """It is a single number."""
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An operation on expressions. Two nodes are the same only if they are one object."""

    op: Operation
    args: tuple[Expr, ...]
    settings: Mapping[str, Any]
    scalar: bool = field(init=False)  # whether only scalars come in: then the result is a Python number
    single: bool = field(init=False)  # whether only single numbers do: entries, too

    def __post_init__(self) -> None:
        scalar = single = True
        for arg in self.args:
            scalar, single = scalar and arg.scalar, single and arg.single
        object.__setattr__(self, "scalar", scalar)
        object.__setattr__(self, "single", single)


Expr = Name | Const | Node
Entry = Callable[[Expr, tuple[int, ...]], Expr]
Shape = Callable[[Expr], tuple[int, ...]]


@dataclass(frozen=True, eq=False, repr=False)
class Operation:
    """One row of the table.

    Parameters
    ----------
    name : how the operation is called in JSON and in messages
    ufunc : NumPy's function; called with ``out=`` it works in place
    precedence : how strongly the written form binds
    text, latex, code : the written forms
    scalar_text, scalar_latex : the same for single numbers, where it differs
    on_scalars : the operation on Python numbers, in double precision
    derivative : ``(g, result, *operands) -> gradients of the operands``, written as a rule
    run : computes the result; where it is not the ufunc itself
    entry : one entry of the result as an expression of entries; elementwise unless given
    function : written as a function of each entry (``e^z``, ``log(z)``) when numbers are put in
    kink : has no derivative everywhere; a nudge across the kink is told
    view : the result looks at the operand's own memory
    keeps_not_finite : an infinite or NaN entry of an operand makes one of the result so, whatever the others are
    source : the function of ours that `code` calls, which a script has to define
    """

    name: str
    ufunc: Any
    precedence: int
    text: str
    latex: str
    code: str
    derivative: Callable[..., tuple[Any, ...]]
    on_scalars: Callable[..., Any]
    run: Callable[..., Any]
    scalar_text: str = ""
    scalar_latex: str = ""
    entry: Callable[[Node, tuple[int, ...], Entry, Shape], Expr] | None = None
    function: bool = False
    kink: bool = False
    view: bool = False
    keeps_not_finite: bool = False
    source: Callable[..., Any] | None = None

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> Any:
        """Copied and pickled by name, since readings ask which row it is."""
        return operation, (self.name,)

    @property
    def elementwise(self) -> bool:
        """Whether an entry of the result needs the same entry of the operands alone."""
        return self.entry is None


TABLE: dict[Any, Operation] = {}  # by what a rule calls; `operations` fills it


def operation(name: str) -> Operation:
    """The row of that name."""
    return next(row for row in TABLE.values() if row.name == name)


def nodes(expr: Expr, known: Container[Expr] = ()) -> Iterator[Node]:
    """The nodes of an expression, each once, operands first (no recursion: rules may be long chains).

    Those that are known, and what is below them alone, are left out.
    """
    seen: set[Node] = set()
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    while stack:
        item, ready = stack.pop()
        if not isinstance(item, Node) or item in seen or (not ready and item in known):
            continue
        if ready:
            seen.add(item)
            yield item
        else:
            stack.append((item, True))
            stack.extend((arg, False) for arg in reversed(item.args))


def operands_first(exprs: Iterable[Expr]) -> list[Node]:
    """The nodes of some expressions, each once. Copied or pickled in this order, long chains take no recursion."""
    return list(dict.fromkeys(node for expr in exprs for node in nodes(expr)))


def names(expr: Expr) -> list[Name]:
    """The names an expression reads, each once, in the order of reading."""
    if isinstance(expr, Name):
        return [expr]
    found: dict[Name, None] = {}
    for node in nodes(expr):
        for arg in node.args:
            if isinstance(arg, Name):
                found[arg] = None
    return list(found)


ARRAYS = (np.ndarray, np.generic)  # NumPy's, beside the numbers of Python


def run_operation(row: Operation, args: list[Any], settings: Mapping[str, Any]) -> Any:
    """Compute one operation; on scalars in double precision, by Python."""
    for arg in args:
        if isinstance(arg, ARRAYS):
            return row.run(*args, **settings)
    return row.on_scalars(*args)


def evaluate(
    expr: Expr,
    env: Mapping[str, Any],
    memo: dict[Expr, Any] | None = None,
    number: Callable[[float], Any] = lambda value: value,
    apply: Callable[[Operation, list[Any], Mapping[str, Any]], Any] = run_operation,
) -> Any:
    """Compute an expression from the values of its names, by the operations that training runs.

    Parameters
    ----------
    expr : the expression
    env : the value of every name: arrays, and Python numbers for scalars
    memo : receives the value of every node
    number : how a constant of the rule becomes a number
    apply : how an operation is computed
    """
    memo = {} if memo is None else memo

    def value(item: Expr) -> Any:
        if isinstance(item, Name):
            whole = env[item.name]
            return whole[item.index] if item.index else whole  # a single number has the index ()
        return number(item.value) if isinstance(item, Const) else memo[item]

    for node in nodes(expr):
        memo[node] = apply(node.op, [value(arg) for arg in node.args], node.settings)
    return value(expr)


def rebuild(expr: Expr, change: Callable[[Expr], Expr], new: dict[Expr, Expr] | None = None) -> Expr:
    """The expression with `change` applied to each leaf and each rebuilt node, operands first.

    Parameters
    ----------
    expr : the expression
    change : what stands in the place of a leaf or a node
    new : what became of nodes that are not to be gone through again; receives what becomes of the others
    """
    new = {} if new is None else new

    def of(item: Expr) -> Expr:
        if isinstance(item, Node):
            return new[item]
        return change(item)

    for node in nodes(expr, new):
        args = tuple(of(arg) for arg in node.args)
        same = all(a is b for a, b in zip(args, node.args, strict=True))
        new[node] = change(node if same else Node(node.op, args, node.settings))
    return of(expr)
