"""The catalogue of mistakes: what each is, and a hint that does not give it away.

They were gathered from code and pages that people have published; `seen` counts independent sightings, and decides
between answers that are equally near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from chainrule.check.edits import Edit
from chainrule.check.factors import Factor
from chainrule.check.place import Place
from chainrule.check.sheet import walk
from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops


@dataclass(frozen=True)
class Mistake:
    """One of the catalogue.

    Parameters
    ----------
    told : what was done, after "your dz1 is …:"
    hint : where to look, without the answer
    seen : how often it was found
    """

    told: str
    hint: str
    seen: int = 0


_FORWARD = "Write down what a unit does with its inputs, term by term, and compare."
_FUNCTION = "Take a single unit: what does its function make of this z?"
_LOSS = "Write the loss of the first sample alone, with its numbers."
_OUTPUT = "How does the loss change if one output's z grows a little? By way of which functions?"
_SLOPE = (
    "A gradient that goes back through a function is multiplied by something: by what, and at which number?"
)
_BACK = "A hidden unit feeds several units: through which weights does their error come back?"
_WEIGHT = "A weight stands between two numbers: what comes into it, and whose error comes back to it?"
_BIAS = "A bias is a weight of an input that is always 1. What does that make of its gradient?"
_UPDATE = "Which way is downhill, and how far does one step go?"
_STATE = "Write the optimizer's formulas for a single number, and say which value is old and which new."

_CLASSES = (
    "Take two samples and three classes: what has one number for each sample, and what one for each class?"
)
_LOOP = "Write down for three steps which rows each takes, and with which weights."

CATALOGUE: dict[str, Mistake] = {
    "sigmoid_sign": Mistake("the sign of z is turned within the function", _FUNCTION, 10),
    "sigmoid_times_z": Mistake("the function is multiplied by z", _FUNCTION, 1),
    "activation_missing": Mistake("the activation is missing: a is z", _FUNCTION, 1),
    "activation_twice": Mistake("the activation is applied twice", _FUNCTION, 3),
    "other_function": Mistake("it is another activation's", _FUNCTION),
    "relu_output": Mistake(
        "the outputs are cut off at 0, and the network's function is another one", _FUNCTION, 3,
    ),
    "bias_missing": Mistake("the bias is missing", _FORWARD, 2),
    "bias_minus": Mistake("the bias is taken off, and it is to be added", _FORWARD, 1),
    "W_transposed": Mistake(
        "the weights are transposed", "Which index of a weight counts the inputs, rows or columns?",
    ),
    "softmax_axis": Mistake("it is divided by the sum over the samples, not over the classes", _FUNCTION, 6),
    "softmax_all": Mistake(
        "it is divided by the sum over everything, not over the classes of a sample", _FUNCTION, 6,
    ),
    "ce_no_minus": Mistake("the minus sign of the loss is missing", _LOSS, 2),
    "bce_half": Mistake("the terms of the targets that are 0 are missing", _LOSS, 1),
    "bce_for_softmax": Mistake(
        "it is the loss of yes-or-no outputs, and here one class of several is right", _LOSS, 1,
    ),
    "log_missing": Mistake("the logarithm is missing", _LOSS),
    "loss_grad_differ": Mistake("it is another loss than the one whose gradients these are", _LOSS, 6),
    "loss_of_argmax": Mistake("it is the loss of the class that was chosen, not of the outputs", _LOSS, 1),
    "square_slip": Mistake("the error is not that of the outputs, or a root is taken of it", _LOSS, 3),
    "y_shape": Mistake(
        "outputs in a column meet targets in a row, so each output is compared with every target",
        "Which shapes do the outputs and the targets have?", 4,
    ),
    "dz2_sign": Mistake("the error's sign is turned, and the weights go the wrong way by it", _OUTPUT, 2),
    "dz_sign": Mistake("its sign is turned", _SLOPE),
    "output_slope_missing": Mistake("the slope of the output's function is missing", _OUTPUT, 4),
    "output_slope_extra": Mistake("it is multiplied by a slope that has cancelled already", _OUTPUT, 2),
    "softmax_diag": Mistake(
        "it takes a (1 - a) for the slope of softmax, in which all outputs depend on each z", _OUTPUT, 8,
    ),
    "slope_of_a": Mistake("the slope is taken at a, and it is to be taken at z", _SLOPE, 6),
    "form_of_z": Mistake("z is put into the formula of the slope that is made for a", _SLOPE, 3),
    "slope_flip": Mistake("the slope is a (a - 1), and it is a (1 - a)", _SLOPE, 1),
    "slope_formula": Mistake("the formula of the slope is wrong", _SLOPE, 8),
    "slope_twice": Mistake("the slope is taken twice", _SLOPE),
    "dz2_times_z": Mistake("it is multiplied by z or a, which does not belong there", _SLOPE, 1),
    "dz2_scalar": Mistake("errors are added up that belong to different outputs or samples", _OUTPUT, 1),
    "da1_from_error": Mistake("the error itself is sent back, and it is to be the gradient of z", _BACK, 22),
    "da1_no_transpose": Mistake("the weights are not transposed", _BACK, 1),
    "da1_updated_W2": Mistake("it takes the new weights, and the old ones made the outputs", _BACK, 7),
    "da1_dW2": Mistake("it takes the gradient of the weights for the weights", _BACK, 1),
    "da1_some_outputs": Mistake("only some of the units are added up", _BACK, 1),
    "da1_shares": Mistake("each weight is divided by the sum of the weights", _BACK, 1),
    "slope_skipped": Mistake("the slope of the activation is missing", _SLOPE, 5),
    "slope_of_other_function": Mistake("it is the slope of another activation", _SLOPE, 4),
    "slope_of_other_layer": Mistake("the slope is that of another layer", _SLOPE, 2),
    "relu_slope_wrong": Mistake("the slope is not 1 where z > 0 and 0 elsewhere", _SLOPE, 2),
    "last_sample_only": Mistake("only the last sample counts", "How many samples are in the batch?", 1),
    "dot_for_star": Mistake("a product of matrices and one entry by entry are interchanged", _WEIGHT, 1),
    "dW_from_z": Mistake("it takes z of the layer before, and its a comes into the weight", _WEIGHT, 1),
    "dW_wrong_layer": Mistake(
        "it takes the layer's own output, and its input comes into the weight", _WEIGHT, 1,
    ),
    "dW1_from_da1": Mistake("it takes da for dz", _WEIGHT, 3),
    "dW_transposed": Mistake(
        "it is transposed, unlike the other weights", "Which shape has the weight itself?", 3,
    ),
    "dW_sign": Mistake("its sign is turned, unlike the others'", _WEIGHT),
    "dW_no_transpose": Mistake("what comes into the weights is not transposed", _WEIGHT),
    "one_over_m_twice": Mistake(
        "it is divided by the number of samples once more", "How often does 1/m stand on the way?", 2,
    ),
    "one_over_m_mixed": Mistake(
        "the weights' gradient and the bias's are not divided by the same number",
        "Where does 1/m stand for the weights, and where for the bias?", 5,
    ),
    "scale_differs": Mistake("its factor is not that of the other layers", "Which factors stand on the way?"),
    "db_sum_all": Mistake("everything is added up, and each unit has a bias of its own", _BIAS, 24),
    "db_not_summed": Mistake("it is not added up over the samples", _BIAS, 3),
    "db_from_dW": Mistake("it adds up the weights' gradient, and not dz", _BIAS, 1),
    "db_from_da": Mistake("it takes da for dz", _BIAS),
    "db_wrong_axis": Mistake("it is added up over the units, and not over the samples", _BIAS, 2),
    "sum_axis": Mistake(
        "it is added up along another axis, or over everything", "Which axis counts the samples, and which the units?",
    ),
    "l2_slip": Mistake(
        "the penalty's part is missing, or has another factor or sign",
        "What does the penalty add to this gradient?",
        6,
    ),
    "update_sign": Mistake("the step goes uphill", _UPDATE, 3),
    "grads_not_reset": Mistake(
        "the gradients of earlier steps are still in it: they are added up, and never set to 0",
        "Look at the second step: what is in a gradient before its first term is added?", 4,
    ),
    "bias_not_updated": Mistake("it has not moved", _UPDATE, 6),
    "update_with_b": Mistake("it takes the parameter itself for its gradient", _UPDATE, 1),
    "eta_missing": Mistake("the learning rate is not that of the task", _UPDATE, 1),
    "momentum_slip": Mistake("the velocity is not what momentum makes of it", _STATE, 7),
    "adam_slip": Mistake("the moments are not what Adam makes of them", _STATE, 7),
    "optimizer_slip": Mistake("the optimizer's formula is not followed", _STATE),
    "softmax_unstable": Mistake(
        "e to the power of a large z is infinite", "What is e^1000? And what does a shift of all z change?", 5,
    ),
    "argmax_axis": Mistake(
        "the largest is looked for over the samples or over everything, not over the classes", _CLASSES, 3,
    ),
    "onehot_width": Mistake(
        "it is as wide as the largest label asks for, and not all classes need be among the labels", _CLASSES, 3,
    ),
    "class_off_by_one": Mistake("the classes are counted from 1, and they count from 0", _CLASSES),
    "onehot_transposed": Mistake("samples are columns", _CLASSES),
    "batch_slice": Mistake("batches begin one row apart, and overlap", _LOOP, 1),
    "last_batch": Mistake("the last rows, fewer than a batch, are left out", _LOOP, 2),
    "shuffle_apart": Mistake("x and y are taken by different rows", _LOOP, 2),
    "not_shuffled": Mistake("the rows are taken as they stand", _LOOP),
    "seed_again": Mistake("the generator begins anew in each epoch, so all epochs have one order", _LOOP),
    "epochs_wrong": Mistake("it goes through the samples another number of times", _LOOP),
    "loss_of_last_batch": Mistake("it is the loss of the last batch alone", _LOOP, 4),
    "arithmetic_slip": Mistake(
        "some numbers are wrong and the others right: a slip in counting", "Count once more.", 2,
    ),
}  # fmt: skip


def counted(names: Iterable[str]) -> int:
    """How often a mistake has been seen."""
    return max((CATALOGUE[name].seen for name in names), default=0)


def identified(place: Place, edit: Edit) -> str:
    """The catalogue's name for an edit of a line; empty where it has none."""
    if edit.kind == "last row":
        return "last_sample_only"
    if edit.kind == "product":
        return "dot_for_star"
    found = _BY_ROLE.get(place.role)
    name = "" if found is None else found(place, edit)
    return "sum_axis" if edit.kind == "axis" and not name else name


