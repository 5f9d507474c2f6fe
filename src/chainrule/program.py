"""The program of a training step: its quantities in the order in which they are computed.

`write` calls the rules of a network's parts on symbols and so writes the program down, once. It does not
depend on the size of the batch: `m` is a scalar like any other. Everything the user meets reads a program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Expr, Name, Scope, Symbol, derive, evaluate, names, nodes
from chainrule.expressions.operations import language
from chainrule.parts.contract import SYMBOLS, Array, Layer, Loss, Optimizer, Part

Section = Literal["forward", "loss", "backward", "update"]
LeafKind = Literal["input", "target", "parameter", "constant", "state", "scalar"]
GLOBAL = ("m", "k", "y", "l", "L")


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named quantity and the rule that computes it.

    Parameters
    ----------
    name, local : its name in the network (``z2``) and in its part (``z``)
    rule : what is computed
    section : the part of the step it belongs to
    part, place : the part that stated it, and the place of that part in the network (-1 for loss, optimizer)
    also : another form, equal to the rule, where the textbook starts; see `Scope.also`
    parameter : for quantities of an update, the parameter that is updated
    """

    name: str
    local: str
    rule: Expr
    section: Section
    part: Part
    place: int
    also: Expr | None = None
    parameter: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Program:
    """A step as a straight line of quantities.

    Parameters
    ----------
    quantities : by name, in the order of computing
    leaves : what comes from outside, by name, and of which kind
    state : for each leaf that an optimizer remembers, its local name and its parameter
    data : the name of the input, ``"x"`` or, where a network scales its inputs, ``"x_raw"``
    output : the name of the network's output, e.g. ``"a2"``
    """

    quantities: Mapping[str, Quantity]
    leaves: Mapping[str, LeafKind]
    state: Mapping[str, tuple[str, str]]
    data: str
    output: str

    def names(self) -> list[str]:
        """All names: what comes from outside, then the quantities."""
        return [*self.leaves, *self.quantities]

    def needed(self, targets: Iterable[str]) -> list[Quantity]:
        """The quantities that the targets need, in order: what a run that only trains computes."""
        wanted = set(targets)
        found = []
        for quantity in reversed(list(self.quantities.values())):
            if quantity.name in wanted:
                found.append(quantity)
                wanted.update(name.name for name in names(quantity.rule))
        return found[::-1]

    def update_of(self, parameter: str) -> list[Quantity]:
        """The lines that move a parameter."""
        return [q for q in of_section(self.quantities.values(), "update") if q.parameter == parameter]

    def run(
        self,
        leaves: Mapping[str, Any],
        replace: Mapping[str, Callable[[Any], Any]] | None = None,
        quantities: Iterable[Quantity] | None = None,
        textbook: bool = False,
    ) -> dict[str, Any]:
        """Compute every quantity and keep it.

        Parameters
        ----------
        leaves : the value of everything that comes from outside
        replace : for a name, a function from its value to the one that is put in its place
        quantities : which ones, in order; all unless given
        textbook : compute by the other form of a quantity, where it has one

        Returns
        -------
        every value by name, leaves included
        """
        replace = replace or {}
        env = {name: replace[name](value) if name in replace else value for name, value in leaves.items()}
        with np.errstate(all="ignore"):
            for quantity in self.quantities.values() if quantities is None else quantities:
                rule = quantity.also if textbook and quantity.also is not None else quantity.rule
                value = evaluate(rule, env)
                env[quantity.name] = replace[quantity.name](value) if quantity.name in replace else value
        return env


def write(
    layers: Sequence[Layer],
    loss: Loss | None,
    optimizer: Optimizer | None,
    parameters: Mapping[str, Array],
    constants: Mapping[str, Array],
    inputs: int,
    frozen: Iterable[str] = (),
) -> Program:
    """Write down the program of a network.

    Parameters
    ----------
    layers : in order, the last one an activation
    loss : already paired with the output; without one the program is forward only
    optimizer : without one the program ends at the gradients
    parameters, constants : arrays by name
    inputs : the number of features
    frozen : names of parameters that are not updated
    """
    return _Writer(layers, loss, parameters, constants, inputs).program(optimizer, set(frozen))


