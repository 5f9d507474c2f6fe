"""scikit-learn's metrics by name: what each judges, when it is not defined, and which way is better."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import MissingPackage, UnknownName
from chainrule.evaluation.judged import Judged, Kind
from chainrule.utils.checks import short

Measure = Callable[[Any, Judged], float]


@dataclass(frozen=True)
class Metric:
    """A metric of scikit-learn's.

    Parameters
    ----------
    name, title : as it is asked for, and as it is told
    kinds : what it judges
    measure : its value for what was judged, of `sklearn.metrics`
    lacks : why it is not defined for what is true; empty if it is
    mode : whether the "max" or the "min" is best
    share : whether it is told in percent
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    measure: Measure
    lacks: Callable[[Judged], str] = lambda judged: ""
    mode: str = "max"
    share: bool = False

    def __call__(self, judged: Judged) -> float:
        """Its value; NaN where an output is not finite. Where `lacks` says why it has none, it is not asked."""
        if not np.isfinite(judged.scores).all():
            return math.nan
        return float(self.measure(scikit_learn(), judged))

    def shown(self, value: float | None) -> str:
        """A value as it is told."""
        if value is None:
            return "–"
        if self.share:
            return f"{value:.2%}"
        return f"{value:.{4 if abs(value) < 1000 else 6}g}"


def scikit_learn() -> Any:
    """scikit-learn's metrics, imported where they are used."""
    try:
        from sklearn import metrics
    except ImportError:
        raise MissingPackage("scikit-learn", "to evaluate") from None
    return metrics


def find(name: Any, kind: Kind | None = None) -> Metric:
    """The metric of that name, among those that judge such answers.

    Raises
    ------
    UnknownName
    """
    known = [metric.name for metric in METRICS.values() if kind is None or kind in metric.kinds]
    if name not in known:
        hint = ""
        if name in METRICS:
            hint = f"{name} judges {' or '.join(METRICS[name].kinds)}, and y holds {kind}."
        raise UnknownName("metric", name, known, hint)
    return METRICS[name]


# --- what each measures -------------------------------------------------------------------------------------


def _accuracy(sk: Any, j: Judged) -> float:
    return float(sk.accuracy_score(np.ravel(j.truth), np.ravel(j.said)))  # of labels each counts by itself


def _present(j: Judged) -> list[int]:
    return np.flatnonzero(j.counts()).tolist()


def _balanced(sk: Any, j: Judged) -> float:
    # The mean recall, which is what balanced_accuracy_score gives, without its warning of classes that are said only.
    return float(sk.recall_score(j.truth, j.said, labels=_present(j), average="macro", zero_division=0))


def _log_loss(sk: Any, j: Judged) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # scikit-learn 1.7: of many classes, which it is told there are
        return float(sk.log_loss(j.truth, j.scores, labels=range(len(j.names))))


def _roc_auc(sk: Any, j: Judged) -> float:
    if j.yes_or_no:
        return float(sk.roc_auc_score(j.truth, j.scores[:, 1]))
    truth = j.truth if j.kind == "labels" else j.truth[:, None] == np.arange(len(j.names))
    return float(sk.roc_auc_score(truth, j.scores, average="macro"))  # each one against all others


def _of_yes(name: str) -> Measure:
    """Precision, recall or F1: that of yes; else the mean over the classes that are there, or over labels."""

    def measure(sk: Any, j: Judged) -> float:
        if j.yes_or_no:
            how: dict[str, Any] = {"average": "binary", "pos_label": 1}
        else:
            how = {"average": "macro", "labels": _present(j)}
        return float(getattr(sk, name)(j.truth, j.said, zero_division=0, **how))

    return measure


# --- where they are not defined -----------------------------------------------------------------------------


def _one_of_each(j: Judged) -> str:
    lacking, counts = j.lacking(), j.counts()
    if j.kind == "labels":
        alike = [name for name, count in zip(j.names, counts, strict=True) if count in (0, len(j))]
        return f"{short(alike[0])} is the same for all samples" if alike else ""
    if len(lacking) == len(j.names) - 1:
        return f"all samples are of one class, {short(j.names[int(counts.argmax())])}"
    return f"there is no sample of {_listed(lacking)}" if lacking else ""


def _some_yes(j: Judged) -> str:
    if j.kind == "labels":
        return "" if j.counts().any() else "no sample has any label"
    return f"there is no sample of {short(j.names[1])}" if j.yes_or_no and not j.counts()[1] else ""


def _probabilities(j: Judged) -> str:
    return "" if j.probable else "the outputs are no probabilities of one class of several"


def _varies(j: Judged) -> str:
    if len(j) < 2:
        return "there is one sample, and it compares with the spread of the targets"
    alike = [name for name, spread in zip(j.names, np.ptp(j.truth, axis=0), strict=True) if spread == 0]
    return f"{alike[0]} is the same for all samples, and it compares with their spread" if alike else ""


def _listed(names: list[str]) -> str:
    return " and ".join(map(short, names[:3])) + (
        f" and {len(names) - 3} more classes" if len(names) > 3 else ""
    )


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "accuracy", ("classes", "labels"), _accuracy, share=True),
        Metric(
            "exact_match", "all labels right", ("labels",), lambda sk, j: sk.accuracy_score(j.truth, j.said),
            share=True,
        ),
        Metric("balanced_accuracy", "balanced accuracy", ("classes",), _balanced, share=True),
        Metric("precision", "precision", ("classes", "labels"), _of_yes("precision_score"), _some_yes, share=True),
        Metric("recall", "recall", ("classes", "labels"), _of_yes("recall_score"), _some_yes, share=True),
        Metric("f1", "F1", ("classes", "labels"), _of_yes("f1_score"), _some_yes, share=True),
        Metric("roc_auc", "ROC-AUC", ("classes", "labels"), _roc_auc, _one_of_each),
        Metric("log_loss", "log loss", ("classes",), _log_loss, _probabilities, "min"),
        Metric("r2", "R²", ("numbers",), lambda sk, j: sk.r2_score(j.truth, j.said), _varies),
        Metric("mae", "MAE", ("numbers",), lambda sk, j: sk.mean_absolute_error(j.truth, j.said), mode="min"),
        Metric("rmse", "RMSE", ("numbers",), lambda sk, j: sk.root_mean_squared_error(j.truth, j.said), mode="min"),
    )
}  # fmt: skip
"""By name, in the order in which they are told."""