def factor_names(place: Place, factor: Factor) -> list[str]:
    """The catalogue's names for a factor that a line has and others don't."""
    if factor.eta or (place.role == "new" and factor.sign > 0):
        return ["eta_missing"]
    if place.role == "state":
        kept = {local for local, _ in place.sheet.program.state.values()}
        return ["optimizer_slip" if not kept else "momentum_slip" if kept == {"v"} else "adam_slip"]
    if factor.m and not (factor.sign < 0 and place.role == "dz"):  # of which all before it would be passed on
        mixed = ["one_over_m_mixed", "one_over_m_twice"]
        return mixed if place.role == "db" or factor.m > 0 else mixed[::-1]
    if factor.sign > 0:
        return ["scale_differs"]
    signs = {"dz": ["dz2_sign" if place.last else "dz_sign", "slope_flip"], "new": ["update_sign"],
             "dW": ["dW_sign"], "db": ["dW_sign"]}  # fmt: skip
    return signs.get(place.role, ["dz_sign"])


def _is(item: Expr | None, op: object) -> bool:
    return isinstance(item, Node) and item.op is op


def _name(item: Expr | None) -> str:
    return item.name if isinstance(item, Name) else ""


def _sum_z(place: Place, edit: Edit) -> str:
    bias = _name(edit.old) and np.ndim(place.sheet.values[_name(edit.old)]) == 1
    if edit.kind == "transpose":
        return "W_transposed"
    return {"left out": "bias_missing", "sign": "bias_minus"}.get(edit.kind, "") if bias else ""