class _Writer:
    def __init__(
        self,
        layers: Sequence[Layer],
        loss: Loss | None,
        parameters: Mapping[str, Array],
        constants: Mapping[str, Array],
        inputs: int,
    ) -> None:
        self.layers, self.loss = layers, loss
        self.parameters, self.constants, self.inputs = parameters, constants, inputs
        self.quantities: dict[str, Quantity] = {}
        self.values: dict[str, Symbol] = {}
        self.leaves: dict[str, LeafKind] = {}
        self.state: dict[str, tuple[str, str]] = {}
        self.untrained: set[str] = set()  # what comes before the first parameter: it has no gradient

    def leaf(self, name: str, kind: LeafKind, value: Any) -> None:
        self.leaves[name] = kind
        self.values[name] = Symbol(Name(name, scalar=kind == "scalar"), value)

    def program(self, optimizer: Optimizer | None, frozen: set[str]) -> Program:
        dtype = next(iter(self.parameters.values())).dtype
        # Two samples stand for any number of them; random, so that no rule meets a special value.
        rng = np.random.default_rng(0)
        data = self.layers[0].takes if self.layers[0].takes.startswith("x") else "x"
        self.leaf(data, "input", rng.standard_normal((2, self.inputs)).astype(dtype))
        for name, array in self.parameters.items():
            self.leaf(name, "parameter", array)
        for name, array in self.constants.items():
            self.leaf(name, "constant", array)

        scopes = self.forward(data)
        output = scopes[-1].place(self.layers[-1].gives)
        if self.loss is not None:
            width = self.values[output].value.shape[1]
            self.leaf("y", "target", rng.uniform(0.2, 0.8, (2, width)).astype(dtype))
            self.leaf("m", "scalar", 2)
            self.leaf("k", "scalar", width)
            self.backward(scopes)
            for name in self.parameters:
                if f"d{name}" not in self.quantities:
                    raise LanguageError(f"no layer stated the gradient d{name} of its parameter {name}.")
        if optimizer is not None:
            self.update(optimizer, [name for name in self.parameters if name not in frozen])
        return Program(self.quantities, self.leaves, self.state, data, output)

    def forward(self, data: str) -> list[_LayerScope]:
        number, incoming, scopes = 0, data, []
        self.untrained, reached = {data}, False  # reached: a parameter; what comes before it has no gradient
        for place, layer in enumerate(self.layers):
            number += layer.counts
            outgoing = layer.gives if layer.gives == "x" else f"{layer.gives}{number}"
            scope = _LayerScope(self, layer, place, incoming, outgoing, number)
            scopes.append(scope)
            layer.forward(scope)
            if outgoing not in self.quantities:
                raise LanguageError(f"{layer} did not state its output q.{layer.gives} in forward(q).")
            own = [q for q in self.quantities.values() if q.place == place]
            reached = reached or any(n.name in self.parameters for q in own for n in names(q.rule))
            if not reached:
                self.untrained |= {q.name for q in own}
            incoming = outgoing
        return scopes

    def backward(self, scopes: list[_LayerScope]) -> None:
        assert self.loss is not None
        last = scopes[-1]
        scope = _LossScope(self, self.loss, last)
        self.loss.forward(scope)
        if "l" not in self.values:
            raise LanguageError(f"{self.loss} did not state q.l in forward(q).")
        if np.shape(self.values["l"].value) != (2,):
            raise LanguageError(
                f"{self.loss}: q.l has the shape {np.shape(self.values['l'].value)} for two samples: a loss gives "
                "one value a sample, as by .sum(axis=1)."
            )
        scope.L = scope.l.sum() / scope.m
        scope.section = "backward"
        self.loss.backward(scope)
        for of in reversed(scopes):
            of.section = "backward"
            # A loss that collapses with the output has stated dz already: then the layer's own rule is kept
            # beside it, as the chain-rule line from which the textbook starts.
            of.restates = f"d{of.incoming}" in self.quantities
            if of.outgoing not in self.untrained:
                of.layer.backward(of)
                if of.incoming not in self.untrained and f"d{of.incoming}" not in self.quantities:
                    raise LanguageError(f"{of.layer} did not state q.d{of.layer.takes} in backward(q).")

    def update(self, optimizer: Optimizer, trained: list[str]) -> None:
        for name, value in {**optimizer.scalars(), "t": 1}.items():
            if name in self.values or name in ("w", "dw", *optimizer.state):
                raise InputError(
                    f"{optimizer}: a setting can't be called {name}, which the step has already: rename the field."
                )
            self.leaf(name, "scalar", value)
        for parameter in trained:
            scope = _UpdateScope(self, optimizer, parameter)
            for local in optimizer.state:
                name = scope.place(local)
                if name in self.values:
                    raise InputError(f"{optimizer}: state can't be called {local}: {name} is there already.")
                self.state[name] = (local, parameter)
                self.leaf(name, "state", np.zeros_like(self.parameters[parameter]))
            optimizer.update(scope)
            for local in ("w", *optimizer.state):
                if scope.place(f"{local}_new") not in self.quantities:
                    raise LanguageError(f"{optimizer} did not state q.{local}_new in update(q).")
        for quantity in of_section(self.quantities.values(), "update"):
            for node in nodes(quantity.rule):
                if not node.op.elementwise:
                    raise LanguageError(
                        f"{optimizer}: q.{quantity.local} has a {node.op.name}. An update is the same line for every "
                        "entry of a parameter, without sums, products of matrices or transpositions."
                    )


