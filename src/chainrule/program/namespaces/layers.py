"""The names of layers and of the loss."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import LanguageError
from chainrule.expressions import Symbol, names, nodes, slope
from chainrule.expressions import operations as ops
from chainrule.parts.contract import Layer, Loss
from chainrule.program.builder import Builder
from chainrule.program.names import OWN
from chainrule.program.namespaces.base import WritingNamespace


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
        builder: Builder,
        layer: Layer,
        at: int,
        incoming: str,
        outgoing: str,
        number: int,
        own: Mapping[str, str],
    ) -> None:
        super().__init__(builder, layer, at, "forward")
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
        if local.endswith("_new") and self.own.get(local[:-4]) in self.builder.arrays.buffers:
            return f"{self.own[local[:-4]]}_new"
        if local.startswith("d") and self.place(local[1:]) in self.builder.names:
            return "d" + self.place(local[1:])
        return f"{local}{self.number}" if self.number else local

    def read(self, local: str) -> Any:
        if not self.builder.plan.training:
            self._check_there(local)
        value = super().read(local)
        return self.builder.passed(self.outgoing, value) if local == f"d{self.part.gives}" else value

    def _check_there(self, local: str) -> None:
        """Raise where a prediction would read what training steps alone have."""
        name = self.place(local)
        if name in self.values or (local not in self.part.noise and name not in OWN):
            return
        if local in self.part.noise:
            why = "what chance brings to training steps alone"
        else:
            why = f"{OWN[name]}, and predictions take each row by itself"
        raise LanguageError(
            f"{self.part}: its rule for predictions reads q.{local}, {why}: write evaluate(q), which states "
            f"q.{self.part.gives} without it."
        )

    def define(self, local: str, name: str, value: Symbol) -> None:
        builder = self.builder
        if name[0] == "d" and name[1:] in builder.untrained:
            self.stated[local] = ""
            return
        if name[0] == "d" and name[1:] in builder.penalized:
            name = f"{name}_data"
        # A loss that collapses with the output has stated dz already: then the layer's own rule is kept beside it, as
        # the chain-rule line from which the textbook starts.
        if self.section == "backward" and name == f"d{self.incoming}" and name in builder.quantities:
            builder.textbook(name, value, local, self.part)
            self.stated[local] = name
            return
        super().define(local, name, value)

    def derive_backward(self) -> None:
        """By f′(z), where the layer is a function f of each entry of its input; else by the chain rule."""
        builder = self.builder
        own = self.own_quantities()
        env = {name: symbol.value for name, symbol in builder.values.items()}
        alone = len(own) == 1 and {name.name for name in names(own[0].rule) if not name.scalar} == {
            self.incoming
        }
        found = slope(own[0].rule, self.incoming, env) if alone and own[0].textbook_form is None else None
        if found is None or self.place("slope") in builder.names:
            super().derive_backward()
            return
        self.define("slope", self.place("slope"), found)
        self.define(
            f"d{self.part.takes}", f"d{self.incoming}", self.read(f"d{self.part.gives}") * self.read("slope")
        )

    def arriving(self) -> dict[str, Symbol]:
        return {self.outgoing: self.values[f"d{self.outgoing}"]}

    def constant(self) -> None:
        name = f"d{self.incoming}"
        if name not in self.values and self.incoming not in self.builder.untrained:
            self.define(f"d{self.part.takes}", name, 0 * self.values[self.incoming])
            known = self.builder.quantities[name]
            note = "a step function: its slope is 0, so nothing before it can learn"
            self.builder.quantities[name] = dataclasses.replace(known, note=note)


class LossNamespace(WritingNamespace):
    """The names of the output layer, whose quantities a loss may read, and its own constants."""

    part: Loss
    summed = ("l",)

    def __init__(self, builder: Builder, loss: Loss, output: LayerNamespace) -> None:
        super().__init__(builder, loss, -1, "loss")
        self.output = output
        self._constants = frozenset(loss.constants())
        self._stated_once: dict[
            str, str
        ] = {}  # with weights: the gradients that are to be weighed, by their names

    def place(self, local: str) -> str:
        return local if local in self._constants else self.output.place(local)

    def _may_state(self) -> tuple[str, ...]:
        return ("l",)

    def constant(self) -> None:
        if f"d{self.output.outgoing}" not in self.values:
            super().define("da", f"d{self.output.outgoing}", 0 * self.read("a"))

    def define(self, local: str, name: str, value: Symbol) -> None:
        super().define("da" if name == f"d{self.output.outgoing}" else local, name, value)

    def count(self) -> Any:
        """How many values the loss of a batch is the mean of."""
        return self.read("m") if self.part.group == 1 else self.read("m") / self.part.group

    def weighted(self, values: Symbol) -> Any:
        """One value a sample, or one row, times the sample's weight."""
        if not self.builder.plan.weighted:
            return values
        weight = self.values["weight"]
        return (weight if values.ndim == 1 else weight[:, None]) * values

    # --- gradients of samples that have weights --------------------------------------------------------------
    # A loss states the gradients of a sample that counts once, and reads them so, whatever it makes of them. When it
    # has stated all, the program weighs each of them, once.

    def read(self, local: str) -> Any:
        name = self.place(local)
        return self.values[f"{name}_each"] if name in self._stated_once else super().read(local)

    def state(self, local: str, value: Any) -> None:
        name = self.place(local)
        gradient = self.section == "backward" and name[0] == "d" and name[1:] in self.builder.names
        if not (gradient and self.builder.plan.weighted):
            super().state(local, value)
            return
        self._check(local, name, value)
        if np.shape(value.value)[:1] != (self.builder.samples,):
            raise LanguageError(
                f"{self.part}: q.{local} has the shape {np.shape(value.value)} for two samples, and is no gradient "
                "of each of them, so it can't be weighed: leave sample_weight out, or backward(q), which is then "
                "derived."
            )
        super().define(f"{local}_each", f"{name}_each", value)
        self._stated_once[name] = local

    def weigh(self) -> None:
        """Multiply the gradients that the rule has stated by the weights."""
        if self._stated_once and (mixed := self._mixed()):
            raise LanguageError(
                f"{self.part}: the loss of a sample depends on other samples ({mixed}), so its gradients can't be "
                "weighed one by one: leave sample_weight out, or leave backward(q) out, which is then derived."
            )
        read = {name.name for q in self.builder.quantities.values() for name in names(q.rule)}
        for name, local in self._stated_once.items():
            once = f"{name}_each"
            value = self.values[once]
            if once not in read:  # then both are one line
                value = Symbol(self.builder.quantities.pop(once).rule, self.values.pop(once).value)
            self.define(local, name, self.weighted(value))

    def _mixed(self) -> str:
        """The name of a quantity of the loss in which samples meet; nothing if there is none."""
        for quantity in self.builder.quantities.values():
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
        share = self.values["weight"] / self.count() if self.builder.plan.weighted else 1 / self.count()
        return {"l": self.builder.passed("L_data", self.builder.passed("L", share))}

    def check_reached(self, name: str) -> None:
        if name != self.output.outgoing:
            raise LanguageError(
                f"{self.part} reads {name}: a loss without backward(q) may read q.a and q.y alone, since "
                "what reaches the output by other ways would be left out. State q.da and q.dz in backward(q)."
            )
