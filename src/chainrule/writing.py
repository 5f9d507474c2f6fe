"""Writing a program down: the rules of a network's parts are called on symbols, once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Name, Symbol, names, nodes
from chainrule.parts.contract import Array, Clipping, Layer, Loss, Optimizer, Penalty, Schedule
from chainrule.program import LeafKind, Program, Quantity, of_section
from chainrule.scopes import (
    GLOBAL,
    ClippingScope,
    LayerScope,
    LossScope,
    PenaltyScope,
    SharedScope,
    UpdateScope,
)


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
    return Writer(plan).program()


class Writer:
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
            scope = LossScope(self, loss, scopes[-1])
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

    def forward(self, data: str) -> list[LayerScope]:
        plan, number, incoming, scopes = self.plan, 0, data, []
        self.untrained, reached = {data}, False  # reached: a parameter; what comes before it has no gradient
        for place, layer in enumerate(plan.layers):
            number += layer.counts
            outgoing = layer.gives if layer.gives == "x" else f"{layer.gives}{number or ''}"
            scope = LayerScope(self, layer, place, incoming, outgoing, number)
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

    def _noise(self, layer: Layer, scope: LayerScope, incoming: str) -> None:
        like = self.values[incoming].value
        for local, spread in layer.noise.items():
            if spread not in ("uniform", "normal"):
                raise InputError(f"{layer}: its noise {local} is {spread!r}: it is 'uniform' or 'normal'.")
            name = scope.place(local)
            self.noise[name] = (spread, like.shape[1])
            self.leaf(name, "noise", self.rng.uniform(0.2, 0.8, like.shape).astype(like.dtype))

    def loss(self, loss: Loss, scope: LossScope) -> None:
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
            of = PenaltyScope(self, self.plan.penalty, name)
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

    def backward(self, loss: Loss, scope: LossScope, scopes: list[LayerScope]) -> None:
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
                    self._penalize(name)
        for name in self.parameters:
            if f"d{name}" not in self.quantities:
                raise LanguageError(f"no layer stated the gradient d{name} of its parameter {name}.")

    def _penalize(self, name: str) -> None:
        """The whole gradient of a weight: that of the data's loss, and what the penalty adds."""
        penalty = self.plan.penalty
        assert penalty is not None
        scope = PenaltyScope(self, penalty, name)
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
        if optimizer.clip is not None and gradients:
            gradients = self.clip(optimizer.clip, list(gradients))
        if optimizer.schedule is not None:
            self.schedule(optimizer.schedule)
        shared = SharedScope(self, optimizer)
        optimizer.prepare(shared)
        numbers = {q.name: q.name for q in self.quantities.values() if q.section == "update"}
        known = {"t": "t", **numbers, **{local: name for name, local in self.scalars.items()}}
        for parameter, gradient in gradients.items():
            scope = UpdateScope(self, optimizer, parameter, gradient, known)
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
        scopes = [ClippingScope(self, clipping, name) for name in trained]
        for scope in scopes:
            clipping.measure(scope)
        clipping.join(ClippingScope(self, clipping, "", scopes))
        for scope in scopes:
            clipping.clip(scope)
            if scope.place("dw_clipped") not in self.quantities:
                raise LanguageError(f"{clipping} did not state q.dw_clipped in clip(q).")
        return {name: f"d{name}_clipped" for name in trained}

    def schedule(self, schedule: Schedule) -> None:
        scope = SharedScope(self, schedule)
        schedule.prepare(scope)
        if "eta" not in self.quantities:
            raise LanguageError(f"{schedule} did not state q.eta in rate(q).")
