"""scikit-learn's multilayer perceptrons, trained by chainrule."""

from __future__ import annotations

import functools
import inspect
from typing import Any, ClassVar

import numpy as np
from sklearn import neural_network
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from chainrule.network import Network
from chainrule.sklearn import lbfgs, plain, scores, stochastic
from chainrule.sklearn.trained import Trained, network_of

ENGINES: dict[str, Any] = {"engine": [StrOptions({"auto", "numpy", "compiled"})]}
DENSE_BYTES = 2**28  # of sparse samples that are made dense; larger ones are left to scikit-learn


class _Trained:
    """What chainrule does in place of scikit-learn: it takes the steps. All else is scikit-learn's own."""

    engine: str

    def __getstate__(self) -> Any:
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        return {name: value for name, value in state.items() if name != "_trained"}

    @property
    def network_(self) -> Network:
        """A network with what was learnt, to be read as any other: traced, explained, exported, trained on."""
        check_is_fitted(self)
        network = network_of(self, self.coefs_[0].dtype)  # type: ignore[attr-defined]
        names = getattr(self, "feature_names_in_", None)
        network.features = None if names is None else tuple(map(str, names))
        classes = getattr(self, "classes_", None)
        if classes is not None and len(classes) == max(network.outputs, 2):
            network.classes = tuple(str(each) for each in classes)
        return network

    def explain(self, X: Any, **how: Any) -> Any:
        """How the outputs for some samples come about, line by line; see `Trace.explain`.

        Parameters
        ----------
        X : samples (m, features), or one
        how : as for `Trace.explain`
        """
        return self.network_.trace(X).explain(**how)

    def _takes(self, X: Any, sample_weight: Any) -> bool:
        """Whether chainrule takes the steps."""
        arrays = [*self.coefs_, *self.intercepts_]  # type: ignore[attr-defined]
        small = isinstance(X, np.ndarray) or X.shape[0] * X.shape[1] * X.dtype.itemsize <= DENSE_BYTES
        return sample_weight is None and small and all(array.dtype == X.dtype for array in arrays)

    def _forward_pass_fast(self, X: Any, check_input: bool = True) -> Any:
        trained: Trained | None = self.__dict__.get("_trained")
        outputs = None if trained is None else trained.outputs(X)
        return super()._forward_pass_fast(X, check_input=check_input) if outputs is None else outputs  # type: ignore[misc]

    def _fit_stochastic(self, X: Any, y: Any, sample_weight: Any, *rest: Any) -> None:
        if self._takes(X, sample_weight):
            stochastic.fit(self, X, y, rest[-1], self.engine)
        else:
            super()._fit_stochastic(X, y, sample_weight, *rest)  # type: ignore[misc]

    def _fit_lbfgs(self, X: Any, y: Any, sample_weight: Any, *rest: Any) -> None:
        fit = super()._fit_lbfgs  # type: ignore[misc]
        if not self._takes(X, sample_weight):
            fit(X, y, sample_weight, *rest)
            return
        with lbfgs.evaluated(self, X, y, self.engine):
            fit(X, y, sample_weight, *rest)

    def _loss_grad_lbfgs(self, packed: Any, *rest: Any) -> Any:
        evaluate = self.__dict__.get("_evaluate")
        return super()._loss_grad_lbfgs(packed, *rest) if evaluate is None else evaluate(packed)  # type: ignore[misc]


def _with_engine(theirs: Any) -> Any:
    """scikit-learn's constructor, whatever its parameters are in the installed version, and `engine`."""

    @functools.wraps(theirs.__init__)
    def init(self: Any, *args: Any, engine: str = "auto", **settings: Any) -> None:
        theirs.__init__(self, *args, **settings)
        self.engine = engine

    own = inspect.Parameter("engine", inspect.Parameter.KEYWORD_ONLY, default="auto")
    signature = inspect.signature(theirs.__init__)
    init.__signature__ = signature.replace(parameters=[*signature.parameters.values(), own])  # type: ignore[attr-defined]
    return init


class MLPClassifier(_Trained, neural_network.MLPClassifier):  # type: ignore[misc]
    """scikit-learn's `MLPClassifier`: parameters, attributes, warnings and numbers are its own, the steps a network's.

    Parameters
    ----------
    all of scikit-learn's : as described there
    engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles all but the shortest trainings

    >>> X, y = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 1, 1]
    >>> model = MLPClassifier((8,), solver="lbfgs", random_state=1).fit(X, y)
    >>> model.predict(X)
    array([0, 0, 1, 1])
    """

    __init__ = _with_engine(neural_network.MLPClassifier)
    _parameter_constraints: ClassVar = {**neural_network.MLPClassifier._parameter_constraints, **ENGINES}

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> Any:
        if incremental and not reset and plain.samples(self, X):
            targets = plain.classes(self, X, y)
            if targets is not None:
                return X, targets
        return super()._validate_input(X, y, incremental, reset)

    def _score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        score = scores.accuracy(self, X, y) if sample_weight is None else None
        return super()._score(X, y, sample_weight=sample_weight) if score is None else score


class MLPRegressor(_Trained, neural_network.MLPRegressor):  # type: ignore[misc]
    """scikit-learn's `MLPRegressor`: parameters, attributes, warnings and numbers are its own, the steps a network's.

    Parameters
    ----------
    all of scikit-learn's : as described there
    engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles all but the shortest trainings

    >>> X, y = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0.0, 2.0, 1.0, 1.0]
    >>> model = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", random_state=1).fit(X, y)
    >>> model.predict(X).round(2) + 0.0
    array([0., 2., 1., 1.])
    """

    __init__ = _with_engine(neural_network.MLPRegressor)
    _parameter_constraints: ClassVar = {**neural_network.MLPRegressor._parameter_constraints, **ENGINES}

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> Any:
        if incremental and not reset and plain.samples(self, X) and plain.numbers(self, X, y):
            return X, y
        return super()._validate_input(X, y, incremental, reset)

    def _score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        score = scores.r2(self, X, y) if sample_weight is None else None
        return super()._score(X, y, sample_weight=sample_weight) if score is None else score
