"""Callbacks: what is done between the steps of a training, and those that are asked for most.

A callback has four methods: `start`, `batch`, `epoch` and `end`, each called with the `Run`. A plain function in
``fit(callbacks=[…])`` is called after each epoch.

>>> import chainrule as cr
>>> X, y = cr.data.moons(200, seed=0)
>>> net = cr.Network([2, 8, 2])
>>> history = net.fit(X, y, epochs=3, callbacks=[lambda run: print(run.epoch, "of", run.epochs)])
1 of 3
2 of 3
3 of 3
"""

from chainrule.training.callbacks.callback import Callback
from chainrule.training.callbacks.calling import Callbacks
from chainrule.training.callbacks.csv_log import CSVLog
from chainrule.training.callbacks.early_stopping import EarlyStopping
from chainrule.training.callbacks.learning_rate import LearningRate, ReduceOnPlateau
from chainrule.training.callbacks.monitor import MetricMonitor
from chainrule.training.callbacks.run import Run
from chainrule.training.callbacks.save_best import SaveBest
from chainrule.training.callbacks.weight_history import WeightHistory

__all__ = [
    "CSVLog", "Callback", "Callbacks", "EarlyStopping", "LearningRate", "MetricMonitor", "ReduceOnPlateau", "Run",
    "SaveBest", "WeightHistory",
]  # fmt: skip
