"""scikit-learn's multilayer perceptrons, trained by chainrule."""

from __future__ import annotations

import functools
import inspect
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from sklearn import neural_network
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from chainrule.network import Network
from chainrule.sklearn import beyond, choices, lbfgs, own_network, plain, scores, stochastic, validating
from chainrule.sklearn.trained import Trained, network_of

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
        own = "_beyond" in vars(self)
        network = own_network.network_of(self) if own else network_of(self, self.coefs_[0].dtype)  # type: ignore[attr-defined]
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

    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None) -> Any:
        """Fit to samples; see scikit-learn's.

        Parameters
        ----------
        X : samples (m, features)
        y : targets (m,) or (m, outputs)
        sample_weight : how much each sample counts (m,)
        X_val, y_val : samples and targets that are not trained on, as `HistGradientBoostingClassifier.fit` takes them:
            `validation_loss_curve_` gets the loss on them after each epoch, and with `early_stopping` they take the
            place of the `validation_fraction`
        """
        with validating.validation(self, X_val, y_val):
            return super().fit(X, y, sample_weight)  # type: ignore[misc]

    def _fit(self, X: Any, y: Any, sample_weight: Any = None, incremental: bool = False) -> Any:
        if beyond.asked(self):
            beyond.fit(self, X, y, sample_weight, incremental)
            return self
        beyond.leave(self, incremental)
        for name in ("_place", "validation_loss_curve_"):
            vars(self).pop(name, None)
        return super()._fit(X, y, sample_weight=sample_weight, incremental=incremental)  # type: ignore[misc]

    def _check_solver(self) -> bool:
        if choices.full_batch(self):
            name = self.solver if isinstance(self.solver, str) else type(self.solver).__name__  # type: ignore[attr-defined]
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {name} is not stochastic."
            )
        return True

    def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> Any:
        given: Any = self.activation  # type: ignore[attr-defined]
        if isinstance(given, str):
            return super()._init_coef(fan_in, fan_out, dtype)  # type: ignore[misc]
        logistic = (
            isinstance(given, list | tuple) and len(given) and all(each == "logistic" for each in given)
        )
        like = SimpleNamespace(
            activation="logistic" if logistic else "relu",
            _random_state=self._random_state,  # type: ignore[attr-defined]
        )
        return neural_network.MLPClassifier._init_coef(like, fan_in, fan_out, dtype)

    @property
    def _threshold(self) -> float:
        """Above which a single output says yes."""
        own = vars(self).get("_beyond")
        return 0.5 if own is None else float(own.network.answers.threshold)

    def _takes(self, X: Any, sample_weight: Any) -> bool:
        """Whether chainrule takes the steps."""
        arrays = [*self.coefs_, *self.intercepts_]  # type: ignore[attr-defined]
        small = isinstance(X, np.ndarray) or X.shape[0] * X.shape[1] * X.dtype.itemsize <= DENSE_BYTES
        return sample_weight is None and small and all(array.dtype == X.dtype for array in arrays)

    def _forward_pass_fast(self, X: Any, check_input: bool = True) -> Any:
        if own := vars(self).get("_beyond"):
            if check_input:
                X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
            return own.predict(self, X)
        trained: Trained | None = self.__dict__.get("_trained")
        outputs = None if trained is None else trained.outputs(X)
        return super()._forward_pass_fast(X, check_input=check_input) if outputs is None else outputs  # type: ignore[misc]

    def _fit_stochastic(self, X: Any, y: Any, sample_weight: Any, *rest: Any) -> None:
        sample_weight = choices.weights(self, y, sample_weight, rest[-1])
        if self._takes(X, sample_weight):
            stochastic.fit(self, X, y, rest[-1], self.engine)
        else:
            super()._fit_stochastic(X, y, sample_weight, *rest)  # type: ignore[misc]

    def _fit_lbfgs(self, X: Any, y: Any, sample_weight: Any, *rest: Any) -> None:
        fit = super()._fit_lbfgs  # type: ignore[misc]
        sample_weight = choices.weights(self, y, sample_weight, incremental=False)
        if not self._takes(X, sample_weight):
            fit(X, y, sample_weight, *rest)
            return
        with lbfgs.evaluated(self, X, y, self.engine):
            fit(X, y, sample_weight, *rest)

    def _loss_grad_lbfgs(self, packed: Any, *rest: Any) -> Any:
        evaluate = self.__dict__.get("_evaluate")
        return super()._loss_grad_lbfgs(packed, *rest) if evaluate is None else evaluate(packed)  # type: ignore[misc]


def _with(theirs: Any, own: dict[str, Any]) -> Any:
    """scikit-learn's constructor, whatever its parameters are in the installed version, and more by keyword."""

    @functools.wraps(theirs.__init__)
    def init(self: Any, *args: Any, **settings: Any) -> None:
        more = {name: settings.pop(name, default) for name, default in own.items()}
        theirs.__init__(self, *args, **settings)
        vars(self).update(more)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value) for name, value in own.items()
    ]
    signature = inspect.signature(theirs.__init__)
    init.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *added])  # type: ignore[attr-defined]
    return init


OWN: dict[str, Any] = {
    "dropout": None, "normalization": None, "callbacks": None, "scoring": None, "engine": "auto",
}  # fmt: skip


