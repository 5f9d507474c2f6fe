"""What each regularizer changes in a training."""

from __future__ import annotations

from typing import Any

import numpy as np
from compared import HELD, HOW, SIZES, X, assert_whole, compare, regularizers, y

import chainrule as cr
from chainrule.training.callbacks import Callback


def test_every_regularizer_changes_what_it_says() -> None:
    names = [
        "none", *regularizers(), "early_stopping:1", "reduce_on_plateau", "label_smoothing:0.2", "weight_decay:0.5",
    ]  # fmt: skip
    found = compare(regularizers=names, learning_rate=0.01)
    assert_whole(found)

    def fitted(net: cr.Network, optimizer: Any = None, **more: Any) -> Any:
        net.fit(X, y, optimizer=optimizer or cr.Adam(0.01), validation_data=HELD, **HOW, **more)
        return net.parameters.flat

    relu, dropout, norm = cr.ReLU(), cr.Dropout(), cr.BatchNorm()
    d = [cr.Dense(2, 8), cr.Dense(8, 6), cr.Dense(6, 2)]
    plain = {
        "none": lambda: fitted(cr.Network(SIZES)),
        "l2": lambda: fitted(cr.Network(SIZES, penalty="l2")),
        "dropout": lambda: fitted(cr.Network([d[0], relu, dropout, d[1], relu, dropout, d[2], cr.Softmax()])),
        "batch_norm": lambda: fitted(cr.Network([d[0], norm, relu, d[1], norm, relu, d[2], cr.Softmax()])),
        "clip_norm": lambda: fitted(cr.Network(SIZES), cr.Adam(0.01, clip="clip_norm")),
        "early_stopping:1": lambda: fitted(cr.Network(SIZES), callbacks=[cr.EarlyStopping(patience=1)]),
        "label_smoothing:0.2": lambda: fitted(cr.Network(SIZES, loss=cr.CrossEntropy(label_smoothing=0.2))),
        "weight_decay:0.5": lambda: fitted(cr.Network(SIZES), cr.AdamW(0.01, weight_decay=0.5)),
    }
    for name, train in plain.items():
        assert (found[name].network.parameters.flat == train()).all(), name


def test_regularizers_may_be_parts() -> None:
    class Note(Callback):
        def epoch(self, run: Any) -> None:
            noted.append(run.epoch)

    noted: list[int] = []
    parts = {
        "penalty": cr.L1(0.1),
        "function": lambda w: 0.1 * np.square(w).sum(),
        "layer": cr.Dropout(0.1),
        "clipping": cr.ClipValue(0.1),
        "callback": Note(),
        "loss": cr.CrossEntropy(label_smoothing=0.1),
        "optimizer": cr.AdamW(0.01),
        "transform": cr.data.Augment((1, 2), noise=0.1),
    }
    found = compare(regularizers=parts)
    assert_whole(found)
    assert noted == [1, 2, 3, 4]
    assert len({trial.network.parameters.flat.tobytes() for trial in found}) == len(parts)


def test_layers_of_ones_own_keep_their_place() -> None:
    layers = [cr.Dense(2, 5), cr.Tanh(), cr.Dense(5, 2), cr.Softmax()]
    found = cr.compare(layers, X, y, regularizers=["dropout", "layer_norm"], validation_data=HELD, **HOW)
    kinds = [[type(layer).__name__ for layer in trial.network.layers] for trial in found]
    assert kinds[0] == ["Dense", "Tanh", "Dropout", "Dense", "Softmax"]
    assert kinds[1] == ["Dense", "LayerNorm", "Tanh", "Dense", "Softmax"]
    scaled = compare(regularizers=["dropout"], scaling=cr.Standardize.fitted(X))
    assert [layer.name() for layer in scaled["dropout"].network.layers][:4] == [
        "standardize", "dense", "relu", "dropout",
    ]  # fmt: skip
