"""From what is said and what is true to an Evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.evaluation.baseline import baseline
from chainrule.evaluation.evaluation import Evaluation
from chainrule.evaluation.figures import Bin
from chainrule.evaluation.judged import Judged, judged
from chainrule.evaluation.metrics import METRICS, Metric, scikit_learn
from chainrule.model.labels import Targets
from chainrule.model.model import Model
from chainrule.model.samples import check_outputs
from chainrule.parts.contract import Array
from chainrule.utils.checks import short

BINS = 10  # of probability, in which answers are compared with what is true
ALIKE = 1e-3  # of the targets' standard deviation: predictions that lie closer together are alike


def evaluate(model: Model, outputs: Array, targets: Targets, counts: int) -> Evaluation:
    """How good the outputs (m, outputs) of a model are.

    Parameters
    ----------
    targets, counts : checked, as `samples.check` gives them

    Raises
    ------
    InputError : for outputs that are not finite, or targets that make no answer right or wrong
    MissingPackage : without scikit-learn
    """
    check_outputs(outputs)
    found = judged(model, outputs, targets, counts)
    beside, says = baseline(found)
    asked = [metric for metric in METRICS.values() if found.kind in metric.kinds]
    undefined = {metric.name: why for metric in asked if (why := metric.lacks(found))}
    metrics = _values(asked, undefined, found)
    of_baseline = _values(asked, undefined, beside)
    confusion = None
    if found.kind == "classes":
        confusion = scikit_learn().confusion_matrix(found.truth, found.said, labels=range(len(found.names)))
    return Evaluation(
        kind=found.kind,
        samples=len(found),
        metrics=metrics,
        baseline=of_baseline,
        against=says,
        undefined=undefined,
        each=_each_number(found) if found.kind == "numbers" else _each_class(found),
        confusion=confusion,
        calibration=_calibration(found),
        threshold=model.threshold,
        remarks=tuple(_remarks(found, metrics, of_baseline, says)),
    )


def _values(asked: list[Metric], undefined: dict[str, str], found: Judged) -> dict[str, float | None]:
    return {metric.name: None if metric.name in undefined else metric(found) for metric in asked}


def _each_class(found: Judged) -> dict[str, dict[str, float | int | None]]:
    """Of each class or label: how many there are, how many were found, precision, recall, F1, ROC-AUC."""
    sk, table = scikit_learn(), {}
    labels = range(len(found.names))
    figures = sk.precision_recall_fscore_support(found.truth, found.said, labels=labels, zero_division=0)
    for k, (name, precision, recall, f1, samples) in enumerate(zip(found.names, *figures, strict=True)):
        if found.kind == "classes":
            is_it, said = found.truth == k, found.said == k
        else:
            is_it, said = found.truth[:, k] == 1, found.said[:, k] == 1
        varies = 0 < samples < len(found)
        table[name] = {
            "samples": int(samples),
            "found": int(np.count_nonzero(is_it & said)),
            "said": int(np.count_nonzero(said)),
            "recall": float(recall) if samples else None,
            "precision": float(precision),
            "f1": float(f1) if samples else None,
            "roc_auc": float(sk.roc_auc_score(is_it, found.scores[:, k])) if varies else None,
        }
    return table


def _each_number(found: Judged) -> dict[str, dict[str, float | int | None]]:
    table = {}
    for k, name in enumerate(found.names):
        one = replace(found, names=(name,), truth=found.truth[:, k : k + 1], said=found.said[:, k : k + 1])
        asked = [metric for metric in METRICS.values() if "numbers" in metric.kinds]
        table[name] = {metric.name: None if metric.lacks(one) else metric(one) for metric in asked}
    return table


def _calibration(found: Judged) -> tuple[Bin, ...]:
    """Probabilities that were said, beside how often that was true: of yes, or of the class that was chosen."""
    if found.kind != "classes" or not found.probable:
        return ()
    from sklearn.calibration import calibration_curve

    if found.yes_or_no:
        said, true = found.scores[:, 1], found.truth == 1
    else:
        said, true = found.scores.max(axis=1), found.said == found.truth
    said = np.clip(said.astype(np.float64), 0, 1)
    shares, means = calibration_curve(true, said, n_bins=BINS)
    # The same bins as calibration_curve's, which leaves empty ones out and does not tell how many the others hold.
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], said), minlength=BINS)
    rows = zip(means.tolist(), shares.tolist(), counts[counts > 0].tolist(), strict=True)
    return tuple(Bin(mean, share, count) for mean, share, count in rows)


def _remarks(
    found: Judged, metrics: dict[str, float | None], beside: dict[str, float | None], says: str
) -> Iterator[str]:
    if found.kind == "numbers":
        yield from _remarks_on_numbers(found, metrics, says)
        return
    if found.kind == "classes":
        if lacking := found.lacking():
            yield f"There is no sample of {_listed(lacking)}: nothing is known about {_it(lacking)}."
        kinds = np.unique(found.said)
        if len(kinds) == 1 and len(found) > 1:
            yield f"The predictions are all alike: every answer is {short(found.names[int(kinds[0])])}."
        else:
            never = [name for k, name in enumerate(found.names) if k not in kinds and name not in lacking]
            if never:
                yield f"{_listed(never)} {'is' if len(never) == 1 else 'are'} never said: the precision counts as 0."
    if found.kind == "labels":
        for name, row in zip(found.names, _never(found), strict=True):
            if row:
                yield f"{short(name)} is never said: the precision counts as 0."
    accuracy, of_baseline = metrics["accuracy"], beside["accuracy"]
    if accuracy is not None and of_baseline is not None and accuracy <= of_baseline:
        yield f"The accuracy is no better than that of the baseline, {says}."


def _never(found: Judged) -> Array:
    """Which labels are never said, though samples have them."""
    return np.asarray(found.truth.any(axis=0) & ~found.said.any(axis=0))


def _remarks_on_numbers(found: Judged, metrics: dict[str, float | None], says: str) -> Iterator[str]:
    for k, name in enumerate(found.names):
        said, truth = found.said[:, k], found.truth[:, k]
        if len(found) > 1 and np.ptp(said) <= ALIKE * truth.std():
            of = f" of {name}" if len(found.names) > 1 else ""
            yield (
                f"The predictions{of} are all alike: they go from {said.min():.6g} to {said.max():.6g}, and the "
                f"targets from {truth.min():.6g} to {truth.max():.6g}."
            )
    if (r2 := metrics["r2"]) is not None and r2 <= 0:
        yield f"The model is no better than the baseline, {says}."


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(short, names[:5]))
    return shown + (f" and {len(names) - 5} more classes" if len(names) > 5 else "")


def _it(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
