"""What the namespaces behind the scopes of rules share: they see to it that what a rule states fits."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, LanguageError, UnknownName
from chainrule.expressions import Name, Namespace, Symbol, check_local, derive, evaluate
from chainrule.expressions.operations import language
from chainrule.parts.contract import Part
from chainrule.program.builder import Builder
from chainrule.program.names import OWN
from chainrule.program.program import Quantity, Section

_GIVES = {  # what a function of a user's gives, by how many axes are left
    None: "one value for each entry of its input",
    1: "one value for each sample, as by .sum(axis=1)",
    0: "one number, as by .sum()",
}


def close(given: Any, known: Any) -> bool:
    """Whether two ways to count one thing give the same, but for rounding."""
    given, known = np.asarray(given), np.asarray(known)
    if given.shape != known.shape:
        return False
    part = 1e-3 if np.float32 in (given.dtype, known.dtype) else 1e-7
    with np.errstate(all="ignore"):
        largest = np.abs(known[np.isfinite(known)]).max(initial=0)
        return bool(np.allclose(given, known, rtol=part, atol=part * largest, equal_nan=True))


class WritingNamespace(Namespace):
    """Behind a scope over symbols: what a rule states is written into the program.

    Parameters
    ----------
    builder : of the program
    part, at : the part whose rules are called, and its place in the network, -1 for what is no layer
    section : of the step
    parameter : the one that the quantities belong to, in an update or a penalty
    """

    summed: tuple[str, ...] = ()  # terms of the loss, whose own gradients are no quantities
    all: Sequence[WritingNamespace] = ()  # those of all parameters, for what is one for all of them

    def __init__(self, builder: Builder, part: Part, at: int, section: Section, parameter: str = "") -> None:
        super().__init__(builder.values)
        self.builder, self.part, self.at, self.section, self.parameter = builder, part, at, section, parameter
        self._title = str(part)
        # What the rules' own names became in the program; nothing, for a gradient that no one needs.
        self.stated: dict[str, str] = {}

    def place(self, local: str) -> str:
        raise NotImplementedError

    def owner(self, local: str) -> str:
        """What a quantity is, in words."""
        return f"the quantity {local} of {self._title}"

    def state(self, local: str, value: Any) -> None:
        check_local(local, self._title)
        name = self.place(local)
        self._check(local, name, value)
        self.define(local, name, value)

    def define(self, local: str, name: str, value: Symbol) -> None:
        """Write a quantity down under its name in the network."""
        self.stated[local] = self.builder.define(
            name, local, value, self.section, self.part, self.at, self.parameter, self.owner(local)
        )

    def _check(self, local: str, name: str, value: Any) -> None:
        if not isinstance(value, Symbol):
            raise LanguageError(
                f"{self.part}: q.{local} = {value!r} is not made from quantities of the network."
            )
        if name in OWN and name not in self._may_state():
            raise InputError(
                f"{self.part}: {name} is {OWN[name]}, so q.{local} can't be stated: give it another name."
            )
        if name[0] == "d" and self.section in ("forward", "loss") and name[1:] in self.builder.names:
            raise InputError(
                f"{self.part}: q.{local} would be {name}, the gradient of {name[1:]}, which is stated in backward(q): "
                "give it another name."
            )
        of = self.builder.values.get(name[1:]) if name.startswith("d") else None
        known = name[1:] in self.builder.untrained or name in self.builder.values
        if of is not None and not known and np.shape(of.value) != np.shape(value.value):
            raise LanguageError(
                f"{self.part}: q.{local} has the shape {np.shape(value.value)} for two samples, and a gradient "
                f"has the shape of what it belongs to: {np.shape(of.value)}."
            )

    def _may_state(self) -> tuple[str, ...]:
        """Which of the names that are every program's own this part states."""
        return ()

    def also(self, forms: Mapping[str, Any]) -> None:
        for local, value in forms.items():
            name = self.place(local)
            if self.stated.get(local) == "":  # of a gradient that no one needs
                continue
            if name not in self.builder.quantities:
                raise UnknownName(
                    "quantity",
                    name,
                    self.builder.quantities,
                    f"{self.part}: state q.{local} before its other form.",
                )
            self.builder.textbook(name, value, local, self.part)

    def total(self, local: str) -> Any:
        if not self.all:
            raise LanguageError(
                f"{self.part}: q.total({local!r}) sums over all parameters, which only join(q) of a clipping does."
            )
        return functools.reduce(operator.add, [each.read(local) for each in self.all])

    def apply(self, function: Callable[..., Any], inputs: tuple[Any, ...], axes: int | None) -> Symbol:
        """Call a user's function on symbols, and once on other numbers, to see that it was written down whole."""
        title = getattr(function, "__name__", repr(function))
        written = getattr(function, "__code__", None)
        if written is not None:
            title = f"{written.co_filename}, line {written.co_firstlineno}, in {written.co_name}: {title}"
        try:
            result = function(*inputs)
        except LanguageError:
            raise
        except Exception as error:
            taken = " and ".join(s.expr.name.rstrip("0123456789") for s in inputs if isinstance(s.expr, Name))
            raise LanguageError(f"{title} can't be called on {taken}: {error}.") from error
        if isinstance(result, Symbol) and result.value.dtype == np.bool_:
            result = 1 * result
        if not isinstance(result, Symbol) or np.shape(result.value) != np.shape(inputs[0].value)[:axes]:
            given = f"shape {np.shape(result.value)}" if isinstance(result, Symbol) else repr(result)
            raise LanguageError(
                f"{title} gives {given}: it must give {_GIVES[axes]}. A rule may use {language()}."
            )
        others = [np.asarray(2.5 * s.value + 0.3) for s in inputs]
        with np.errstate(all="ignore"):
            real = function(*others)
            env = {
                s.expr.name: other
                for s, other in zip(inputs, others, strict=True)
                if isinstance(s.expr, Name)
            }
            by_rule = evaluate(result.expr, env)
        if not close(real, by_rule):
            raise LanguageError(f"{title} gives other numbers {OTHER_NUMBERS}")
        return result

    def own_quantities(self) -> list[Quantity]:
        """What this part has stated so far, in order."""
        return [
            q for q in self.builder.quantities.values()
            if q.part is self.part and q.place == self.at and q.parameter == self.parameter
        ]  # fmt: skip

    def derive_backward(self) -> None:
        """State the gradients by the chain rule through this part's own forward quantities, last one first."""
        builder = self.builder
        env = {name: symbol.value for name, symbol in builder.values.items()}
        own = self.own_quantities()
        received: dict[str, Symbol] = self.arriving()
        for quantity in reversed(own):
            if quantity.name not in received:
                continue
            if f"d{quantity.name}" not in builder.values and quantity.name not in self.summed:
                self.define(f"d{quantity.local}", f"d{quantity.name}", received[quantity.name])
            gradient = builder.values.get(f"d{quantity.name}", received[quantity.name])
            gradient = builder.passed(quantity.name, gradient)
            form = quantity.form(textbook=bool(builder.held))
            for name, amount in derive(form, gradient, env).items():
                received[name] = received[name] + amount if name in received else amount
        stated = {
            *OWN,
            *(quantity.name for quantity in own),
        }  # targets, also those that are scaled, are given
        for name in [name for name in received if name not in stated]:
            if builder.leaves.get(name) in (
                None,
                "parameter",
                *(("input",) if builder.plan.to_inputs else ()),
            ):
                self.check_reached(name)
                self.define(f"d{name}", f"d{name}", received[name])
        self.constant()

    def constant(self) -> None:
        """State a gradient of 0 for an input that the output does not depend on, a step function's say."""

    def check_reached(self, name: str) -> None:
        """Raise where a derived gradient would be only a part of the whole one."""

    def arriving(self) -> dict[str, Symbol]:
        """The gradients from which the chain rule starts."""
        raise NotImplementedError


OTHER_NUMBERS = (
    "on an array than by the rule that was written down from it: it must do the same for every input, without a branch "
    f"on type, state or chance. A rule may use {language()}."
)
