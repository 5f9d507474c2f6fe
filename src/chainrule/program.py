"""The program of a training step: its quantities in the order in which they are computed.

`write` calls the rules of a network's parts on symbols and so writes the program down, once. It does not
depend on the size of the batch: `m` is a scalar like any other. Everything the user meets reads a program.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Const, Expr, Name, Scope, Symbol, derive, evaluate, names, nodes
from chainrule.expressions.operations import language
from chainrule.parts.contract import (
    SYMBOLS,
    Array,
    Clipping,
    Layer,
    Loss,
    Optimizer,
    Part,
    Penalty,
    Schedule,
)

Section = Literal["forward", "loss", "backward", "update"]
LeafKind = Literal["input", "target", "weight", "noise", "parameter", "constant", "memory", "state", "scalar"]
GLOBAL = ("m", "k", "y", "l", "L", "L_data", "L_penalty", "weight")


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
    parameter : for quantities of an update or a penalty, the parameter that they belong to
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
    scalars : for each hyper-parameter of the optimizer, its name in it
    noise : for each leaf that chance brings, how it is spread, and the entries of a row
    gradients : for each parameter that is trained, the name of the gradient that moves it
    data : the name of the input, ``"x"`` or, where a network scales its inputs, ``"x_raw"``
    output : the name of the network's output, e.g. ``"a2"``
    """

    quantities: Mapping[str, Quantity]
    leaves: Mapping[str, LeafKind]
    state: Mapping[str, tuple[str, str]]
    scalars: Mapping[str, str]
    noise: Mapping[str, tuple[str, int]]
    gradients: Mapping[str, str]
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

    def numbers(self, optimizer: Optimizer) -> dict[str, float]:
        """The optimizer's hyper-parameters and the count of the next step, by their names in the program."""
        given = optimizer.scalars()
        return {**{name: given[local] for name, local in self.scalars.items()}, "t": optimizer.t + 1}

    @property
    def shared(self) -> list[Quantity]:
        """The numbers of an update that all parameters share, such as a learning rate that changes."""
        return self.update_of("")

    @property
    def remembered(self) -> dict[str, str]:
        """For each leaf that a layer remembers, the quantity that a training step leaves there."""
        new = {name: f"{name}_new" for name, kind in self.leaves.items() if kind == "memory"}
        return {name: quantity for name, quantity in new.items() if quantity in self.quantities}

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


@dataclass(frozen=True)
class Plan:
    """What a program is written for.

    Parameters
    ----------
    layers : in order, the last one an activation
    inputs : the number of features
    parameters, constants, memory : arrays by name
    weights : names of the parameters that the penalty weighs
    penalty : on the weights
    loss : already paired with the output; without one the program is forward only
    training : whether layers do as in training; else the program ends at the loss
    weighted : whether each sample has a weight
    optimizer : without one the program ends at the gradients
    frozen : names of parameters that are not updated
    """

    layers: Sequence[Layer]
    inputs: int
    parameters: Mapping[str, Array]
    constants: Mapping[str, Array]
    memory: Mapping[str, Array]
    weights: Sequence[str] = ()
    penalty: Penalty | None = None
    loss: Loss | None = None
    training: bool = True
    weighted: bool = False
    optimizer: Optimizer | None = None
    frozen: Collection[str] = ()


def write(plan: Plan) -> Program:
    """Write down the program of a network."""
    return _Writer(plan).program()