class MLPClassifier(_Trained, neural_network.MLPClassifier):  # type: ignore[misc]
    """scikit-learn's `MLPClassifier`: parameters, attributes, warnings and numbers are its own, the steps a network's.

    Parameters
    ----------
    all of scikit-learn's : as described there; and three of them may be more
    activation : also any of chainrule's, by name or as a part, or a list with one for each hidden layer
    solver : also an optimizer of chainrule's: by name, with `learning_rate_init`, or as a part, with its own
    warm_start : also "resume": fit goes on as if the last one had not ended
    loss : "log_loss", or any loss of chainrule's: a name, a part, or a function of outputs and targets
    class_weight : how much the samples of each class count: a dict, or "balanced", by which each class counts the same
    dropout : the part of each hidden layer's units that is off, by chance, in a step; or a list with one for each
    normalization : "batch" or "layer", before each hidden activation, or a list with one or None for each
    callbacks : a list of chainrule's callbacks, or functions that are called after each epoch with the `Run`
    scoring : by what early stopping goes: the name of a scorer, a function of (estimator, X, y), or "loss"
    engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles all but the shortest trainings

    >>> X, y = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 1, 1]
    >>> model = MLPClassifier((8,), solver="lbfgs", random_state=1).fit(X, y)
    >>> model.predict(X)
    array([0, 0, 1, 1])
    """

    __init__ = _with(neural_network.MLPClassifier, {"loss": "log_loss", "class_weight": None, **OWN})
    _parameter_constraints: ClassVar = {
        **neural_network.MLPClassifier._parameter_constraints,
        **choices.CLASSIFIER,
    }

    @available_if(lambda self: self._check_solver())  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:
        """Take one more epoch, over these samples; see scikit-learn's.

        Parameters
        ----------
        X : samples (m, features)
        y : targets (m,), or (m, labels) of 0 and 1
        sample_weight : how much each sample counts (m,)
        classes : all classes, in the first call; several labels a sample need none
        """
        if classes is None and not hasattr(self, "classes_") and type_of_target(y) == "multilabel-indicator":
            classes = np.arange(y.shape[1])
        return super().partial_fit(X, y, sample_weight=sample_weight, classes=classes)

    @available_if(lambda self: self._check_probable(True))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Any:
        """The probability of each class (m, classes); see scikit-learn's."""
        return super().predict_proba(X)

    @available_if(lambda self: self._check_probable(True))  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of each probability (m, classes); see scikit-learn's."""
        return super().predict_log_proba(X)

    @available_if(lambda self: self._check_probable(False))  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> Any:
        """The outputs of a loss of margins: (m, classes), or (m,) of two classes, above 0 for the second one.

        Parameters
        ----------
        X : samples (m, features)
        """
        check_is_fitted(self)
        outputs = self._forward_pass_fast(X)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = choices.probable(self.loss)  # margins are between classes
        return tags

    def _check_probable(self, wanted: bool) -> bool:
        if choices.probable(self.loss) != wanted:
            raise AttributeError(
                f"loss = {self.loss!r} gives no probabilities: ask decision_function, or take another loss, such as "
                "'log_loss'."
                if wanted
                else f"loss = {self.loss!r} gives probabilities: ask predict_proba."
            )
        return True

    def _predict(self, X: Any, check_input: bool = True) -> Any:
        if self._threshold == 0.5:
            return super()._predict(X, check_input=check_input)
        outputs = self._forward_pass_fast(X, check_input=check_input)
        flat = outputs[:, 0] if outputs.shape[1] == 1 else outputs
        return self._label_binarizer.inverse_transform(flat, threshold=self._threshold)

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> Any:
        if incremental and not reset and plain.samples(self, X):
            targets = plain.classes(self, X, y)
            if targets is not None:
                return X, targets
        return super()._validate_input(X, y, incremental, reset)

    def _score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if self.scoring is not None:
            return scores.asked(self, X, y, sample_weight)
        score = scores.accuracy(self, X, y) if sample_weight is None else None
        return super()._score(X, y, sample_weight=sample_weight) if score is None else score


class MLPRegressor(_Trained, neural_network.MLPRegressor):  # type: ignore[misc]
    """scikit-learn's `MLPRegressor`: parameters, attributes, warnings and numbers are its own, the steps a network's.

    Parameters
    ----------
    all of scikit-learn's : as described there
    loss : also any loss of chainrule's: a name ("poisson" is scikit-learn's), a part, or a function of outputs and
        targets
    activation, solver, warm_start, dropout, normalization, callbacks, scoring : as for `MLPClassifier`
    engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles all but the shortest trainings

    >>> X, y = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0.0, 2.0, 1.0, 1.0]
    >>> model = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", random_state=1).fit(X, y)
    >>> model.predict(X).round(2) + 0.0
    array([0., 2., 1., 1.])
    """

    __init__ = _with(neural_network.MLPRegressor, OWN)
    _parameter_constraints: ClassVar = {
        **neural_network.MLPRegressor._parameter_constraints,
        **choices.REGRESSOR,
    }

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> Any:
        if incremental and not reset and plain.samples(self, X) and plain.numbers(self, X, y):
            return X, y
        return super()._validate_input(X, y, incremental, reset)

    def _score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if self.scoring is not None:
            return scores.asked(self, X, y, sample_weight)
        score = scores.r2(self, X, y) if sample_weight is None else None
        return super()._score(X, y, sample_weight=sample_weight) if score is None else score
