"""Slips that are no single edit of a rule: formulas of the catalogue, by what a line is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from chainrule.check.factors import Factor, scaled
from chainrule.check.functions import outputs, slopes, substituted
from chainrule.check.place import Place, output_of
from chainrule.expressions import Const, Expr, Name, Node, names
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation

Slip = tuple[Expr, str, float]  # the formula, its name in the catalogue, its cost

Y, M, K = Name("y"), Name("m", scalar=True), Name("k", scalar=True)


def templates(place: Place, rule: Expr) -> Iterator[Slip]:
    """The catalogue's formulas for a line.

    Parameters
    ----------
    place : of the line
    rule : its rule, written out
    """
    own = {"a": _outputs, "loss": _losses, "dz": _slopes, "da": _passed_on, "dW": _weights, "db": _biases,
           "new": _moves, "state": _moves}  # fmt: skip
    if place.role in own:
        yield from own[place.role](place, rule)


# --- written shortly --------------------------------------------------------------------------------------


def _node(op: Operation, *args: Expr, **settings: Any) -> Node:
    return Node(op, args, settings)


def times(a: Expr, b: Expr) -> Node:
    """a ⊙ b."""
    return _node(ops.MULTIPLY, a, b)


def _minus(a: Expr, b: Expr) -> Node:
    return _node(ops.SUBTRACT, a, b)


def _sum(a: Expr, axis: int | None, keepdims: bool = False) -> Node:
    return _node(ops.SUM, a, axis=axis, keepdims=keepdims)


def _over(a: Expr, b: Expr) -> Node:
    return _node(ops.DIVIDE, a, b)


def _turned(a: Expr) -> Node:
    return _node(ops.TRANSPOSE, a)


def _log(a: Expr) -> Node:
    return _node(ops.LOG, a)


def _rest(a: Expr) -> Node:
    return _minus(Const(1.0), a)


# --- forward ----------------------------------------------------------------------------------------------


def _outputs(place: Place, rule: Expr) -> Iterator[Slip]:
    z, own = Name(place.takes), place.function
    e = _node(ops.EXP, _minus(z, _node(ops.MAX, z, axis=1, keepdims=True)))  # where the shift does not cancel
    yield _over(e, _sum(e, 0)), "softmax_axis", 2.0
    yield _over(e, _sum(e, None)), "softmax_all", 2.0
    yield z, "activation_missing", 1.0
    yield times(z, rule), "sigmoid_times_z", 1.8
    for rules, formula in outputs(z):
        if rules.name == own:
            yield substituted(rules.a, {"z": rule}), "activation_twice", 1.5
            if z in names(rule):  # a slip in it is then made twice, too
                yield substituted(rule, {z.name: rule}), "activation_twice", 1.5
            yield substituted(rules.a, {"z": _node(ops.NEGATIVE, z)}), "sigmoid_sign", 1.0
        else:
            yield formula, "relu_output" if place.last and rules.name == "relu" else "other_function", 2.0


def _losses(place: Place, rule: Expr) -> Iterator[Slip]:
    if place.quantity.local not in ("l", "L", "L_data"):
        return
    a, z = Name(place.gives), Name(place.takes)
    for out, cost in ((a, 0.0), (z, 0.5)):
        error = _minus(out, Y)
        square, yes, no = _node(ops.SQUARE, error), _log(out), _log(_rest(out))
        both = _node(ops.ADD, times(Y, yes), times(_rest(Y), no))
        name = "loss_grad_differ" if out is a else "square_slip"
        yield _total(place, square), name, 2.0 + cost
        yield _total(place, _node(ops.ABSOLUTE, error)), name, 2.2 + cost
        yield _total(place, _node(ops.NEGATIVE, times(Y, yes))), "bce_half" if out is a else name, 2.1 + cost
        yield _total(place, _node(ops.NEGATIVE, both)), "bce_for_softmax" if out is a else name, 2.0 + cost
        yield _total(place, times(Y, yes)), "ce_no_minus", 2.3 + cost
    yield from _odd_losses(place, a)


def _odd_losses(place: Place, a: Expr) -> Iterator[Slip]:
    if place.quantity.local == "l":
        return
    largest = _node(ops.MAX, a, axis=1, keepdims=True)
    chosen = _node(ops.INDICATOR, _node(ops.EQUAL, a, largest))
    square = _node(ops.SQUARE, _minus(a, Y))
    yield _total(place, _node(ops.SQUARE, _minus(chosen, Y))), "loss_of_argmax", 2.4
    mean = _over(_over(_sum(square, None), M), K)
    yield _with_penalty(place, _node(ops.SQRT, mean)), "square_slip", 2.2
    yield _with_penalty(place, _node(ops.SQRT, _over(_sum(square, None), M))), "square_slip", 2.3
    wide = _sum(_node(ops.SQUARE, _minus(a, _turned(Y))), None)
    yield _with_penalty(place, _over(_over(wide, M), M)), "y_shape", 2.2
    yield _with_penalty(place, _over(wide, M)), "y_shape", 2.3


def _total(place: Place, each: Expr) -> Expr:
    """A loss of each output as that of the line: of a sample, or of the batch."""
    if place.quantity.local == "l":
        return _sum(each, 1)
    return _with_penalty(place, _over(_sum(each, None), M))


def _with_penalty(place: Place, loss: Expr) -> Expr:
    penalty = place.quantity.local == "L" and "L_penalty" in place.sheet.program.quantities
    return _node(ops.ADD, loss, Name("L_penalty")) if penalty else loss


# --- backward ---------------------------------------------------------------------------------------------


def _slopes(place: Place, rule: Expr) -> Iterator[Slip]:
    program, own = place.sheet.program, place.function
    z, a = Name(place.takes), Name(place.gives)
    if place.quantity.name != f"d{place.takes}":  # da of the output, which the loss gives
        return
    passed = f"d{place.gives}"
    if passed in program.quantities:
        da = Name(passed)
        for rules, how, formula in slopes(da, z, a):
            yield (
                formula,
                _slope_name(place, rules.name, how),
                1.6 if rules.name == own or how == "given a" else 2.2,
            )
        yield times(da, a), "relu_slope_wrong" if own == "relu" else "slope_formula", 2.2
        yield times(da, z), "slope_formula", 2.3
        yield from _other_layers(place, da)
    for rules, how, formula in slopes(rule, z, a):
        if rules.name == own or (how == "given a" and rules.name != "identity"):
            yield formula, "output_slope_extra" if place.last else "slope_twice", 1.9
    yield times(rule, z), "dz2_times_z", 2.2
    yield times(rule, a), "dz2_times_z", 2.3
    for axis, cost in ((None, 2.2), (1, 2.2), (0, 2.4)):
        yield _node(ops.ADD, _sum(rule, axis, axis is not None), times(Const(0.0), rule)), "dz2_scalar", cost
    if place.last:
        yield from _errors(place, z, a)


def _slope_name(place: Place, function: str, how: str) -> str:
    if function == place.function:
        return {"of a": "slope_of_a", "form": "form_of_z"}.get(how, "")
    if function == "identity":
        return "output_slope_missing" if place.last else "slope_skipped"
    couples = getattr(place.sheet.program.plan.layers[place.layer], "couples_outputs", False)
    return "softmax_diag" if couples else "slope_of_other_function"


def _other_layers(place: Place, da: Expr) -> Iterator[Slip]:
    program, values = place.sheet.program, place.sheet.values
    for layer, part in enumerate(program.plan.layers):
        if layer == place.layer or part.gives != "a":
            continue
        z, a = output_of(program, layer - 1), output_of(program, layer)
        if np.shape(values[z]) == np.shape(values[place.takes]):
            for rules, how, formula in slopes(da, Name(z), Name(a)):
                if rules.name in (place.function, part.name()) and how in ("given a", "of z"):
                    yield formula, "slope_of_other_layer", 1.8


def _errors(place: Place, z: Expr, a: Expr) -> Iterator[Slip]:
    """The gradient of the output's sums from other errors than the rule's."""
    error = _over(_minus(a, Y), M)
    yield error, "output_slope_missing", 1.7
    yield _over(_minus(z, Y), M), "square_slip", 2.2
    wide = _over(_sum(_minus(a, _turned(Y)), 1, True), M)
    yield wide, "y_shape", 2.2
    for _, how, formula in slopes(error, z, a):
        if how in ("given a", "of z"):
            yield formula, "output_slope_extra", 2.0
    for rules, how, formula in slopes(wide, z, a):
        if rules.name == place.function and how == "given a":
            yield formula, "y_shape", 2.4


def _passed_on(place: Place, rule: Expr) -> Iterator[Slip]:
    program, values = place.sheet.program, place.sheet.values
    dz = Name(f"d{place.gives}")
    weights = [
        name for name, kind in program.leaves.items()
        if kind == "parameter" and np.ndim(values[name]) == 2 and f"d{name}" in _gradients(place)
    ]  # fmt: skip
    for name in weights:
        W = Name(name)
        top = len(program.plan.layers) - 1
        if place.layer == top - 1:
            error = _over(_minus(Name(output_of(program, top)), Y), M)
            yield _node(ops.MATMUL, error, _turned(W)), "da1_from_error", 1.6
        shares = _over(W, _sum(W, 0, True))
        if W in names(rule):
            yield substituted(rule, {name: shares}), "da1_shares", 2.2
        yield from _some(dz, W, np.shape(values[name])[1])


def _gradients(place: Place) -> set[str]:
    return {
        q.name.removesuffix("_data")
        for q in place.sheet.program.quantities.values()
        if q.place == place.layer
    }


def _some(dz: Expr, W: Expr, width: int) -> Iterator[Slip]:
    """Only one or two of the outputs added up."""
    each = [
        _node(
            ops.MATMUL,
            _turned(_node(ops.PICK_ROWS, _turned(dz), start=j, step=width)),
            _node(ops.PICK_ROWS, _turned(W), start=j, step=width),
        )
        for j in range(min(width, 6))
    ]
    if width > 1:
        yield from ((one, "da1_some_outputs", 2.2) for one in each)
    if width > 2:
        for a, b in combinations(each, 2):
            yield _node(ops.ADD, a, b), "da1_some_outputs", 2.4


def _weights(place: Place, rule: Expr) -> Iterator[Slip]:
    if f"d{place.gives}" in place.sheet.program.quantities:
        last = _node(ops.PICK_ROWS, Name(place.takes), start=-1, step=1)
        added = _sum(Name(f"d{place.gives}"), 0, True)
        yield _node(ops.MATMUL, _turned(last), added), "last_sample_only", 2.2
    for power in (1, -1):
        if place.penalties:
            yield scaled(rule, place.penalties, Factor(two=power).times), "l2_slip", 1.2


def _biases(place: Place, rule: Expr) -> Iterator[Slip]:
    dz = f"d{place.gives}"
    program, values = place.sheet.program, place.sheet.values
    if dz not in program.quantities:
        return
    width = float(np.shape(values[dz])[1])
    yield _sum(Name(dz), None), "db_sum_all", 1.2
    yield _over(_over(_sum(Name(dz), None), M), Const(width)), "db_sum_all", 1.3
    yield _sum(Name(dz), 1), "db_wrong_axis", 1.3
    for name in sorted(_gradients(place) - {place.quantity.name}):
        if program.leaves.get(name[1:]) == "parameter" and np.ndim(values[name]) == 2:
            yield _sum(Name(name), 0), "db_from_dW", 2.0
    yield Name(dz), "db_not_summed", 1.5


def _moves(place: Place, rule: Expr) -> Iterator[Slip]:
    program, parameter = place.sheet.program, place.quantity.parameter
    if parameter not in program.gradients:  # as what a layer keeps of all batches
        return
    if place.role == "new":
        yield Name(parameter), "bias_not_updated", 1.0
        gradient = program.gradients.get(parameter)
        rate = Name("eta", scalar=True)
        if gradient is not None and "eta" in program.leaves:
            yield _minus(Name(parameter), times(rate, Name(gradient))), "", 1.5
            yield _minus(Name(parameter), times(rate, Name(parameter))), "update_with_b", 2.0
    kept = {local for local, _ in program.state.values()}
    name = "" if not kept else "momentum_slip" if kept == {"v"} else "adam_slip"
    for formula in _means(place, rule) if place.role == "state" else _steps(place, rule):
        yield formula, name, 1.8


def _means(place: Place, rule: Expr) -> Iterator[Expr]:
    """What an optimizer keeps: its shares interchanged, one left out or put in, and what is corrected kept."""
    program, quantity = place.sheet.program, place.quantity
    gradient = Name(program.gradients[quantity.parameter])
    for scalar in sorted(
        {each.name for each in names(rule) if each.scalar and each.name not in ("eta", "t")}
    ):
        rest = _rest(Name(scalar, scalar=True))
        yield substituted(rule, {scalar: rest})
        yield substituted(rule, {gradient.name: times(rest, gradient)})
    for later in program.update_of(quantity.parameter):
        if later.name != f"{quantity.parameter}_new" and Name(quantity.name) in names(later.rule):
            yield substituted(later.rule, {quantity.name: rule})


def _steps(place: Place, rule: Expr) -> Iterator[Expr]:
    """A step by what an optimizer keeps, not corrected, or corrected as in the first step."""
    program = place.sheet.program
    kept = [each.name for each in names(rule) if each.name in program.quantities and not each.scalar]
    corrected = {name: program.quantities[name].rule for name in kept}
    corrected = {name: own for name, own in corrected.items() if Name("t", scalar=True) in names(own)}
    if corrected:
        plain = {name: Name(_read(program, own)) for name, own in corrected.items()}
        yield substituted(rule, plain)
        yield substituted(
            rule, {name: substituted(own, {"t": Const(1.0)}) for name, own in corrected.items()}
        )


def _read(program: Any, rule: Expr) -> str:
    """The quantity that a rule reads."""
    return next(each.name for each in names(rule) if each.name in program.quantities)
