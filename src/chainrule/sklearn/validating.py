"""Samples that a fit is given to validate with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn.base import is_classifier
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from chainrule.errors import InputError
from chainrule.model.labels import Labels
from chainrule.sklearn.stochastic import HeldOut, as_dense, as_targets


@contextmanager
def validation(estimator: Any, X_val: Any, y_val: Any) -> Iterator[None]:
    """Have samples at hand that a fit validates with, as long as what follows takes."""
    if (X_val is None) != (y_val is None):
        there, lacking = ("X_val", "y_val") if y_val is None else ("y_val", "X_val")
        raise InputError(f"{there} is given without {lacking}: give both, or none.")
    if X_val is not None:
        estimator._given = X_val, y_val
    try:
        yield
    finally:
        vars(estimator).pop("_given", None)


def given(estimator: Any) -> HeldOut | None:
    """The samples that were given to validate with, checked as the others were."""
    if "_given" not in vars(estimator):
        return None
    X, y = estimator._given
    X = validate_data(
        estimator, X, accept_sparse=["csr", "csc"], dtype=estimator.coefs_[0].dtype, reset=False,
    )  # fmt: skip
    check_consistent_length(X, y)
    if not is_classifier(estimator):
        y = check_array(y, ensure_2d=False, dtype=X.dtype, input_name="y_val")
        y = y.reshape(len(y), -1)
        if y.shape[1] != estimator.n_outputs_:
            raise InputError(f"y_val has {y.shape[1]} targets a sample, and y {estimator.n_outputs_}.")
        return HeldOut(X, y, y)
    y = check_array(y, ensure_2d=False, dtype=None, input_name="y_val")
    several = estimator._label_binarizer.y_type_.startswith("multilabel")
    if y.ndim == 2 and not several and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 + several or (several and y.shape[1] != estimator.n_outputs_):
        raise InputError(f"y_val has the shape {y.shape}, and y another form: give it as y is.")
    unknown = [] if several else sorted(set(y.tolist()) - set(estimator.classes_.tolist()))
    if unknown:
        known = ", ".join(map(str, estimator.classes_))
        raise InputError(f"y_val has the class {unknown[0]!r}, which y has not: there is {known}.")
    return HeldOut(X, y, estimator._label_binarizer.transform(y))


def measured(estimator: Any, held_out: HeldOut | None, dtype: Any) -> Any:
    """What is held out, as a training measures the loss on it."""
    if held_out is None:
        return None
    if not hasattr(estimator, "validation_loss_curve_"):
        estimator.validation_loss_curve_ = []
    targets = as_targets(estimator, held_out.targets, dtype)
    return as_dense(held_out.X), targets.codes if isinstance(targets, Labels) else targets
