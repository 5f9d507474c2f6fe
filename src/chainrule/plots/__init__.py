"""Pictures: the network, the curves of a training, a decision boundary, images with their answers.

Every function draws on the Axes it is given, or on a new figure of pyplot, which shows itself in a notebook,
and returns the Axes. What a colour says, a marker, a line style or a shade of grey says too.
"""

from chainrule.plots.classifiers import boundary, digits
from chainrule.plots.drawing import network
from chainrule.plots.evaluation import calibration, confusion, predicted
from chainrule.plots.training import curves
from chainrule.plots.trials import comparison

__all__ = ["boundary", "calibration", "comparison", "confusion", "curves", "digits", "network", "predicted"]