def _activation(place: Place, edit: Edit) -> str:
    if edit.kind == "axis":
        return "softmax_all" if edit.new == Const(-1) else "softmax_axis"
    if edit.kind == "replaced" and _name(edit.new) == place.takes and isinstance(edit.old, Node):
        return "activation_missing"
    return (
        "sigmoid_sign"
        if edit.kind in ("sign", "left out") and _name(edit.old or edit.new) == place.takes
        else ""
    )


def _loss(place: Place, edit: Edit) -> str:
    if edit.kind == "sign":
        return "ce_no_minus"
    if edit.kind == "left out" and _is(edit.old, ops.LOG):
        return "log_missing"
    if edit.kind == "left out":
        if _is(edit.old, ops.NEGATIVE):
            return "ce_no_minus"
        return (
            "bce_half" if edit.old is not None and any(_is(item, ops.LOG) for item in walk(edit.old)) else ""
        )
    if edit.kind == "replaced" and _name(edit.old) == place.gives:
        return "square_slip"
    return ""


def _slope(place: Place, edit: Edit) -> str:
    missing = "output_slope_missing" if place.last else "slope_skipped"
    if edit.kind == "replaced" and _name(edit.new) == f"d{place.gives}" and isinstance(edit.old, Node):
        return missing
    if edit.kind == "left out" and _name(edit.new) == f"d{place.gives}":
        return missing
    swapped = {_name(edit.old), _name(edit.new)} == {place.takes, place.gives}
    if edit.kind == "throughout" and not swapped:
        return "slope_of_other_layer"
    if edit.kind == "replaced" and swapped:
        own = "form_of_z" if _name(edit.new) == place.takes else "slope_of_a"
        return "square_slip" if place.last else own
    if edit.kind == "throughout":
        return "slope_of_a" if _name(edit.old) == place.takes else "form_of_z"
    if edit.kind == "sign":
        return "dz2_sign" if place.last else "slope_formula"
    chooses = edit.kind in ("comparison", "left out") and place.function.endswith("relu")
    return "relu_slope_wrong" if chooses else "slope_formula"


