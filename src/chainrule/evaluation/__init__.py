"""How good a network is on samples: scikit-learn's metrics beside a baseline, what is told of them, a threshold."""

from chainrule.evaluation.evaluate import evaluate
from chainrule.evaluation.evaluation import Evaluation
from chainrule.evaluation.judged import Judged, judged
from chainrule.evaluation.metrics import METRICS, Metric, find
from chainrule.evaluation.threshold import best_threshold

__all__ = ["METRICS", "Evaluation", "Judged", "Metric", "best_threshold", "evaluate", "find", "judged"]