def remembered(local: str, number: int) -> str:
    """The name of what a layer remembers: ``mu_run`` → ``mu1_run``."""
    base, mark, rest = local.partition("_")
    return f"{base}{number or ''}{mark}{rest}"


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parameters = plan.parameters
        self.quantities: dict[str, Quantity] = {}
        self.values: dict[str, Symbol] = {}
        self.leaves: dict[str, LeafKind] = {}
        self.state: dict[str, tuple[str, str]] = {}
        self.scalars: dict[str, str] = {}
        self.noise: dict[str, tuple[str, int]] = {}
        self.penalized: list[str] = [] if plan.penalty is None or plan.loss is None else list(plan.weights)
        self.untrained: set[str] = set()  # what comes before the first parameter: it has no gradient

    def leaf(self, name: str, kind: LeafKind, value: Any) -> None:
        self.leaves[name] = kind
        self.values[name] = Symbol(Name(name, scalar=kind == "scalar"), value)

    def program(self) -> Program:
        plan, loss = self.plan, self.plan.loss
        dtype = next(iter(self.parameters.values())).dtype
        # Two samples stand for any number of them; random, so that no rule meets a special value.
        self.rng, self.samples = np.random.default_rng(0), 2 * (1 if loss is None else loss.group)
        first = plan.layers[0].takes
        data = first if first.startswith("x") else "x"
        self.leaf(data, "input", self.rng.standard_normal((self.samples, plan.inputs)).astype(dtype))
        kinds: tuple[LeafKind, ...] = ("parameter", "constant", "memory")
        for kind, arrays in zip(kinds, (plan.parameters, plan.constants, plan.memory), strict=True):
            for name, array in arrays.items():
                self.leaf(name, kind, array)
        if loss is not None:
            targets = self.rng.uniform(0.2, 0.8, (self.samples, self._outputs())).astype(dtype)
            self.leaf("y", "target", targets)
            self.leaf("m", "scalar", self.samples)
            self.leaf("k", "scalar", self._outputs())
        scopes = self.forward(data)
        output = scopes[-1].place(plan.layers[-1].gives)
        if loss is not None:
            if plan.weighted:
                self.leaf("weight", "weight", self.rng.uniform(0.5, 2, self.samples).astype(dtype))
            scope = _LossScope(self, loss, scopes[-1])
            self.loss(loss, scope)
            if plan.training:
                self.backward(loss, scope, scopes)
        trained = [name for name in self.parameters if name not in plan.frozen]
        gradients = {name: f"d{name}" for name in trained}
        if plan.optimizer is not None:
            gradients = self.update(plan.optimizer, gradients)
        return Program(
            self.quantities, self.leaves, self.state, self.scalars, self.noise, gradients, data, output
        )

    def _outputs(self) -> int:
        width: int | None = self.plan.inputs
        for layer in self.plan.layers:
            width = layer.width(width)
        assert width is not None
        return width

    def forward(self, data: str) -> list[_LayerScope]:
        plan, number, incoming, scopes = self.plan, 0, data, []
        self.untrained, reached = {data}, False  # reached: a parameter; what comes before it has no gradient
        for place, layer in enumerate(plan.layers):
            number += layer.counts
            outgoing = layer.gives if layer.gives == "x" else f"{layer.gives}{number or ''}"
            scope = _LayerScope(self, layer, place, incoming, outgoing, number)
            scopes.append(scope)
            if plan.training:
                self._noise(layer, scope, incoming)
                layer.forward(scope)
            else:
                layer.evaluate(scope)
            if outgoing not in self.quantities:
                raise LanguageError(f"{layer} did not state its output q.{layer.gives} in forward(q).")
            own = [q for q in self.quantities.values() if q.place == place]
            reached = reached or any(n.name in self.parameters for q in own for n in names(q.rule))
            if not reached:
                self.untrained |= {q.name for q in own}
            incoming = outgoing
        for name in plan.memory if plan.training else ():
            if f"{name}_new" not in self.quantities:
                raise LanguageError(f"no layer stated {name}_new, the next value of its memory {name}.")
        return scopes

    def _noise(self, layer: Layer, scope: _LayerScope, incoming: str) -> None:
        like = self.values[incoming].value
        for local, spread in layer.noise.items():
            if spread not in ("uniform", "normal"):
                raise InputError(f"{layer}: its noise {local} is {spread!r}: it is 'uniform' or 'normal'.")
            name = scope.place(local)
            self.noise[name] = (spread, like.shape[1])
            self.leaf(name, "noise", self.rng.uniform(0.2, 0.8, like.shape).astype(like.dtype))

    def loss(self, loss: Loss, scope: _LossScope) -> None:
        if self.plan.weighted and loss.group > 1:
            raise InputError(
                f"{loss.title()} takes rows in groups of {loss.group}, and weighs none of them: leave "
                "sample_weight out."
            )
        loss.forward(scope)
        if "l" not in self.values:
            raise LanguageError(f"{loss} did not state q.l in forward(q).")
        count = self.samples // loss.group
        if np.shape(self.values["l"].value) != (count,):
            raise LanguageError(
                f"{loss}: q.l has the shape {np.shape(self.values['l'].value)} for two samples: a loss gives "
                "one value a sample, as by .sum(axis=1)."
            )
        mean = scope._weighted(scope.l).sum() / scope._count()
        if self.plan.penalty is None:
            scope.L = mean
            return
        scope.L_data = mean
        total = None
        for name in self.penalized:
            of = _PenaltyScope(self, self.plan.penalty, name)
            self.plan.penalty.forward(of)
            if np.shape(of.penalty.value):
                raise LanguageError(
                    f"{self.plan.penalty}: q.penalty has the shape {np.shape(of.penalty.value)}: it is one number, "
                    "as by .sum()."
                )
            total = of.penalty if total is None else total + of.penalty
        if total is None:
            raise InputError(f"{self.plan.penalty} weighs nothing: the network has no weights.")
        scope.L_penalty = total
        scope.L = scope.L_data + scope.L_penalty

    def backward(self, loss: Loss, scope: _LossScope, scopes: list[_LayerScope]) -> None:
        scope.section = "backward"
        loss.backward(scope)
        for of in reversed(scopes):
            of.section = "backward"
            # A loss that collapses with the output has stated dz already: then the layer's own rule is kept
            # beside it, as the chain-rule line from which the textbook starts.
            of.restates = f"d{of.incoming}" in self.quantities
            if of.outgoing not in self.untrained:
                of.layer.backward(of)
                if of.incoming not in self.untrained and f"d{of.incoming}" not in self.quantities:
                    raise LanguageError(f"{of.layer} did not state q.d{of.layer.takes} in backward(q).")
            for name in self.penalized:
                if f"d{name}_data" in self.quantities and f"d{name}" not in self.quantities:
                    self._penalize(name, of)
        for name in self.parameters:
            if f"d{name}" not in self.quantities:
                raise LanguageError(f"no layer stated the gradient d{name} of its parameter {name}.")

    def _penalize(self, name: str, layer: _LayerScope) -> None:
        """The whole gradient of a weight: that of the data's loss, and what the penalty adds."""
        penalty = self.plan.penalty
        assert penalty is not None
        scope = _PenaltyScope(self, penalty, name)
        scope.section = "backward"
        penalty.backward(scope)
        if f"d{name}_penalty" not in self.quantities:
            raise LanguageError(f"{penalty} did not state q.dw_penalty in backward(q).")
        scope.dw = self.values[f"d{name}_data"] + self.values[f"d{name}_penalty"]

    def update(self, optimizer: Optimizer, gradients: dict[str, str]) -> dict[str, str]:
        """The lines of the update; gives the names of the gradients that it takes."""
        for local, value in optimizer.scalars().items():
            if local in ("w", "dw", "t", *optimizer.state, *GLOBAL):
                raise InputError(
                    f"{optimizer}: a setting can't be called {local}, which the step has already: rename the field."
                )
            # A layer's beta1 and an optimizer's β1 are both what textbooks call them.
            name = f"{local}_{optimizer.name()}" if local in self.values else local
            self.scalars[name] = local
            self.leaf(name, "scalar", value)
        self.leaf("t", "scalar", 1)
        if optimizer.clip is not None:
            gradients = self.clip(optimizer.clip, list(gradients))
        if optimizer.schedule is not None:
            self.schedule(optimizer.schedule)
        shared = _SharedScope(self, optimizer)
        optimizer.prepare(shared)
        numbers = {q.name: q.name for q in self.quantities.values() if q.section == "update"}
        known = {"t": "t", **numbers, **{local: name for name, local in self.scalars.items()}}
        for parameter, gradient in gradients.items():
            scope = _UpdateScope(self, optimizer, parameter, gradient, known)
            for local in optimizer.state:
                name = scope.place(local)
                if name in self.values:
                    raise InputError(f"{optimizer}: state can't be called {local}: {name} is there already.")
                self.state[name] = (local, parameter)
                self.leaf(
                    name, "state", np.full_like(self.parameters[parameter], optimizer.start.get(local, 0))
                )
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
        return gradients

    def clip(self, clipping: Clipping, trained: list[str]) -> dict[str, str]:
        scopes = [_ClippingScope(self, clipping, name) for name in trained]
        for scope in scopes:
            clipping.measure(scope)
        clipping.join(_ClippingScope(self, clipping, "", scopes))
        for scope in scopes:
            clipping.clip(scope)
            if scope.place("dw_clipped") not in self.quantities:
                raise LanguageError(f"{clipping} did not state q.dw_clipped in clip(q).")
        return {name: f"d{name}_clipped" for name in trained}

    def schedule(self, schedule: Schedule) -> None:
        scope = _SharedScope(self, schedule)
        schedule.prepare(scope)
        if "eta" not in self.quantities:
            raise LanguageError(f"{schedule} did not state q.eta in rate(q).")


