"""A network from a fitted estimator of scikit-learn's, alone or at the end of a Pipeline of linear scalings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule import parts
from chainrule.errors import InputError, KindError
from chainrule.exchange.chain import Link, network
from chainrule.exchange.scaling import Scaling, scaling_links
from chainrule.exchange.tensors import common_dtype
from chainrule.network import Network
from chainrule.parts.contract import Activation, Array, Loss, Penalty
from chainrule.utils.checks import short

ACTIVATIONS: dict[str, Callable[[], Activation]] = {
    "identity": parts.Identity, "logistic": parts.Sigmoid, "tanh": parts.Tanh, "relu": parts.ReLU,
    "softmax": parts.Softmax,
}  # fmt: skip


@dataclass(frozen=True)
class _Model:
    """What an estimator learnt: a matrix and a vector for each layer, and what its training made small."""

    weights: list[tuple[Any, Any]]
    activations: list[Activation]
    loss: Loss
    penalty: Penalty | None
    bias: bool = True


def _perceptron(of: Any) -> _Model:
    between = len(of.coefs_) - 1
    last: Activation
    loss: Loss
    if of.loss == "poisson":
        from chainrule.sklearn.parts import Exponential, HalfPoissonDeviance

        last, loss = Exponential(), HalfPoissonDeviance()
    else:
        last = ACTIVATIONS[of.out_activation_]()
        loss = parts.CrossEntropy() if of.loss == "log_loss" else parts.HalfSquaredError()
    hidden = [ACTIVATIONS[of.activation]() for _ in range(between)]
    penalty = parts.SharedL2(of.alpha) if of.alpha else None
    return _Model(list(zip(of.coefs_, of.intercepts_, strict=True)), [*hidden, last], loss, penalty)


def _logistic(of: Any) -> _Model:
    several = len(of.classes_) > 2
    if several and (of.solver == "liblinear" or getattr(of, "multi_class", None) == "ovr"):
        raise InputError(
            "it asks of each class alone whether it is that one, and shares the answers out: no output of a network "
            'does that. Fit it with solver="lbfgs"'
        )
    if not several and getattr(of, "multi_class", None) == "multinomial":
        raise InputError('it has softmax of two classes by one sum: fit it without multi_class="multinomial"')
    whole = of.solver == "liblinear" and of.fit_intercept
    if whole and of.intercept_scaling != 1:
        raise InputError(
            f"its intercept costs by intercept_scaling={of.intercept_scaling:g}: fit it with 1, or with another solver"
        )
    strength = 0.0 if of.penalty is None else 1 / of.C
    if strength and (of.penalty == "l1" or (of.penalty != "l2" and of.l1_ratio)):
        raise InputError("its penalty is no L2 alone, as that which a network shares among its samples is")
    penalty = parts.SharedL2(strength, biases=whole) if strength else None
    last = parts.Softmax() if several else parts.Sigmoid()
    return _Model([(of.coef_.T, of.intercept_)], [last], parts.CrossEntropy(), penalty, of.fit_intercept)


def _linear(of: Any) -> _Model:
    strengths = np.unique(getattr(of, "alpha", 0.0))
    if len(strengths) > 1:
        raise InputError("it has an alpha for each target, and a network one penalty: fit it with one")
    penalty = parts.SharedL2(float(strengths[0])) if strengths[0] else None
    matrix = np.atleast_2d(of.coef_).T
    bias = np.broadcast_to(np.atleast_1d(np.asarray(of.intercept_, matrix.dtype)), matrix.shape[1:])
    return _Model([(matrix, bias)], [parts.Identity()], parts.HalfSquaredError(), penalty, of.fit_intercept)


# What is read of each; scikit-learn's own classes alone, since one that is derived may compute something else.
ESTIMATORS: dict[str, Callable[[Any], _Model]] = {
    "MLPClassifier": _perceptron,
    "MLPRegressor": _perceptron,
    "LogisticRegression": _logistic,
    "LinearRegression": _linear,
    "Ridge": _linear,
}
# Center and scale of each; where one was not asked for, it is None.
SCALERS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "StandardScaler": lambda s: (s.mean_ if s.with_mean else None, s.scale_),
    "MinMaxScaler": lambda s: (s.data_min_ - s.feature_range[0] / s.scale_, 1 / s.scale_),
    "MaxAbsScaler": lambda s: (None, s.scale_),
    "RobustScaler": lambda s: (s.center_, s.scale_),
}
OURS = ("sklearn.", "chainrule.sklearn.")  # whose classes they are


def from_sklearn(estimator: Any) -> Network:
    """The network of a fitted estimator, with its weights, copied, in their dtype, and its names.

    The estimator is an MLPClassifier or MLPRegressor (scikit-learn's or `chainrule.sklearn`'s), a LogisticRegression,
    LinearRegression or Ridge, which are networks without a hidden layer; or a Pipeline that ends in one, after any of
    StandardScaler, MinMaxScaler, MaxAbsScaler and RobustScaler, which become one `Standardize`.

    Loss and penalty are such that the gradients are those of scikit-learn's own training: cross-entropy or half the
    squared error, and `SharedL2` of alpha or of 1 / C. Of several targets scikit-learn's perceptron tells the mean of
    the squared errors as its loss, and takes the gradient of their sum; here both are of the sum. Weights of samples
    and classes stay behind: give them to `fit`.

    Parameters
    ----------
    estimator : as above; `feature_names_in_` and `classes_` become the network's `features` and `classes`

    Returns
    -------
    a network whose `predict` gives what `predict_proba` does (of two classes the second one's column), or `predict`
    for numbers

    Raises
    ------
    InputError : for an estimator that is not fitted, or has a step that is no such one, naming the step
    KindError : for something else

    >>> from sklearn.linear_model import LinearRegression
    >>> from_sklearn(LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])).predict([[2.0]]).round(9)
    array([[5.]])
    """
    from sklearn.base import BaseEstimator

    if not isinstance(estimator, BaseEstimator):
        raise KindError(
            f"{short(estimator)} is no estimator: give a fitted one, {', '.join(ESTIMATORS)} or a Pipeline that ends "
            "in one."
        )
    *before, (place, last) = _steps(estimator, "")
    scalings = [_scaling(*step) for step in before]
    if _known(last) not in ESTIMATORS:
        raise InputError(f"{place} is no network: {_instead(last)}.")
    model = _read(place, last, ESTIMATORS[_known(last)])
    chain, dtype = _links(place, model)
    net = network(
        [*scaling_links(scalings), *chain], loss=model.loss, penalty=model.penalty, dtype=dtype,
        features=_texts(getattr(estimator, "feature_names_in_", None)),
    )  # fmt: skip
    classes = _texts(getattr(last, "classes_", None))
    if classes is not None and len(classes) == max(net.outputs, 2):
        net.classes = classes
    return net


def _steps(estimator: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The steps of an estimator with their places, those of pipelines within it too."""
    name = type(estimator).__name__
    if _known(estimator) != "Pipeline":
        yield (f"step {path!r}, {name}" if path else f"the estimator, {name}"), estimator
        return
    for own, step in estimator.steps:
        if step is not None and step != "passthrough":
            yield from _steps(step, f"{path}.{own}" if path else own)


