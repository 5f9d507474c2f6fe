"""Pictures: networks with numbers or gradients, curves, what layers and classifiers do, how the loss lies.

Every function draws on the Axes it is given, or on a new figure of pyplot, which shows itself in a notebook,
and returns the Axes. What a colour says, a marker, a line style or a shade of grey says too.
"""

from chainrule.plots.classifiers import boundary, digits
from chainrule.plots.derivation import derivation
from chainrule.plots.drawing import network
from chainrule.plots.evaluation import calibration, confusion, predicted
from chainrule.plots.files import ENDINGS as ENDINGS
from chainrule.plots.files import ending_of as ending_of
from chainrule.plots.files import shown as shown
from chainrule.plots.files import written as written
from chainrule.plots.functions import activation_functions
from chainrule.plots.hidden import pca
from chainrule.plots.histograms import activations, gradient_flow, gradients, weights
from chainrule.plots.surface import loss_surface
from chainrule.plots.training import curves
from chainrule.plots.trials import comparison

# What draws; how a picture becomes a file or a page is for the other rooms.
__all__ = [
    "activation_functions", "activations", "boundary", "calibration", "comparison", "confusion", "curves",
    "derivation", "digits", "gradient_flow", "gradients", "loss_surface", "network", "pca", "predicted",
    "weights",
]  # fmt: skip
