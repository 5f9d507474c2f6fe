"""Writing a program down: the rules of a network's parts are called on symbols, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Node, Scope, Symbol, check_local, names, nodes
from chainrule.expressions import operations as ops
from chainrule.parts.contract import Array, Clipping, Layer, Loss, Optimizer, Penalty, Schedule
from chainrule.parts.misnamed import is_ours
from chainrule.program.builder import Builder
from chainrule.program.names import RAW_TARGETS, RESTORED
from chainrule.program.namespaces import (
    ClippingNamespace,
    LayerNamespace,
    LossNamespace,
    PenaltyNamespace,
    SharedNamespace,
    TargetNamespace,
    UpdateNamespace,
    WritingNamespace,
)
from chainrule.program.plan import Arrays, Plan
from chainrule.program.program import LeafKind, Program, of_section
from chainrule.program.trial import Call, try_rules


def write(plan: Plan, arrays: Arrays) -> Program:
    """Write down the program of a network, whose arrays serve as examples."""
    return Writer(plan, arrays).program()


class Writer(Builder):
    """Lets the parts state their quantities, in order."""

    def __init__(self, plan: Plan, arrays: Arrays) -> None:
        super().__init__(plan, arrays)
        self._called: list[Call] = []  # rules that don't come with chainrule

    def call(self, rule: str, namespace: WritingNamespace) -> None:
        """Let a part state its quantities by the rule of that name."""
        getattr(namespace.part, rule)(Scope(namespace))
        if not is_ours(type(namespace.part)):
            self._called.append((rule, namespace))

    def program(self) -> Program:
        """Write all of it down."""
        plan, loss = self.plan, self.plan.loss
        data = self._from_outside()
        layers = self.forward(data)
        activation = layers[-1].outgoing
        output = activation if plan.scale_target is None else self._restore(plan.scale_target, activation)
        if loss is not None:
            if plan.weighted:
                weights = self.rng.uniform(0.5, 2, self.samples)
                self.leaf("weight", "weight", weights.astype(self._dtype))
            if plan.scale_target is not None:
                self._scale(plan.scale_target)
            namespace = LossNamespace(self, loss, layers[-1])
            self.loss(loss, namespace)
            if plan.training:
                self.backward(loss, namespace, layers)
        trained = [name for name in self.parameters if name not in plan.frozen]
        gradients = {name: f"d{name}" for name in trained}
        if plan.optimizer is not None:
            gradients = self.update(plan.optimizer, gradients)
        if not self.held:  # else it has been tried when the network was made
            try_rules(self, self._called)
        program = Program(
            self.quantities,
            self.leaves,
            self.state,
            self.scalars,
            self.noise,
            gradients,
            data,
            "y" if plan.scale_target is None else RAW_TARGETS,
            activation,
            output,
            plan,
            self.prepared,
        )
        self._keep_apart(program)
        return program

    def _from_outside(self) -> str:
        """Samples, arrays and sizes, with examples of them; gives the name of the input."""
        plan = self.plan
        dtype = self._dtype
        first = plan.layers[0].takes
        data = first if first.startswith("x") else "x"
        self.names.claim(data, "the input")
        inputs = self.rng.standard_normal((self.samples, plan.inputs))
        self.leaf(data, "input", inputs if plan.preparing else inputs.astype(dtype))
        kinds: tuple[LeafKind, ...] = ("parameter", "constant", "buffer")
        of = self.arrays
        for kind, arrays in zip(kinds, (of.parameters, of.constants, of.buffers), strict=True):
            for name, array in arrays.items():
                self.leaf(name, kind, array)
        if plan.loss is not None:
            self._target_leaf()
            self.leaf("m", "scalar", self.samples)
            self.leaf("k", "scalar", self._outputs())
        return data

    def _target_leaf(self) -> None:
        """The targets, in double precision where they are scaled first."""
        if self.plan.scale_target is None:
            self.leaf("y", "target", self._targets().astype(self._dtype))
        else:
            self.names.claim(RAW_TARGETS, "the targets as they come")
            self.leaf(RAW_TARGETS, "target", self._targets())

    @property
    def _dtype(self) -> Any:
        return next(iter(self.parameters.values())).dtype

    def _outputs(self) -> int:
        width: int | None = self.plan.inputs
        for layer in self.plan.layers:
            width = layer.width(width)
        assert width is not None
        return width

    def _targets(self) -> Array:
        """Targets as an example: of several outputs they are shares of a whole, which suits every loss."""
        targets = self.rng.uniform(0.2, 0.8, (self.samples, self._outputs()))
        return targets if self._outputs() == 1 else targets / targets.sum(axis=1, keepdims=True)

    # --- forward, loss, backward ------------------------------------------------------------------------

    def forward(self, data: str) -> list[LayerNamespace]:
        """The lines of the layers."""
        plan, number, incoming, found = self.plan, 0, data, []
        # reached: a parameter, or what is as good as one; what comes before it has no gradient
        self.untrained, reached = (set(), True) if plan.to_inputs else ({data}, False)
        self.prepared = data
        for place, (layer, own) in enumerate(zip(plan.layers, plan.own, strict=True)):
            number += layer.has_weights
            outgoing = layer.gives if layer.gives == "x" else f"{layer.gives}{number or ''}"
            namespace = LayerNamespace(self, layer, place, incoming, outgoing, number, own)
            found.append(namespace)
            if plan.training:
                self._noise(layer, own, incoming)
                self.call("forward", namespace)
            else:
                self.call("evaluate", namespace)
            if outgoing not in self.quantities:
                raise LanguageError(f"{layer} did not state its output q.{layer.gives} in forward(q).")
            stated = [q for q in self.quantities.values() if q.place == place]
            reached = reached or any(n.name in self.parameters for q in stated for n in names(q.rule))
            if not reached:
                self.untrained |= {q.name for q in stated}
            incoming = outgoing
            if place + 1 == plan.preparing:
                self.prepared = outgoing
                self._narrow(outgoing)
        for name in self.arrays.buffers if plan.training else ():
            if f"{name}_new" not in self.quantities:
                raise LanguageError(f"no layer stated {name}_new, the next value of its buffer {name}.")
        return found

    def _narrow(self, name: str) -> None:
        """What was computed in double precision is the network's number from here on."""
        dtype, quantity, symbol = (
            next(iter(self.parameters.values())).dtype,
            self.quantities[name],
            self.values[name],
        )
        if symbol.value.dtype != dtype:
            rule, textbook_form = (
                None if form is None else Node(ops.CAST, (form,), {"dtype": dtype})
                for form in (quantity.rule, quantity.textbook_form)
            )
            assert rule is not None
            self.quantities[name] = replace(quantity, rule=rule, textbook_form=textbook_form)
            self.values[name] = Symbol(symbol.expr, symbol.value.astype(dtype))

    # --- the scale of targets ---------------------------------------------------------------------------

    def _scale(self, scaling: Layer) -> None:
        """The lines that scale targets."""
        self.call("forward", TargetNamespace(self, scaling, -1, "loss", RAW_TARGETS, "y"))
        self._scaled(scaling, "forward", scaling.gives, "y")

    def _restore(self, scaling: Layer, activation: str) -> str:
        """The lines that take the outputs back to the unit of the targets; gives what they are called there."""
        place = len(self.plan.layers)
        self.call("restore", TargetNamespace(self, scaling, place, "forward", RESTORED, activation))
        self._scaled(scaling, "restore", scaling.takes, RESTORED)
        return RESTORED

    def _scaled(self, scaling: Layer, rule: str, local: str, name: str) -> None:
        shape = self.samples, self._outputs()
        if name not in self.quantities:
            raise LanguageError(f"{scaling} did not state q.{local} in {rule}(q).")
        if np.shape(self.values[name].value) != shape:
            raise LanguageError(
                f"{scaling}: q.{local} has the shape {np.shape(self.values[name].value)} in {rule}(q), for targets of "
                f"the shape {shape}: it must keep it."
            )
        self._narrow(name)

    def _keep_apart(self, program: Program) -> None:
        """Raise where a later part reads what the preparation has in double precision."""
        inside = {name.name for q in program.preparation for name in names(q.rule)} - {"m", "k"}
        for quantity in program.quantities.values():
            for name in names(quantity.rule) if quantity.place not in range(self.plan.preparing) else ():
                if name.name in inside:
                    raise LanguageError(
                        f"{quantity.part} reads {name.name}, which prepares the inputs before they are the network's "
                        f"numbers: read {program.prepared}, or state it in a layer after the first one with weights."
                    )

    def _noise(self, layer: Layer, own: Mapping[str, str], incoming: str) -> None:
        like = self.values[incoming].value
        for local, spread in layer.noise.items():
            if spread not in ("uniform", "normal"):
                raise InputError(f"{layer}: its noise {local} is {spread!r}: it is 'uniform' or 'normal'.")
            self.noise[own[local]] = (spread, like.shape[1])
            self.leaf(own[local], "noise", self.rng.uniform(0.2, 0.8, like.shape).astype(like.dtype))

    def loss(self, loss: Loss, namespace: LossNamespace) -> None:
        """The lines of the loss, and of the penalty."""
        if self.plan.weighted and loss.group > 1:
            raise InputError(
                f"{loss.title()} takes rows in groups of {loss.group}, and weighs none of them: leave "
                "sample_weight out."
            )
        self.call("forward", namespace)
        if "l" not in self.values:
            raise LanguageError(f"{loss} did not state q.l in forward(q).")
        count = self.samples // loss.group
        if np.shape(self.values["l"].value) != (count,):
            raise LanguageError(
                f"{loss}: q.l has the shape {np.shape(self.values['l'].value)} for two samples: a loss gives "
                "one value a sample, as by .sum(axis=1)."
            )
        mean = namespace.weighted(self.values["l"]).sum() / namespace.count()
        if self.plan.penalty is None:
            self.define("L", "L", mean, "loss", loss)
            return
        self.define("L_data", "L_data", mean, "loss", loss)
        total = self._penalties(self.plan.penalty)
        self.define("L_penalty", "L_penalty", total, "loss", loss)
        self.define("L", "L", self.values["L_data"] + self.values["L_penalty"], "loss", loss)

    def _penalties(self, penalty: Penalty) -> Symbol:
        """What all weights cost together."""
        total: Any = None
        for name in self.penalized:
            namespace = PenaltyNamespace(self, penalty, name)
            self.call("forward", namespace)
            cost = namespace.read("penalty")
            if np.shape(cost.value):
                raise LanguageError(
                    f"{penalty}: q.penalty has the shape {np.shape(cost.value)}: it is one number, as by .sum()."
                )
            total = cost if total is None else total + cost
        if total is None:
            raise InputError(f"{penalty} weighs nothing: the network has no weights.")
        found: Symbol = total
        return found

    def backward(self, loss: Loss, namespace: LossNamespace, layers: list[LayerNamespace]) -> None:
        """The lines of the gradients, from the loss back to the first parameter."""
        namespace.section = "backward"
        self.go_back(namespace)
        for of, after in zip(reversed(layers), (None, *reversed(layers)), strict=False):
            of.section = "backward"
            if of.outgoing not in self.untrained:
                self.go_back(of)
                if after is not None and of.part.shift and after.part.ignores_shift:
                    self._stay(of, after)
                if of.incoming not in self.untrained and f"d{of.incoming}" not in self.quantities:
                    raise LanguageError(f"{of.part} did not state q.d{of.part.takes} in backward(q).")
            for name in self.penalized:
                if f"d{name}_data" in self.quantities and f"d{name}" not in self.quantities:
                    self._penalize(name)
        for name in self.parameters:
            if f"d{name}" not in self.quantities:
                raise LanguageError(f"no layer stated the gradient d{name} of its parameter {name}.")

    def _stay(self, of: LayerNamespace, after: LayerNamespace) -> None:
        """A parameter that only shifts what the next layer takes the shift off gets the gradient 0, and no dust."""
        name = of.place(of.part.shift)
        if name in self.parameters and not self.held & {
            of.outgoing,
            *(q.name for q in self.quantities.values() if q.place == after.at),
        }:
            gradient = f"d{name}_data" if name in self.penalized else f"d{name}"
            note = f"{after.part.label()} takes away what all samples share, whatever {name} is"
            self.replace_rule(gradient, 0 * self.values[name], note)
            of.stated[f"d{of.part.shift}"] = ""  # what the layer's own rule states of it is not asked for

    def go_back(self, namespace: LayerNamespace | LossNamespace | PenaltyNamespace) -> None:
        """State the gradients of a part by its rule."""
        if isinstance(namespace, LossNamespace) and self.plan.weighted:
            namespace.part.backward(Scope(namespace))  # tried without weights, where the network was made
            namespace.weigh()
        else:
            self.call("backward", namespace)

    def _penalize(self, name: str) -> None:
        """The whole gradient of a weight: that of the data's loss, and what the penalty adds."""
        penalty = self.plan.penalty
        assert penalty is not None
        namespace = PenaltyNamespace(self, penalty, name)
        namespace.section = "backward"
        self.go_back(namespace)
        if f"d{name}_penalty" not in self.quantities:
            raise LanguageError(f"{penalty} did not state q.dw_penalty in backward(q).")
        namespace.define("dw", f"d{name}", self.values[f"d{name}_data"] + self.values[f"d{name}_penalty"])

    # --- update -----------------------------------------------------------------------------------------

    def update(self, optimizer: Optimizer, gradients: dict[str, str]) -> dict[str, str]:
        """The lines of the update; gives the names of the gradients that it takes."""
        numbers = {role: self._numbers(role, part) for role, part in optimizer.roles().items()}
        self.leaf("t", "scalar", 1)
        if optimizer.clip is not None and gradients:
            gradients = self.clip(optimizer.clip, list(gradients), numbers["clip"])
        if optimizer.schedule is not None:
            self.schedule(optimizer.schedule, numbers["schedule"])
        own = ("w", "dw", *optimizer.state)
        taken = (*own, "w_new", *(f"{local}_new" for local in optimizer.state))
        self.call("prepare", SharedNamespace(self, optimizer, numbers[""], taken))
        shared = {q.name: q.name for q in self.quantities.values() if q.section == "update"}
        known = {"t": "t", **shared, **numbers[""]}
        for parameter, gradient in gradients.items():
            self._update(optimizer, UpdateNamespace(self, optimizer, parameter, gradient, known))
        for quantity in of_section(self.quantities.values(), "update"):
            for node in nodes(quantity.rule):
                if not node.op.elementwise:
                    raise LanguageError(
                        f"{optimizer}: q.{quantity.local} has a {node.op.name}. An update is the same line for every "
                        "entry of a parameter, without sums, products of matrices or transpositions."
                    )
        return gradients

    def _numbers(self, role: str, part: Optimizer | Schedule | Clipping) -> dict[str, str]:
        """The settings of an optimizer, its schedule or its clipping as leaves; gives their names."""
        found: dict[str, str] = {}
        taken = ("w", "dw", *part.state) if isinstance(part, Optimizer) else ("w", "dw")
        # A layer's beta1 and an optimizer's β1 are both what textbooks call them; β2 goes with its β1.
        shared = {local.rstrip("0123456789") for local in part.scalars() if self.names.shown(local)}
        for local, value in part.scalars().items():
            if local in taken:
                raise InputError(
                    f"{part}: a setting can't be called {local}, which the step has already: rename the field."
                )
            name = f"{local}_{part.name()}" if local.rstrip("0123456789") in shared else local
            found[local] = self.number(role, part, local, value, name)
        return found

    def _update(self, optimizer: Optimizer, namespace: UpdateNamespace) -> None:
        """The lines that move one parameter."""
        parameter = namespace.parameter
        for local in optimizer.state:
            name = namespace.place(local)
            owner = f"the state {local} of {optimizer}"
            check_local(local, owner)
            if name in self.values:
                raise InputError(f"{optimizer}: state can't be called {local}: {name} is there already.")
            self.names.claim(name, owner)
            self.state[name] = (local, parameter)
            like = self.parameters[parameter]
            start = np.broadcast_to(like.dtype.type(optimizer.start.get(local, 0)), like.shape)
            self.leaf(name, "state", start)
        self.call("update", namespace)
        for local in ("w", *optimizer.state):
            if namespace.place(f"{local}_new") not in self.quantities:
                raise LanguageError(f"{optimizer} did not state q.{local}_new in update(q).")

    def clip(self, clipping: Clipping, trained: list[str], numbers: Mapping[str, str]) -> dict[str, str]:
        """The lines that keep gradients from being too large; gives the names of what they become."""
        each = [ClippingNamespace(self, clipping, name, numbers) for name in trained]
        for namespace in each:
            self.call("measure", namespace)
        self.call("join", ClippingNamespace(self, clipping, "", numbers, each))
        for namespace in each:
            self.call("clip", namespace)
            if namespace.place("dw_clipped") not in self.quantities:
                raise LanguageError(f"{clipping} did not state q.dw_clipped in clip(q).")
        return {name: f"d{name}_clipped" for name in trained}

    def schedule(self, schedule: Schedule, numbers: Mapping[str, str]) -> None:
        """The lines of a learning rate that changes."""
        self.call("prepare", SharedNamespace(self, schedule, numbers))
        if "eta" not in self.quantities:
            raise LanguageError(f"{schedule} did not state q.eta in rate(q).")
