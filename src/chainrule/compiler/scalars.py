"""The scalars of a step: what they are made of, computed once a step in double precision."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.compiler.assembly import ONE, Function, Value, integer, real
from chainrule.compiler.functions import emit
from chainrule.compiler.preparation import doubles
from chainrule.compiler.task import ELEMENTS, Task
from chainrule.expressions import Const, Expr, Node, nodes

Operand = tuple[Expr, bool]  # a scalar that loops read, and whether what they need is its reciprocal


class Scalars:
    """Writes scalar expressions into the function of a step.

    `operands` are the values that its loops read; `doubles`, in double precision, those of lines in double precision.
    """

    def __init__(self, f: Function, task: Task, base: Value) -> None:
        """`base` is where the numbers from outside stand."""
        self._f, self._task, self._base = f, task, base
        self._element = ELEMENTS[task.dtype]
        self._shared = {q.name: q.rule for q in task.update if q.rule.scalar}
        self._known: dict[str, Value] = {}
        self.operands: dict[Operand, Value] = {}
        self.doubles: dict[Expr, Value] = {}

    def begin_step(self, samples: Value, before: Value, step: Value, operands: Iterable[Operand]) -> None:
        """Compute the operands of a step.

        Parameters
        ----------
        samples : how many it takes
        before, step : the optimizer's steps before the call, and the number of this one in the call, from 0
        operands : what the loops read
        """
        f = self._f
        self._known = {"m": f.cast("sitofp", samples, "double")}
        self._known["t"] = f.cast("sitofp", f.add(f.add(before, step), ONE), "double")
        self.operands = {key: self.value(*key) for key in operands}
        self.doubles = {item: self._in_double(item) for item in doubles(self._task.in_double)}

    def value(self, expr: Expr, reciprocal: bool) -> Value:
        """A scalar expression in double precision, then in the network's type, as where NumPy meets an array."""
        result = self._in_double(expr)
        if reciprocal:
            result = self._f.op("fdiv", real(1, "double"), result)
        return self._f.fpcast(result, self._element)

    def _in_double(self, expr: Expr) -> Value:
        values: dict[Expr, Value] = {}

        def value(item: Expr) -> Value:
            if isinstance(item, Const):
                return real(item.value, "double")
            return values[item] if isinstance(item, Node) else self._named(item.name)

        for node in nodes(expr):
            values[node] = emit(self._f, node, [value(arg) for arg in node.args], "double")
        return value(expr)

    def _named(self, name: str) -> Value:
        if name not in self._known:
            if name in self._shared:
                self._known[name] = self._in_double(self._shared[name])
            else:
                place = integer(self._task.scalars.index(name))
                self._known[name] = self._f.load(self._f.gep(self._base, place, "double"), "double")
        return self._known[name]
