"""The scopes through which rules write a program.

They give local names their place in the network, and see to it that what a rule states fits.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Const, Expr, Name, Scope, Symbol, derive, evaluate, names
from chainrule.expressions.operations import language
from chainrule.parts.contract import SYMBOLS, Clipping, Layer, Loss, Optimizer, Part, Penalty
from chainrule.program import Quantity, Section

if TYPE_CHECKING:
    from chainrule.writing import Writer


GLOBAL = ("m", "k", "y", "l", "L", "L_data", "L_penalty", "weight")


def remembered(local: str, number: int) -> str:
    """The name of what a layer remembers: ``mu_run`` → ``mu1_run``."""
    base, mark, rest = local.partition("_")
    return f"{base}{number or ''}{mark}{rest}"


_GIVES = {  # what a function of a user's gives, by how many axes are left
    None: "one value for each entry of its input",
    1: "one value for each sample, as by .sum(axis=1)",
    0: "one number, as by .sum()",
}


class WritingScope(Scope):
    """A scope over symbols: assigning writes a quantity into the program."""

    _summed: tuple[str, ...] = ()  # terms of the loss, whose own gradients are no quantities

    def __init__(self, writer: Writer, part: Part, at: int, section: Section) -> None:
        super().__init__(writer.values, self.place)
        self.__dict__.update(writer=writer, part=part, at=at, section=section, restates=False, parameter="")

    def place(self, local: str) -> str:
        raise NotImplementedError

    def __setattr__(self, local: str, value: Any) -> None:
        if local in ("section", "restates"):
            self.__dict__[local] = value
        else:
            super().__setattr__(local, value)

    def _define(self, local: str, name: str, value: Any) -> None:
        writer: Writer = self.writer
        self._check(local, name, value)
        if name[0] == "d" and name[1:] in writer.untrained:
            return
        if name[0] == "d" and name[1:] in writer.penalized and not self.parameter:
            name = f"{name}_data"
        known = writer.quantities.get(name)
        if known is not None and self.restates:
            writer.quantities[name] = _with_also(known, value.expr)
            return
        if name in writer.values:
            raise InputError(
                f"{self.part} states {name}, which is there already: put a layer with weights between two parts "
                "that give quantities of the same name."
            )
        writer.quantities[name] = Quantity(
            name, local, value.expr, self.section, self.part, self.at, parameter=self.parameter
        )
        scalar = value.expr.scalar
        writer.values[name] = Symbol(Name(name, scalar, computed=scalar), value.value)

    def _check(self, local: str, name: str, value: Any) -> None:
        if not isinstance(value, Symbol):
            raise LanguageError(
                f"{self.part}: q.{local} = {value!r} is not made from quantities of the network."
            )
        of = self.writer.values.get(name[1:]) if name.startswith("d") else None
        known = name[1:] in self.writer.untrained or name in self.writer.values
        if of is not None and not known and np.shape(of.value) != np.shape(value.value):
            raise LanguageError(
                f"{self.part}: q.{local} has the shape {np.shape(value.value)} for two samples, and a gradient "
                f"has the shape of what it belongs to: {np.shape(of.value)}."
            )

    def also(self, **forms: Any) -> None:
        for local, value in forms.items():
            name = self.place(local)
            self.writer.quantities[name] = _with_also(self.writer.quantities[name], value.expr)

    def apply(self, function: Callable[..., Any], *inputs: Symbol, axes: int | None = None) -> Symbol:
        """Call a user's function on symbols, and once on other numbers, to see that it was written down whole.

        It gives one value for each entry of its first input; with `axes`, as many of its axes are left, 1 or 0.
        """
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
        if np.shape(real) != np.shape(by_rule) or not np.allclose(
            real, by_rule, rtol=1e-4 if others[0].dtype == np.float32 else 1e-9, equal_nan=True
        ):
            raise LanguageError(
                f"{title} gives other numbers on an array than by the rule that was written down from it: "
                "it must do the same for every input, without a branch on type, state or chance. "
                f"A rule may use {language()}."
            )
        return result

    def derive_backward(self) -> None:
        """State the gradients by the chain rule through this part's own forward quantities, last one first."""
        writer: Writer = self.writer
        env = {name: symbol.value for name, symbol in writer.values.items()}
        own = [
            q for q in writer.quantities.values()
            if q.part is self.part and q.place == self.at and q.parameter == self.parameter
        ]  # fmt: skip
        received: dict[str, Symbol] = self.arriving()
        for quantity in reversed(own):
            if quantity.name not in received:
                continue
            if f"d{quantity.name}" not in writer.values and quantity.name not in self._summed:
                self._define(f"d{quantity.local}", f"d{quantity.name}", received[quantity.name])
            gradient = writer.values.get(f"d{quantity.name}", received[quantity.name])
            for name, amount in derive(quantity.rule, gradient, env).items():
                received[name] = received[name] + amount if name in received else amount
        stated = {quantity.name for quantity in own}
        for name in [name for name in received if name not in stated]:
            if writer.leaves.get(name) in (None, "parameter"):
                self.check_reached(name)
                self._define(f"d{name}", f"d{name}", received[name])
        self.constant()

    def constant(self) -> None:
        """State a gradient of 0 for an input that the output does not depend on, a step function's say."""

    def check_reached(self, name: str) -> None:
        """Raise where a derived gradient would be only a part of the whole one."""

    def arriving(self) -> dict[str, Symbol]:
        raise NotImplementedError


