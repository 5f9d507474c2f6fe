"""How good a network is on some samples, as users hold it: a report when printed, a plain dictionary."""

from __future__ import annotations

from typing import Any

from chainrule.evaluation.figures import Figures, counted
from chainrule.evaluation.metrics import METRICS
from chainrule.evaluation.report import report


class Evaluation(Figures):
    """How good a network is on some samples, beside a baseline that looks at no input.

    Printed, it is a report; `to_dict` gives it for JSON.

    Parameters
    ----------
    kind : "classes": one of several, yes and no among them; "labels": yes or no for each; "numbers"
    samples : how many there are
    metrics : by name, such as ``metrics["roc_auc"]``; None where one is not defined for these samples
    baseline : the same of the baseline
    against : what the baseline says
    undefined : why metrics are not defined, by name
    each : for each class, label or number by its name: how many `samples` it has and how many were `found`, its
        precision, recall, F1 and ROC-AUC; of numbers R², MAE and RMSE
    confusion : how many samples of each class (rows) are said to be of each (columns); None but for classes
    calibration : of answers said with a probability (of yes and no: that of yes), how many are true; else empty
    threshold : above which yes is said, where the network has one of its own
    remarks : what else is to be said, each a sentence
    """

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "kind": self.kind,
            "samples": self.samples,
            "metrics": dict(self.metrics),
            "baseline": {"says": self.against, **self.baseline},
            "undefined": dict(self.undefined),
            {"classes": "classes", "labels": "labels", "numbers": "outputs"}[self.kind]: {
                name: dict(row) for name, row in self.each.items()
            },
            "confusion": None if self.confusion is None else self.confusion.tolist(),
            "calibration": [vars(each) for each in self.calibration],
            "threshold": self.threshold,
            "remarks": list(self.remarks),
        }

    def __repr__(self) -> str:
        name = next(name for name, value in self.metrics.items() if value is not None)
        metric = METRICS[name]
        shown = metric.shown(self.metrics[name]), metric.shown(self.baseline[name])
        return f"<Evaluation: {counted(self.samples)}, {metric.title} {shown[0]}, of the baseline {shown[1]}>"

    def __str__(self) -> str:
        return report(self)

    def _repr_html_(self) -> str:
        from chainrule.plots import calibration, confusion, shown

        return shown(str(self), lambda: confusion(self), lambda: calibration(self))
