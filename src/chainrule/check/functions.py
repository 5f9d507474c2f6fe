"""Every activation that there is, as formulas: what it makes of z, and its slope from z, from a, or the wrong one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError
from chainrule.expressions import Const, Expr, Name, Namespace, Node, Scope, Symbol, rebuild
from chainrule.expressions import operations as ops
from chainrule.parts.contract import Activation

ZERO = Const(0.0)


class _Writing(Namespace):
    """A namespace over symbols, in which each quantity that a rule states has its name from there on."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.rules: dict[str, Expr] = {}

    def state(self, local: str, value: Any) -> None:
        self.rules[local] = value.expr
        self.values[local] = Symbol(Name(local), value.value)


@dataclass(frozen=True, eq=False)
class FunctionRules:
    """An activation's rules by local names, each quantity but z and a written out.

    Parameters
    ----------
    name : of the activation
    title : as a page says it
    a : from z
    dz : from da, z and a; None where its slope is no function of a single entry
    """

    name: str
    title: str
    a: Expr
    dz: Expr | None


@cache
def functions() -> tuple[FunctionRules, ...]:
    """Those of the activations whose rules need nothing but z."""
    found = []
    for name, kind in sorted(Activation.registry().items()):
        rules = _rules(name, kind)
        if rules is not None:
            found.append(rules)
    return tuple(found)


def _rules(name: str, kind: type[Activation]) -> FunctionRules | None:
    try:
        part = kind()
        z = np.array([[0.3, -0.7], [1.1, 0.4], [-0.2, 0.6]])
        written = _Writing({"z": Symbol(Name("z"), z), "da": Symbol(Name("da"), z + 1)})
        part.forward(Scope(written))
        inner = {k: v for k, v in written.rules.items() if k != "a"}
        a = _inlined(written.rules["a"], inner, part)
        if part.couples_outputs:
            return FunctionRules(name, part.title(), a, None)
        part.backward(Scope(written))
        return FunctionRules(name, part.title(), a, _inlined(written.rules["dz"], inner, part))
    except (ChainruleError, KeyError, TypeError):
        return None  # one that has parameters, or a user's own: a network has the rules of those it holds


def _inlined(expr: Expr, rules: Mapping[str, Expr], part: Activation) -> Expr:
    def change(item: Expr) -> Expr:
        if isinstance(item, Name) and item.name in rules:
            return ZERO if item.name in part.quiet else _inlined(rules[item.name], rules, part)
        if isinstance(item, Node) and item.op is ops.SUBTRACT and item.args[1] == ZERO:
            return item.args[0]
        return item

    return rebuild(expr, change)


def substituted(expr: Expr, names: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced by expressions."""
    return rebuild(expr, lambda item: names.get(item.name, item) if isinstance(item, Name) else item)


def outputs(z: Expr) -> Iterator[tuple[FunctionRules, Expr]]:
    """What each activation makes of z."""
    for rules in functions():
        yield rules, substituted(rules.a, {"z": z})


def slopes(da: Expr, z: Expr, a: Expr) -> Iterator[tuple[FunctionRules, str, Expr]]:
    """da times the slope of each activation: where it is asked for in which way, and the formula.

    "of z" is the slope, "of a" the slope at a in place of z, "form" the formula for a with z put in.
    """
    for rules in functions():
        if rules.dz is None:
            continue
        own = substituted(rules.a, {"z": z})
        yield rules, "given a", substituted(rules.dz, {"da": da, "z": z, "a": a})
        yield rules, "of z", substituted(rules.dz, {"da": da, "z": z, "a": own})
        yield rules, "of a", substituted(rules.dz, {"da": da, "z": a, "a": substituted(rules.a, {"z": a})})
        yield rules, "form", substituted(rules.dz, {"da": da, "z": z, "a": z})