def _back(place: Place, edit: Edit) -> str:
    if edit.kind == "transpose" or _is(edit.old, ops.TRANSPOSE):
        return "da1_no_transpose"
    old, new = _name(edit.old), _name(edit.new)
    if new == f"{old}_new":
        return "da1_updated_W2"
    if new == f"d{old}":
        return "da1_dW2"
    return "da1_from_error" if edit.kind == "replaced" and old == f"d{place.gives}" else ""


def _weight(place: Place, edit: Edit) -> str:
    old, new = _name(edit.old), _name(edit.new)
    if edit.kind == "left out" and _is(edit.old, ops.TRANSPOSE):
        return "dW_no_transpose"
    if edit.kind == "transpose" or _is(edit.old, ops.TRANSPOSE):
        return "dW_transposed"
    if edit.kind == "replaced" and old == place.takes:
        return "dW_from_z" if new[:1] == "z" else "dW_wrong_layer"
    if edit.kind == "replaced" and old == f"d{place.gives}":
        return "dW1_from_da1" if new[:2] == "da" else "dW_wrong_layer"
    if edit.kind == "sign" and edit.cost <= 1:
        return "dW_sign"
    return "l2_slip" if place.penalties and edit.kind in ("left out", "sign") else ""


def _bias(place: Place, edit: Edit) -> str:
    if edit.kind == "axis":
        return "db_wrong_axis" if edit.new == Const(1) else "db_sum_all"
    if edit.kind == "left out" and _is(edit.old, ops.SUM):
        return "db_not_summed"
    return "db_from_da" if edit.kind == "replaced" and _name(edit.new)[:2] == "da" else ""


def _new(place: Place, edit: Edit) -> str:
    parameter = place.quantity.parameter
    if edit.kind == "left out" and _name(edit.new) == parameter:
        return "bias_not_updated"
    if edit.kind == "left out" and _name(edit.old) == "eta":
        return "eta_missing"
    if edit.kind == "sign":
        return "update_sign"
    return _state(place, edit)


def _state(place: Place, edit: Edit) -> str:
    gradients = (place.sheet.program.gradients.get(place.quantity.parameter), f"d{place.quantity.parameter}")
    if (
        edit.kind == "replaced"
        and _name(edit.new) == place.quantity.parameter
        and _name(edit.old) in gradients
    ):
        return "update_with_b"
    kept = {local for local, _ in place.sheet.program.state.values()}
    return "optimizer_slip" if not kept else "momentum_slip" if kept == {"v"} else "adam_slip"


_BY_ROLE: dict[str, Callable[[Place, Edit], str]] = {
    "z": _sum_z, "a": _activation, "loss": _loss, "dz": _slope, "da": _back, "dW": _weight, "db": _bias, "new": _new,
    "state": _state,
}  # fmt: skip
