"""Comparisons: the same network, trained from the same start on the same batches, once for each of several choices.

>>> import chainrule as cr
>>> X, y = cr.data.moons(100, seed=0)
>>> found = cr.compare([2, 8, 2], X, y, optimizers=["sgd", "adam"], epochs=5, batch_size=20, progress=False)
>>> found["sgd"].training["loss"][0] == found["adam"].training["loss"][0]  # before the first step
True
"""

from chainrule.experiments.comparison import Comparison
from chainrule.experiments.regularizers import regularize
from chainrule.experiments.results import Trial
from chainrule.experiments.setups import Setup
from chainrule.experiments.trials import compare
from chainrule.parts.named import with_setting

__all__ = ["Comparison", "Setup", "Trial", "compare", "regularize", "with_setting"]
