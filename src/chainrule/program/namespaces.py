"""The namespaces behind the scopes through which rules write a program.

They give local names their place in the network, and see to it that what a rule states fits.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, LanguageError, UnknownName
from chainrule.expressions import (
    Const,
    Name,
    Namespace,
    Symbol,
    check_local,
    derive,
    evaluate,
    names,
    nodes,
)
from chainrule.expressions import operations as ops
from chainrule.expressions.operations import language
from chainrule.parts.base import SYMBOLS, Clipping, Layer, Loss, Optimizer, Part, Penalty
from chainrule.program.names import OWN
from chainrule.program.program import Section

if TYPE_CHECKING:
    from chainrule.program.write import Writer


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
    writer : whose program it is
    part, at : the part whose rules are called, and its place in the network, -1 for what is no layer
    section : of the step
    parameter : the one that the quantities belong to, in an update or a penalty
    """

    summed: tuple[str, ...] = ()  # terms of the loss, whose own gradients are no quantities

    def __init__(self, writer: Writer, part: Part, at: int, section: Section, parameter: str = "") -> None:
        super().__init__(writer.values)
        self.writer, self.part, self.at, self.section, self.parameter = writer, part, at, section, parameter
        # What the rules' own names became in the program; nothing, for a gradient that no one needs.
        self.stated: dict[str, str] = {}

    def place(self, local: str) -> str:
        raise NotImplementedError

    def owner(self, local: str) -> str:
        """What a quantity is, in words."""
        return f"the quantity {local} of {self.part}"

    def state(self, local: str, value: Any) -> None:
        check_local(local, str(self.part))
        name = self.place(local)
        self._check(local, name, value)
        self.define(local, name, value)

    def define(self, local: str, name: str, value: Symbol) -> None:
        """Write a quantity down under its name in the network."""
        self.stated[local] = self.writer.define(
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
        if name[0] == "d" and self.section in ("forward", "loss") and name[1:] in self.writer.names:
            raise InputError(
                f"{self.part}: q.{local} would be {name}, the gradient of {name[1:]}, which is stated in backward(q): "
                "give it another name."
            )
        of = self.writer.values.get(name[1:]) if name.startswith("d") else None
        known = name[1:] in self.writer.untrained or name in self.writer.values
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
            if name not in self.writer.quantities:
                raise UnknownName(
                    "quantity",
                    name,
                    self.writer.quantities,
                    f"{self.part}: state q.{local} before its other form.",
                )
            self.writer.also(name, value, local, self.part)

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
        others = [np.asarray(2.5 * s.value + 0.3)[::-1] for s in inputs]
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

    def derive_backward(self) -> None:
        """State the gradients by the chain rule through this part's own forward quantities, last one first."""
        writer = self.writer
        env = {name: symbol.value for name, symbol in writer.values.items()}
        own = [
            q for q in writer.quantities.values()
            if q.part is self.part and q.place == self.at and q.parameter == self.parameter
        ]  # fmt: skip
        received: dict[str, Symbol] = self.arriving()
        for quantity in reversed(own):
            if quantity.name not in received:
                continue
            if f"d{quantity.name}" not in writer.values and quantity.name not in self.summed:
                self.define(f"d{quantity.local}", f"d{quantity.name}", received[quantity.name])
            gradient = writer.values.get(f"d{quantity.name}", received[quantity.name])
            for name, amount in derive(quantity.rule, gradient, env).items():
                received[name] = received[name] + amount if name in received else amount
        stated = {quantity.name for quantity in own}
        for name in [name for name in received if name not in stated]:
            if writer.leaves.get(name) in (None, "parameter"):
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


class LayerNamespace(WritingNamespace):
    """Names of layer 2: ``z`` → ``z2``; its input is the output of the layer before it.

    Parameters
    ----------
    incoming, outgoing : the names of its input and of its output
    number : of the last layer with weights up to this one
    own : the names of its arrays and its noise, by what it calls them
    """

    part: Layer

    def __init__(
        self,
        writer: Writer,
        layer: Layer,
        at: int,
        incoming: str,
        outgoing: str,
        number: int,
        own: Mapping[str, str],
    ) -> None:
        super().__init__(writer, layer, at, "forward")
        self.incoming, self.outgoing, self.number, self.own = incoming, outgoing, number, own

    def place(self, local: str) -> str:
        if local == self.part.takes:
            return self.incoming
        if local == self.part.gives:
            return self.outgoing
        if local in self.own:
            return self.own[local]
        if local in OWN:
            return local
        if local.endswith("_new") and self.own.get(local[:-4]) in self.writer.plan.memory:
            return f"{self.own[local[:-4]]}_new"
        if local.startswith("d") and self.place(local[1:]) in self.writer.names:
            return "d" + self.place(local[1:])
        return f"{local}{self.number}" if self.number else local

    def define(self, local: str, name: str, value: Symbol) -> None:
        writer = self.writer
        if name[0] == "d" and name[1:] in writer.untrained:
            self.stated[local] = ""
            return
        if name[0] == "d" and name[1:] in writer.penalized:
            name = f"{name}_data"
        # A loss that collapses with the output has stated dz already: then the layer's own rule is kept beside it, as
        # the chain-rule line from which the textbook starts.
        if self.section == "backward" and name == f"d{self.incoming}" and name in writer.quantities:
            writer.also(name, value, local, self.part)
            self.stated[local] = name
            return
        super().define(local, name, value)

    def arriving(self) -> dict[str, Symbol]:
        return {self.outgoing: self.values[f"d{self.outgoing}"]}

    def constant(self) -> None:
        name = f"d{self.incoming}"
        if name not in self.values:
            self.define(f"d{self.part.takes}", name, 0 * self.values[self.incoming])


class LossNamespace(WritingNamespace):
    """The names of the output layer, whose quantities a loss may read, and its own constants."""

    part: Loss
    summed = ("l",)

    def __init__(self, writer: Writer, loss: Loss, output: LayerNamespace) -> None:
        super().__init__(writer, loss, -1, "loss")
        self.output = output
        self._constants = frozenset(loss.constants())
        self._once: dict[str, str] = {}  # with weights: a gradient's name, and that of the one before them

    def place(self, local: str) -> str:
        return local if local in self._constants else self.output.place(local)

    def _may_state(self) -> tuple[str, ...]:
        return ("l",)

    def constant(self) -> None:
        if f"d{self.output.outgoing}" not in self.values:
            self.define("da", f"d{self.output.outgoing}", 0 * self.read("a"))

    def define(self, local: str, name: str, value: Symbol) -> None:
        super().define("da" if name == f"d{self.output.outgoing}" else local, name, value)

    def count(self) -> Any:
        """How many values the loss of a batch is the mean of."""
        return self.read("m") if self.part.group == 1 else self.read("m") / self.part.group

    def weighted(self, values: Symbol) -> Any:
        """One value a sample, or one row, times the sample's weight."""
        if not self.writer.plan.weighted:
            return values
        weight = self.values["weight"]
        return (weight if values.ndim == 1 else weight[:, None]) * values

    # --- gradients of samples that have weights --------------------------------------------------------------
    # A loss states the gradients of a sample that counts once, and reads them so, whatever it makes of them. When it
    # has stated all, the program weighs each of them, once.

    def read(self, local: str) -> Any:
        once = self._once.get(self.place(local))
        return super().read(local) if once is None else self.values[once]

    def state(self, local: str, value: Any) -> None:
        name = self.place(local)
        gradient = self.section == "backward" and name[0] == "d" and name[1:] in self.writer.names
        if not (gradient and self.writer.plan.weighted):
            super().state(local, value)
            return
        check_local(local, str(self.part))
        self._check(local, name, value)
        if np.shape(value.value)[:1] != (self.writer.samples,):
            raise LanguageError(
                f"{self.part}: q.{local} has the shape {np.shape(value.value)} for two samples, and is no gradient "
                "of each of them, so it can't be weighed: leave sample_weight out, or backward(q), which is then "
                "derived."
            )
        once = f"{name}_each"
        super().define(f"{local}_each", once, value)
        self._once[name] = once

    def weigh(self) -> None:
        """Multiply the gradients that the rule has stated by the weights."""
        if self._once and (mixed := self._mixed()):
            raise LanguageError(
                f"{self.part}: the loss of a sample depends on other samples ({mixed}), so its gradients can't be "
                "weighed one by one: leave sample_weight out, or leave backward(q) out, which is then derived."
            )
        read = {name.name for q in self.writer.quantities.values() for name in names(q.rule)}
        for name, once in self._once.items():
            value = self.values[once]
            if once not in read:  # then both are one line
                value = Symbol(self.writer.quantities.pop(once).rule, self.values.pop(once).value)
            local = next(local for local, stated in self.stated.items() if stated == once).removesuffix(
                "_each"
            )
            self.define(local, name, self.weighted(value))

    def _mixed(self) -> str:
        """The name of a quantity of the loss in which samples meet; nothing if there is none."""
        for quantity in self.writer.quantities.values():
            own = quantity.name == "l" or quantity.name not in OWN
            if not own or quantity.part is not self.part or quantity.section != "loss":
                continue
            for node in nodes(quantity.rule):
                if node.scalar or node.op.elementwise:
                    continue
                along = node.op in (ops.SUM, ops.MAX) and node.settings["axis"] in (1, -1)
                if not (along or node.op is ops.COLUMN):
                    return quantity.name
        return ""

    def arriving(self) -> dict[str, Symbol]:
        return {"l": self.values["weight"] / self.count() if self.writer.plan.weighted else 1 / self.count()}

    def check_reached(self, name: str) -> None:
        if name != self.output.outgoing:
            raise LanguageError(
                f"{self.part} reads {name}: a loss without backward(q) may read q.a and q.y alone, since "
                "what reaches the output by other ways would be left out. State q.da and q.dz in backward(q)."
            )


class ParameterNamespace(WritingNamespace):
    """Names of what belongs to W1: ``w`` → ``W1``, ``dw_penalty`` → ``dW1_penalty``, ``m_hat`` → ``mW1_hat``."""

    def place(self, local: str) -> str:
        base, mark, rest = local.partition("_")
        base = base[:-1] if base in ("w", "dw") else base
        return f"{base}{self.parameter}{mark}{rest}"


class PenaltyNamespace(ParameterNamespace):
    """The names of what a penalty makes of one parameter."""

    def __init__(self, writer: Writer, penalty: Penalty, parameter: str) -> None:
        super().__init__(writer, penalty, -1, "loss", parameter)
        self.summed = (f"penalty_{parameter}",)

    def place(self, local: str) -> str:
        return f"penalty_{self.parameter}" if local == "penalty" else super().place(local)

    def arriving(self) -> dict[str, Symbol]:
        return {f"penalty_{self.parameter}": Symbol(Const(1), 1)}

    def define(self, local: str, name: str, value: Symbol) -> None:
        if local == name == f"d{self.parameter}":  # derived
            local, name = "dw_penalty", f"{name}_penalty"
        super().define(local, name, value)


class ClippingNamespace(ParameterNamespace):
    """The gradient of one parameter, or what is one for all of them.

    Parameters
    ----------
    numbers : the names of its settings in the network, by those that it gives them
    all : the namespaces of all parameters, for what is one for all of them
    """

    def __init__(
        self,
        writer: Writer,
        clipping: Clipping,
        parameter: str,
        numbers: Mapping[str, str],
        all: Sequence[ClippingNamespace] = (),
    ) -> None:
        super().__init__(writer, clipping, -1, "backward", parameter)
        self._numbers, self.all = numbers, all

    def place(self, local: str) -> str:
        if local.partition("_")[0] in ("w", "dw"):
            return super().place(local)
        return self._numbers.get(local, local)

    def total(self, local: str) -> Any:
        return functools.reduce(operator.add, [each.read(local) for each in self.all])


class SharedNamespace(WritingNamespace):
    """Numbers that are one for all parameters: names are as they are.

    Parameters
    ----------
    numbers : the names of the part's settings in the network, by those that it gives them
    taken : what an update reads by names of its own
    """

    def __init__(
        self, writer: Writer, part: Part, numbers: Mapping[str, str], taken: Sequence[str] = ()
    ) -> None:
        super().__init__(writer, part, -1, "update")
        self._numbers, self._taken = numbers, taken

    def place(self, local: str) -> str:
        return self._numbers.get(local, local)

    def _check(self, local: str, name: str, value: Any) -> None:
        check_local(local, str(self.part), self._taken)
        super()._check(local, name, value)
        if not value.expr.scalar:
            raise LanguageError(
                f"{self.part}: q.{local} is made from arrays: what all parameters share is a number, made from "
                "the settings and q.t."
            )


class UpdateNamespace(ParameterNamespace):
    """The names of an update, where ``dw`` is the gradient that the optimizer gets; shared numbers keep theirs."""

    def __init__(
        self, writer: Writer, optimizer: Optimizer, parameter: str, gradient: str, shared: Mapping[str, str]
    ) -> None:
        super().__init__(writer, optimizer, -1, "update", parameter)
        self._gradient, self._shared = gradient, shared

    def read(self, local: str) -> Any:
        if local in SYMBOLS:
            raise LanguageError(f"{self.part}: its {local} is q.{SYMBOLS[local]} in update(q).")
        return super().read(local)

    def place(self, local: str) -> str:
        if local in self._shared:
            return self._shared[local]
        return self._gradient if local == "dw" else super().place(local)


class ArraysNamespace(Namespace):
    """Behind a scope over arrays: the rules of a part are called on numbers, to see that they do what they wrote down.

    Parameters
    ----------
    written : where these rules have written
    values : every quantity of the program, computed by what was written down
    """

    def __init__(self, written: WritingNamespace, values: dict[str, Any]) -> None:
        super().__init__(values, written.place)
        self._written = written

    def state(self, local: str, value: Any) -> None:
        name = self._written.stated.get(local)
        if name is None or (name and not close(value, self.values[name])):
            raise LanguageError(f"{self._written.part}: q.{local} gets other numbers {OTHER_NUMBERS}")

    def total(self, local: str) -> Any:
        each = self._written.all if isinstance(self._written, ClippingNamespace) else ()
        return functools.reduce(operator.add, [self.values[other.place(local)] for other in each])

    def derive_backward(self) -> None:
        """The chain rule was applied to what was written down."""