_GIVES = {  # what a function of a user's gives, by how many axes are left
    None: "one value for each entry of its input",
    1: "one value for each sample, as by .sum(axis=1)",
    0: "one number, as by .sum()",
}


class _WritingScope(Scope):
    """A scope over symbols: assigning writes a quantity into the program."""

    _summed: tuple[str, ...] = ()  # terms of the loss, whose own gradients are no quantities

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
        writer: _Writer = self.writer
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


class _LossScope(_WritingScope):
    """The names of the output layer, whose quantities a loss may read."""

    _summed = ("l",)

    def __init__(self, writer: _Writer, loss: Loss, output: _LayerScope) -> None:
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


class _ParameterScope(_WritingScope):
    """Names of what belongs to W1: ``w`` → ``W1``, ``dw_penalty`` → ``dW1_penalty``, ``m_hat`` → ``mW1_hat``."""

    def place(self, local: str) -> str:
        base, mark, rest = local.partition("_")
        base = base[:-1] if base in ("w", "dw") else base
        return f"{base}{self.parameter}{mark}{rest}"


class _PenaltyScope(_ParameterScope):
    def __init__(self, writer: _Writer, penalty: Penalty, parameter: str) -> None:
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


class _ClippingScope(_ParameterScope):
    """The gradient of one parameter, or what is one for all of them."""

    def __init__(
        self, writer: _Writer, clipping: Clipping, parameter: str, all: Sequence[_ClippingScope] = ()
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


class _SharedScope(_WritingScope):
    """Numbers that are one for all parameters: names are as they are."""

    def __init__(self, writer: _Writer, part: Part) -> None:
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


class _UpdateScope(_ParameterScope):
    """The names of an update, where ``dw`` is the gradient that the optimizer gets; shared numbers keep theirs."""

    def __init__(
        self, writer: _Writer, optimizer: Optimizer, parameter: str, gradient: str, shared: dict[str, str]
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


def of_section(quantities: Iterable[Quantity], section: str) -> Iterator[Quantity]:
    """The quantities of one section."""
    return (quantity for quantity in quantities if quantity.section == section)