class LayerScope(WritingScope):
    """Names of layer 2: ``z`` → ``z2``; its input is the output of the layer before it."""

    def __init__(
        self, writer: Writer, layer: Layer, at: int, incoming: str, outgoing: str, number: int
    ) -> None:
        super().__init__(writer, layer, at, "forward")
        self.__dict__.update(layer=layer, incoming=incoming, outgoing=outgoing, number=number)

    def place(self, local: str) -> str:
        if local == self.layer.takes:
            return str(self.incoming)
        if local == self.layer.gives:
            return str(self.outgoing)
        if local in GLOBAL:
            return local
        if remembered(local.removesuffix("_new"), self.number) in self.writer.plan.memory:
            return remembered(local, self.number)
        if local.startswith("d") and self.place(local[1:]) in self.writer.values:
            return "d" + self.place(local[1:])
        return f"{local}{self.number}" if self.number else local

    def arriving(self) -> dict[str, Symbol]:
        return {self.outgoing: self.writer.values[f"d{self.outgoing}"]}

    def constant(self) -> None:
        name = f"d{self.incoming}"
        if name not in self.writer.values:
            self._define(f"d{self.layer.takes}", name, 0 * self.writer.values[self.incoming])


class LossScope(WritingScope):
    """The names of the output layer, whose quantities a loss may read."""

    _summed = ("l",)

    def __init__(self, writer: Writer, loss: Loss, output: LayerScope) -> None:
        super().__init__(writer, loss, -1, "loss")
        self.__dict__.update(output=output, _scaled=set())

    def place(self, local: str) -> str:
        return local if local in self.part.constants() else str(self.output.place(local))

    def constant(self) -> None:
        if f"d{self.output.outgoing}" not in self.writer.values:
            self._define("da", f"d{self.output.outgoing}", 0 * self.a)

    def _define(self, local: str, name: str, value: Any) -> None:
        super()._define("da" if name == f"d{self.output.outgoing}" else local, name, value)

    def _count(self) -> Any:
        """How many values the loss of a batch is the mean of."""
        return self.m if self.part.group == 1 else self.m / self.part.group

    def _weighted(self, values: Symbol) -> Any:
        """One value a sample, or one row, times the sample's weight."""
        if not self.writer.plan.weighted:
            return values
        return (self.weight if values.ndim == 1 else self.weight[:, None]) * values

    def __setattr__(self, local: str, value: Any) -> None:
        if self.section == "backward" and local.startswith("d") and isinstance(value, Symbol):
            # A loss states the gradients of a sample that counts once.
            if not {name.name for name in names(value.expr)} & self._scaled:
                value = self._weighted(value)
            self._scaled.add(self.place(local))
        super().__setattr__(local, value)

    def arriving(self) -> dict[str, Symbol]:
        return {"l": self.weight / self._count() if self.writer.plan.weighted else 1 / self._count()}

    def check_reached(self, name: str) -> None:
        if name != self.output.outgoing:
            raise LanguageError(
                f"{self.part} reads {name}: a loss without backward(q) may read q.a and q.y alone, since "
                "what reaches the output by other ways would be left out. State q.da and q.dz in backward(q)."
            )


