"""What an estimator's parameters choose: the layers, the loss and the optimizer, scikit-learn's own or chainrule's."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, StrOptions

from chainrule.errors import InputError
from chainrule.network import Network
from chainrule.parts import LBFGS, BatchNorm, Dense, Dropout, Identity, LayerNorm, SharedL2, Sigmoid, Softplus
from chainrule.parts.contract import Activation, Array, Layer, Loss, Optimizer
from chainrule.sklearn.trained import ACTIVATIONS, Undrawn, optimizer_of, put, their_loss, their_optimizer

HIDDEN = {name for name in ACTIVATIONS if name not in ("softmax", "exp")}  # scikit-learn's own, and so on
MOST_LAYERS = 1000  # whose choices are looked at one by one
SOLVERS = {"adam", "sgd", "lbfgs"}
LOSSES = {"log_loss", "squared_error", "poisson"}
NORMALIZATIONS: dict[str, type[Layer]] = {"batch": BatchNorm, "layer": LayerNorm}
# By what a network and its steps are made; and what a training goes on with that is resumed.
FORM = ("activation", "dropout", "normalization", "loss", "solver", "hidden_layer_sizes")
COURSE = (
    *FORM, "learning_rate", "learning_rate_init", "power_t", "momentum", "nesterovs_momentum", "beta_1", "beta_2",
    "epsilon", "early_stopping", "validation_fraction", "random_state",
)  # fmt: skip

PARAMETERS: dict[str, Any] = {
    "engine": [StrOptions({"auto", "numpy", "compiled"})],
    "activation": [StrOptions(HIDDEN | set(Activation.registry())), Activation, callable, "array-like"],
    "solver": [StrOptions(SOLVERS | set(Optimizer.registry())), Optimizer],
    "dropout": [Interval(Real, 0, 1, closed="left"), "array-like", None],
    "normalization": [StrOptions(set(NORMALIZATIONS)), BatchNorm, LayerNorm, "array-like", None],
    "callbacks": [list, tuple, None],
    "scoring": [StrOptions({"loss", *get_scorer_names()}), callable, None],
    "warm_start": ["boolean", StrOptions({"resume"})],
}
CLASSIFIER: dict[str, Any] = {
    **PARAMETERS,
    "loss": [StrOptions({"log_loss", *Loss.registry()}), Loss, callable],
    "class_weight": [dict, StrOptions({"balanced"}), None],
}
REGRESSOR: dict[str, Any] = {
    **PARAMETERS,
    "loss": [StrOptions({"squared_error", *Loss.registry()}), Loss, callable],
}


def own_form(estimator: Any) -> bool:
    """Whether network, loss or optimizer are others than scikit-learn has."""
    return not (
        _among(estimator.activation, HIDDEN)
        and _among(estimator.solver, SOLVERS)
        and _among(estimator.loss, LOSSES)
        and estimator.normalization is None
        and (estimator.dropout is None or not np.any(estimator.dropout))
    )


def full_batch(estimator: Any) -> bool:
    """Whether the solver takes all samples at once."""
    return _among(estimator.solver, {"lbfgs"}) or isinstance(estimator.solver, LBFGS)


def their_steps(estimator: Any) -> bool:
    """Whether the solver is one of scikit-learn's by mini-batches."""
    return _among(estimator.solver, SOLVERS) and not full_batch(estimator)


def words(estimator: Any, names: Sequence[str]) -> dict[str, str]:
    """Some parameters, to be compared with those of a later fit."""
    return {name: _word(getattr(estimator, name)) for name in names}


def _word(given: Any) -> str:
    if isinstance(given, np.ndarray) and (given.ndim != 1 or given.size > MOST_LAYERS):
        return repr(given)  # which is refused
    if isinstance(given, list | tuple | np.ndarray):
        return (
            f"[{', '.join(repr(each) if isinstance(each, list | tuple) else _word(each) for each in given)}]"
        )
    if isinstance(given, np.random.RandomState):
        return "RandomState"
    name: str = getattr(given, "__qualname__", "<>")
    # The address of a function is another in another process, which those without a name don't get to.
    return repr(given) if "<" in name else f"{given.__module__}.{name}"


def _among(given: Any, names: set[str]) -> bool:
    return isinstance(given, str) and given in names


# --- the network --------------------------------------------------------------------------------------------


def network(estimator: Any, dtype: Any) -> Network:
    """A network of the layers, the loss and the penalty that an estimator asks for, with its weights."""
    coefs = estimator.coefs_
    found = Network(
        layers(estimator, [len(coefs[0]), *(coef.shape[1] for coef in coefs)]),
        loss=loss(estimator, dtype),
        penalty=SharedL2(estimator.alpha) if estimator.alpha else None,
        initializer=Undrawn(),
        dtype=np.dtype(dtype).name,
    )
    put(estimator, found.parameters)
    return found


def layers(estimator: Any, sizes: Sequence[int]) -> list[Layer]:
    """Dense, normalization, activation and dropout of each hidden layer, and the output's."""
    count, found = len(sizes) - 2, list[Layer]()
    chosen = zip(
        each(estimator.normalization, "normalization", count),
        each(estimator.activation, "activation", count),
        each(estimator.dropout, "dropout", count),
        strict=True,
    )
    for i, (normalization, activation, dropout) in enumerate(chosen):
        found += [Dense(sizes[i], sizes[i + 1]), *_normalization(normalization), _activation(activation)]
        if dropout:
            found.append(Dropout(float(dropout) if isinstance(dropout, Real) else dropout))
    return [*found, Dense(sizes[-2], sizes[-1]), output(estimator, sizes[-1])]