def _known(estimator: Any) -> str:
    """The name of a class that is scikit-learn's own, or chainrule's in its place; else nothing."""
    own = type(estimator).__module__.startswith(OURS)
    return type(estimator).__name__ if own else ""


def _instead(estimator: Any) -> str:
    if hasattr(estimator, "best_estimator_"):
        return "take its best_estimator_"
    return f"there are {', '.join(ESTIMATORS)}"


def _read(place: str, estimator: Any, read: Callable[[Any], Any]) -> Any:
    """What an estimator learnt; raises, naming the place, where it is not fitted or can't be a network."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
        return read(estimator)
    except NotFittedError:
        raise InputError(f"{place} is not fitted: call fit first.") from None
    except InputError as error:
        raise InputError(f"{place}: {error}.") from error


def _scaling(place: str, step: Any) -> Scaling:
    if _known(step) not in SCALERS:
        raise InputError(
            f"{place} is no scaling of each feature by a number: before a network there may be {', '.join(SCALERS)}. "
            "Fit the rest on what it makes of the samples."
        )
    if getattr(step, "clip", False):
        raise InputError(
            f"{place} clips what lies outside its range, and a network doesn't: fit it with clip=False."
        )
    center, scale = _read(place, step, SCALERS[_known(step)])
    return place, 0.0 if center is None else center, 1.0 if scale is None else scale


def _links(place: str, model: _Model) -> tuple[list[Link], str]:
    chain: list[Link] = []
    arrays: list[tuple[str, Array]] = []
    for i, ((matrix, bias), activation) in enumerate(zip(model.weights, model.activations, strict=True)):
        W = np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
        b = np.broadcast_to(np.asarray(bias, W.dtype), W.shape[1:])
        where = f"{place}: layer {i}"
        arrays.append((where, W))
        frozen = frozenset() if model.bias else frozenset({"b"})
        chain += [Link(where, parts.Dense(*W.shape), {"W": W, "b": b}, frozen), Link(where, activation)]
    return chain, common_dtype(arrays)


def _texts(names: Any) -> tuple[str, ...] | None:
    return None if names is None else tuple(str(name) for name in names)