class ParameterScope(WritingScope):
    """Names of what belongs to W1: ``w`` → ``W1``, ``dw_penalty`` → ``dW1_penalty``, ``m_hat`` → ``mW1_hat``."""

    def place(self, local: str) -> str:
        base, mark, rest = local.partition("_")
        base = base[:-1] if base in ("w", "dw") else base
        return f"{base}{self.parameter}{mark}{rest}"


class PenaltyScope(ParameterScope):
    def __init__(self, writer: Writer, penalty: Penalty, parameter: str) -> None:
        super().__init__(writer, penalty, -1, "loss")
        self.__dict__.update(parameter=parameter, _summed=(f"penalty_{parameter}",))

    def place(self, local: str) -> str:
        return f"penalty_{self.parameter}" if local == "penalty" else super().place(local)

    def arriving(self) -> dict[str, Symbol]:
        return {f"penalty_{self.parameter}": Symbol(Const(1), 1)}

    def _define(self, local: str, name: str, value: Any) -> None:
        if local == name == f"d{self.parameter}":  # derived
            local, name = "dw_penalty", f"{name}_penalty"
        super()._define(local, name, value)


class ClippingScope(ParameterScope):
    """The gradient of one parameter, or what is one for all of them."""

    def __init__(
        self, writer: Writer, clipping: Clipping, parameter: str, all: Sequence[ClippingScope] = ()
    ) -> None:
        super().__init__(writer, clipping, -1, "backward")
        self.__dict__.update(
            parameter=parameter, _all=all, _names={local: name for name, local in writer.scalars.items()}
        )

    def place(self, local: str) -> str:
        if local.partition("_")[0] in ("w", "dw"):
            return super().place(local)
        return str(self._names.get(local, local))

    def total(self, local: str) -> Any:
        """The sum of a number over all parameters, in order."""
        return functools.reduce(operator.add, [getattr(scope, local) for scope in self._all])


class SharedScope(WritingScope):
    """Numbers that are one for all parameters: names are as they are."""

    def __init__(self, writer: Writer, part: Part) -> None:
        super().__init__(writer, part, -1, "update")
        self.__dict__.update(_names={local: name for name, local in writer.scalars.items()})

    def place(self, local: str) -> str:
        return str(self._names.get(local, local))

    def _check(self, local: str, name: str, value: Any) -> None:
        super()._check(local, name, value)
        if not value.expr.scalar:
            raise LanguageError(
                f"{self.part}: q.{local} is made from arrays: what all parameters share is a number, made from "
                "the settings and q.t."
            )


class UpdateScope(ParameterScope):
    """The names of an update, where ``dw`` is the gradient that the optimizer gets; shared numbers keep theirs."""

    def __init__(
        self, writer: Writer, optimizer: Optimizer, parameter: str, gradient: str, shared: dict[str, str]
    ) -> None:
        super().__init__(writer, optimizer, -1, "update")
        self.__dict__.update(_gradient=gradient, _shared=shared, parameter=parameter)

    def __getattr__(self, local: str) -> Any:
        if local in SYMBOLS:
            raise LanguageError(f"{self.part}: its {local} is q.{SYMBOLS[local]} in update(q).")
        return super().__getattr__(local)

    def place(self, local: str) -> str:
        if local in self._shared:
            return str(self._shared[local])
        return str(self._gradient) if local == "dw" else super().place(local)


def _with_also(quantity: Quantity, form: Expr) -> Quantity:
    return Quantity(**{**vars(quantity), "also": form})