def each(given: Any, name: str, count: int) -> list[Any]:
    """What a parameter chooses for each hidden layer."""
    if not isinstance(given, list | tuple | np.ndarray):
        return [given] * count
    if isinstance(given, np.ndarray) and given.ndim != 1:
        raise InputError(f"{name} has the shape {given.shape}: give one for each hidden layer, in a list.")
    if len(given) != count:
        raise InputError(
            f"{name} names {len(given)}, and hidden_layer_sizes has {count}: give one for each hidden layer, or a "
            "single one for all."
        )
    return list(given)


def _activation(given: Any) -> Activation:
    return ACTIVATIONS[given]() if _among(given, HIDDEN) else Activation.of(given)


def _normalization(given: Any) -> list[Layer]:
    if given is None:
        return []
    if isinstance(given, BatchNorm | LayerNorm):
        return [given]
    if not _among(given, set(NORMALIZATIONS)):
        raise InputError(
            f"normalization = {given!r}: give 'batch', 'layer', None, a BatchNorm, a LayerNorm, or one of them for "
            "each hidden layer."
        )
    return [NORMALIZATIONS[given]()]


# --- the loss -----------------------------------------------------------------------------------------------


def loss(estimator: Any, dtype: Any) -> Loss:
    """The loss by name, scikit-learn's names first; a part; or that of a function."""
    if _among(estimator.loss, LOSSES):
        return their_loss(estimator.loss, dtype)
    found = Loss.of(estimator.loss)
    if found.group > 1:
        raise InputError(
            f"{found.title()} compares rows with each other, and an estimator's samples have no order: train a "
            "Network on it."
        )
    if getattr(found, "from_logits", False) and is_classifier(estimator):
        raise InputError(
            f"loss = {found}: the network of a classifier ends in probabilities, so leave from_logits out."
        )
    return found


def output(estimator: Any, outputs: int) -> Activation:
    """The activation of the output: scikit-learn's, unless the loss is another and needs another one."""
    theirs = ACTIVATIONS[_their_output(estimator)]()
    if _among(estimator.loss, LOSSES):
        return theirs
    found = Loss.of(estimator.loss)
    return next((one for one in (theirs, Identity(), Softplus()) if _fits(found, one, outputs)), theirs)


def _their_output(estimator: Any) -> str:
    if not is_classifier(estimator):
        return "exp" if _among(estimator.loss, {"poisson"}) else "identity"
    return "softmax" if estimator._label_binarizer.y_type_ == "multiclass" else "logistic"


def _fits(given: Loss, activation: Activation, outputs: int) -> bool:
    try:
        given.for_output(activation, outputs)
    except InputError:
        return False
    return given.threshold == 0.5 or isinstance(activation, Identity)


def probable(given: Any) -> bool:
    """Whether a classifier with that loss gives probabilities."""
    return _among(given, LOSSES) or _fits(Loss.of(given), Sigmoid(), 1)


def out_activation(activation: Activation) -> str:
    """The name of an output's activation, scikit-learn's where it has one."""
    theirs = {kind: name for name, kind in ACTIVATIONS.items()}
    return theirs.get(type(activation), activation.name())


# --- the optimizer ------------------------------------------------------------------------------------------


def optimizer(estimator: Any) -> Optimizer:
    """The rules that the solver names, as they are before the first step."""
    solver = estimator.solver
    if _among(solver, {"lbfgs"}):
        return LBFGS(gradient_tolerance=float(estimator.tol), max_fun=estimator.max_fun)
    if _among(solver, SOLVERS):
        return optimizer_of(their_optimizer(estimator, []))
    if isinstance(solver, str):
        found: Any = Optimizer.of(solver)
        found.learning_rate = float(estimator.learning_rate_init)
    else:
        found = copy.deepcopy(solver.stateless())
        _unset(estimator, "learning_rate_init", f"{found} has a learning rate of its own: write it there")
    _unset(estimator, "learning_rate", "it goes with solver='sgd'; another one takes a schedule as its rate")
    return found  # type: ignore[no-any-return]


def _unset(estimator: Any, name: str, why: str) -> None:
    """Raise for a parameter that would be passed over."""
    given, default = getattr(estimator, name), inspect.signature(type(estimator)).parameters[name].default
    if given != default:
        raise InputError(f"{name} = {given!r} would change nothing: {why}.")


def weights(estimator: Any, y: Array, given: Any, incremental: bool) -> Any:
    """How much each sample counts: by itself, times by its class; None where all count the same."""
    by_class = getattr(estimator, "class_weight", None)
    if by_class is None:
        return given
    if incremental and by_class == "balanced":
        raise InputError(
            "class_weight = 'balanced' takes all samples to count the classes, and partial_fit has some: give the "
            "weights, by compute_class_weight('balanced', classes=classes, y=y), as a dict."
        )
    if estimator._label_binarizer.y_type_.startswith("multilabel"):
        raise InputError(
            "class_weight weighs samples by the one class that each has, and y has several labels a sample: leave it "
            "out; sample_weight weighs samples."
        )
    from sklearn.utils.class_weight import compute_sample_weight

    codes = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0].astype(np.intp)
    found = compute_sample_weight(by_class, estimator.classes_[codes])
    return found if given is None else found * given