class _WritingScope(Scope):
    """A scope over symbols: assigning writes a quantity into the program."""

    def __init__(self, writer: _Writer, part: Part, at: int, section: Section) -> None:
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
        writer: _Writer = self.writer
        if not isinstance(value, Symbol):
            raise LanguageError(
                f"{self.part}: q.{local} = {value!r} is not made from quantities of the network."
            )
        if name[0] == "d" and name[1:] in writer.untrained:
            return
        known = writer.quantities.get(name)
        if known is not None and self.restates:
            writer.quantities[name] = _with_also(known, value.expr)
            return
        if name in writer.values:
            raise InputError(
                f"{self.part} states {name}, which is there already: put a Dense layer between two parts "
                "that give quantities of the same name."
            )
        of = writer.values.get(name[1:]) if name.startswith("d") else None
        if of is not None and np.shape(of.value) != np.shape(value.value):
            raise LanguageError(
                f"{self.part}: q.{local} has the shape {np.shape(value.value)} for two samples, and a gradient "
                f"has the shape of what it belongs to: {np.shape(of.value)}."
            )
        writer.quantities[name] = Quantity(
            name, local, value.expr, self.section, self.part, self.at, parameter=self.parameter
        )
        writer.values[name] = Symbol(Name(name), value.value)

    def also(self, **forms: Any) -> None:
        for local, value in forms.items():
            name = self.place(local)
            self.writer.quantities[name] = _with_also(self.writer.quantities[name], value.expr)

    def apply(self, function: Callable[..., Any], *inputs: Symbol) -> Symbol:
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
            raise LanguageError(f"{title} can't be called on z: {error}.") from error
        if isinstance(result, Symbol) and result.value.dtype == np.bool_:
            result = 1 * result
        if not isinstance(result, Symbol) or np.shape(result.value) != np.shape(inputs[0].value):
            given = f"shape {np.shape(result.value)}" if isinstance(result, Symbol) else repr(result)
            raise LanguageError(
                f"{title} gives {given}: it must give one value for each entry of its input. "
                f"A rule may use {language()}."
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
        if not np.allclose(
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
        writer: _Writer = self.writer
        env = {name: symbol.value for name, symbol in writer.values.items()}
        own = [q for q in writer.quantities.values() if q.part is self.part and q.place == self.at]
        received: dict[str, Symbol] = self.arriving()
        for quantity in reversed(own):
            if quantity.name not in received:
                continue
            if f"d{quantity.name}" not in writer.values and quantity.name != "l":
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


class _LayerScope(_WritingScope):
    """Names of layer 2: ``z`` → ``z2``; its input is the output of the layer before it."""

    def __init__(
        self, writer: _Writer, layer: Layer, at: int, incoming: str, outgoing: str, number: int
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
        if local.startswith("d") and self.place(local[1:]) in self.writer.values:
            return "d" + self.place(local[1:])
        return f"{local}{self.number}" if self.number else local

    def arriving(self) -> dict[str, Symbol]:
        return {self.outgoing: self.writer.values[f"d{self.outgoing}"]}

    def constant(self) -> None:
        name = f"d{self.incoming}"
        if name not in self.writer.values:
            self._define(f"d{self.layer.takes}", name, 0 * self.writer.values[self.incoming])


class _LossScope(_WritingScope):
    """The names of the output layer, whose quantities a loss may read."""

    def __init__(self, writer: _Writer, loss: Loss, output: _LayerScope) -> None:
        super().__init__(writer, loss, -1, "loss")
        self.__dict__.update(output=output)

    def place(self, local: str) -> str:
        return str(self.output.place(local))

    def arriving(self) -> dict[str, Symbol]:
        return {"l": 1 / self.writer.values["m"]}

    def check_reached(self, name: str) -> None:
        if name != self.output.outgoing:
            raise LanguageError(
                f"{self.part} reads {name}: a loss without backward(q) may read q.a and q.y alone, since "
                "what reaches the output by other ways would be left out. State q.da and q.dz in backward(q)."
            )


class _UpdateScope(_WritingScope):
    """Names of the update of W1: ``w`` → ``W1``, ``m_hat`` → ``mW1_hat``; hyper-parameters keep theirs."""

    def __init__(self, writer: _Writer, optimizer: Optimizer, parameter: str) -> None:
        super().__init__(writer, optimizer, -1, "update")
        self.__dict__.update(scalars={*optimizer.scalars(), "t"}, parameter=parameter)

    def __getattr__(self, local: str) -> Any:
        if local in SYMBOLS:
            raise LanguageError(f"{self.part}: its {local} is q.{SYMBOLS[local]} in update(q).")
        return super().__getattr__(local)

    def place(self, local: str) -> str:
        if local in self.scalars:
            return local
        base, mark, rest = local.partition("_")
        base = base[:-1] if base in ("w", "dw") else base
        return f"{base}{self.parameter}{mark}{rest}"


def _with_also(quantity: Quantity, form: Expr) -> Quantity:
    return Quantity(**{**vars(quantity), "also": form})


def of_section(quantities: Iterable[Quantity], section: str) -> Iterator[Quantity]:
    """The quantities of one section."""
    return (quantity for quantity in quantities if quantity.section == section)
