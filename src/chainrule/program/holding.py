"""The program of a step in which quantities are held: a `what_if` puts numbers in the place of what rules give.

A held entry no longer depends on what its rule reads, so no gradient passes through that rule: `da1_passed` is `da1`
with 0 there, and the lines before it read that. What a part states itself is kept where it stays right. Where it is
not (softmax with one of its exponentials held), the gradients are derived from the part's forward lines; and where a
safe form goes around what is held (log a from the logits), the textbook's form takes its place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Const, Name, Symbol, evaluate, names, nodes
from chainrule.parts.contract import Loss
from chainrule.program.namespaces import LayerNamespace, LossNamespace, PenaltyNamespace
from chainrule.program.plan import Arrays
from chainrule.program.program import Program, Quantity
from chainrule.program.write import Writer

WHOLE = ("l", "L", "L_data")  # of the loss: all that it states goes through them, row by row
HELD = ("forward", "loss")  # sections whose quantities are held; what comes later is only put in


def holding(program: Program, held: Collection[str], arrays: Arrays) -> Program:
    """The same step with quantities of forward and loss held, entries or whole.

    The leaf ``free_a1``, shaped like `a1`, says which entries still follow their rule: 1, and 0 for those held.

    Raises
    ------
    InputError : where the loss reads what is held by a way that no form of it shows
    """
    return _HoldingWriter(program, frozenset(held), arrays).program() if held else program


class _HoldingWriter(Writer):
    """Writes a program down like `Writer`, with the gradients that do not pass through what is held."""

    def __init__(self, program: Program, held: frozenset[str], arrays: Arrays) -> None:
        super().__init__(program.plan, arrays)
        self.held, self.output = held, program.activation

    def passed(self, name: str, gradient: Symbol) -> Symbol:
        if name not in self.held:
            return gradient
        passed = f"d{name}_passed"
        if passed not in self.values:
            of = self.quantities.get(f"d{name}")
            product = self._free(name) if gradient.expr == Const(1) else gradient * self._free(name)
            if of is None:  # a term of the loss, whose own gradient is no quantity
                return product
            self.quantities[passed] = Quantity(
                passed, f"{of.local}_passed", product.expr, "backward", of.part, of.place
            )
            self.values[passed] = Symbol(Name(passed), product.value)
        return self.values[passed]

    def go_back(self, namespace: LayerNamespace | LossNamespace | PenaltyNamespace) -> None:
        own = {q.name for q in namespace.own_quantities() if q.section in HELD and q.name in self.held}
        if isinstance(namespace, LossNamespace):
            self._take_textbook_forms()
            self._go_back_from_loss(namespace, own)
        elif isinstance(namespace, LayerNamespace) and own:
            self._go_back_through_layer(namespace, own)
        elif namespace.parameter and (own or self.held & {"L", "L_penalty"}):
            namespace.derive_backward()
        else:
            super().go_back(namespace)

    # --- the loss ---

    def _go_back_from_loss(self, namespace: LossNamespace, own: set[str]) -> None:
        loss = namespace.part
        if own - {*WHOLE, "L_penalty"} or ("l" in own and loss.group > 1):
            try:
                namespace.derive_backward()
            except LanguageError as error:
                raise self._refused(loss) from error
            return
        if any(q.place == namespace.output.at for q in self._held()):
            self._check_reached(loss, namespace.output.at)
        super().go_back(namespace)
        for name in (f"d{namespace.output.outgoing}", f"d{namespace.output.incoming}"):
            if name in self.quantities:
                self._pass_rows(name, [n for n in WHOLE if n in own])

    def _pass_rows(self, name: str, held: Iterable[str]) -> None:
        """The gradient that a loss states, without the rows of the samples whose loss is held."""
        quantity = self.quantities[name]
        read = {n.name for n in names(quantity.rule)}
        gradient = Symbol(quantity.rule, self.values[name].value)
        for n in held:
            if f"free_{n}" not in read:  # derived, it has been taken into account
                free = self._free(n)
                gradient = gradient * (free[:, None] if n == "l" else free)
        self.quantities[name] = dataclasses.replace(quantity, rule=gradient.expr)

    def _check_reached(self, loss: Loss, place: int) -> None:
        """A loss that reads what the output is made of does not see an output that is held."""
        for quantity in self.quantities.values():
            if quantity.part is loss and quantity.section == "loss" and quantity.textbook_form is None:
                read = [self.quantities[n.name] for n in names(quantity.rule) if n.name in self.quantities]
                if any(0 <= of.place < place for of in read):
                    raise self._refused(loss)

    def _refused(self, loss: Loss) -> InputError:
        what = ", ".join(q.name for q in self._held())
        return InputError(
            f"what_if can't hold {what}: {loss} reads more than the outputs {self.output}, so how L depends on what "
            f"is held is not known. State the same by way of q.a in its forward(q), as q.also(log_a=np.log(q.a)) "
            "does; or hold what comes before the output's sums."
        )

    # --- a layer ---

    def _go_back_through_layer(self, namespace: LayerNamespace, own: set[str]) -> None:
        if namespace.outgoing == self.output:
            # What a loss states of the sums has the output's own rule in it, which no longer holds.
            name = f"d{namespace.incoming}"
            if self.quantities.pop(name, None) is not None:
                del self.values[name]
                self.names.release(name)
        quantities, values, known = dict(self.quantities), dict(self.values), self.names.copy()
        if own == {namespace.outgoing}:
            super().go_back(namespace)
            stated = [q for q in self.quantities.values() if q.name not in quantities]
            reads = any(n.name == namespace.outgoing for q in stated for n in names(q.rule))
            # A rule that reads its own output (softmax) takes it for what the rule would give: entry by entry that
            # does no harm, since nothing passes there.
            if not reads or all(node.op.elementwise for q in stated for node in nodes(q.rule)):
                return
            self.quantities.clear()
            self.quantities.update(quantities)
            self.values.clear()
            self.values.update(values)
            self.names = known
        namespace.derive_backward()

    # --- forms ---

    def _take_textbook_forms(self) -> None:
        """Take a quantity's other form where the two differ once a quantity of a part that holds one is moved."""
        places = {q.place for q in self._held() if q.name not in (*WHOLE, "L_penalty") and not q.parameter}
        moved = [q.name for q in self.quantities.values() if q.place in places and not q.parameter]
        leaves = {name: self.values[name].value for name in self.leaves}
        for name in self.parameters:  # drawn, so that no special value makes two forms the same
            drawn = 0.3 * self.rng.standard_normal(np.shape(leaves[name]))
            leaves[name] = drawn.astype(leaves[name].dtype)
        for name in moved:
            with np.errstate(all="ignore"):
                env = self._moved(name, leaves)
                for q in [
                    q for q in self.quantities.values() if q.textbook_form is not None and q.name != name
                ]:
                    assert q.textbook_form is not None
                    if not _close(evaluate(q.rule, env), evaluate(q.textbook_form, env)):
                        self.quantities[q.name] = dataclasses.replace(
                            q, rule=q.textbook_form, textbook_form=None
                        )

    def _moved(self, name: str, leaves: dict[str, Any]) -> dict[str, Any]:
        """Every quantity so far, with one moved away from what its rule gives."""
        env = dict(leaves)
        for quantity in self.quantities.values():
            value = evaluate(quantity.rule, env)
            if quantity.name == name and np.asarray(value).dtype != np.bool_:
                value = 0.9 * value + 0.01
            env[quantity.name] = value
        return env

    # --- what is held ---

    def _held(self) -> list[Quantity]:
        return [q for q in self.quantities.values() if q.name in self.held]

    def _free(self, name: str) -> Symbol:
        free = f"free_{name}"
        if free not in self.values:
            self.leaf(free, "held", np.ones_like(self.values[name].value))
        return self.values[free]


def _close(a: Any, b: Any) -> bool:
    near = 1e-3 if np.asarray(a).dtype == np.float32 else 1e-9
    return bool(np.allclose(a, b, rtol=near, atol=near, equal_nan=True))
