"""What a layer's rule reads in predictions: what training steps alone have is refused, and the way out named."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import LanguageError

X, Y = np.random.default_rng(0).normal(size=(6, 2)), np.arange(6) % 2


class Blur(cr.Layer):
    """Noise that is there for predictions, too, as its author forgot that there is none."""

    takes, gives = "a", "h"
    noise: ClassVar = {"u": "uniform"}

    def forward(self, q: Any) -> None:
        q.h = q.a * (q.u > 0.5)


class Centred(cr.Layer):
    """The mean over the batch, whatever that is."""

    takes, gives = "z", "n"

    def forward(self, q: Any) -> None:
        q.n = q.z - q.z.sum(axis=0) / q.m


class Told(Centred):
    """The same, and what it does for predictions."""

    def evaluate(self, q: Any) -> None:
        q.n = q.z


def net(layer: cr.Layer) -> cr.Network:
    between = [layer, cr.ReLU()] if layer.takes == "z" else [cr.ReLU(), layer]
    return cr.Network([cr.Dense(2, 3), *between, cr.Dense(3, 2), cr.Softmax()])


READERS: list[Any] = [
    lambda n: n.predict(X), lambda n: n.classify(X), lambda n: n.trace(X), lambda n: n.export("c"),
    lambda n: n.predict(X, engine="compiled"),
]  # fmt: skip


@pytest.mark.parametrize("read", READERS)
def test_noise_is_not_there(read: Any) -> None:
    made = net(Blur())
    made.fit(X, Y, progress=False)  # as in training
    with pytest.raises(LanguageError) as caught:
        read(made)
    assert str(caught.value) == (
        "Blur(): its rule for predictions reads q.u, what chance brings to training steps alone: write evaluate(q), "
        "which states q.h without it."
    )


@pytest.mark.parametrize("read", READERS)
def test_nor_is_the_number_of_samples(read: Any) -> None:
    made = net(Centred())
    made.fit(X, Y, progress=False)
    with pytest.raises(LanguageError) as caught:
        read(made)
    assert str(caught.value) == (
        "Centred(): its rule for predictions reads q.m, the number of samples, and predictions take each row by "
        "itself: write evaluate(q), which states q.n without it."
    )


def test_who_says_what_it_does_predicts() -> None:
    made = net(Told())
    assert made.predict(X).shape == (6, 2)


def test_a_rule_put_in_a_class_counts_for_networks_made_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(self: Any, q: Any) -> None:
        q.a = 2 * np.tanh(q.z)

    before = cr.Network([2, 3, 2], hidden="tanh")
    plain = before.predict(X)
    monkeypatch.setattr(cr.Tanh, "forward", doubled)
    monkeypatch.setattr(cr.Tanh, "backward", lambda self, q: q.derive_backward())
    after = cr.Network([2, 3, 2], hidden="tanh")
    assert np.abs(after.predict(X) - plain).max() > 1e-3
    own = cr.Network([2, 3, 2], hidden=lambda z: 2 * np.tanh(z))
    np.testing.assert_allclose(after.predict(X), own.predict(X), rtol=1e-14)
    for engine in ("numpy", "compiled"):
        pair = [made.fit(X, Y, epochs=3, engine=engine, progress=False).loss for made in (after, own)]
        np.testing.assert_allclose(*pair, rtol=1e-12)
