"""Wrong keywords of functions and methods."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from chainrule.errors import KindError
from chainrule.utils import wrong_keywords


class Network:
    @wrong_keywords.explained(wrong_keywords.NETWORK)
    def __init__(self, layers: Any, *, hidden: Any = None, penalty: Any = None, seed: int = 0) -> None:
        self.layers = layers

    @wrong_keywords.explained(wrong_keywords.FIT)
    def fit(
        self, X: Any, y: Any, *, epochs: int = 1, optimizer: Any = "adam", seed: int = 0, progress: bool = True,
        validation_data: Any = None,
    ) -> int:  # fmt: skip
        """Train."""
        return epochs


TAKES = "It takes X, y, epochs, optimizer, seed, progress, validation_data."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("lr", ": give the optimizer: optimizer=Adam(learning_rate=…)."),
        ("learning_rate", ": give the optimizer: optimizer=Adam(learning_rate=…)."),
        ("learning_rate_init", ": give the optimizer: optimizer=Adam(learning_rate=…)."),
        ("momentum", ": give the optimizer: optimizer=Momentum(momentum=…)."),
        ("random_state", ": did you mean seed=?"),
        ("n_iter", ": did you mean epochs=?"),
        ("max_iter", ": did you mean epochs=?"),
        ("epoch", ": did you mean epochs=?"),
        ("verbose", ": did you mean progress=?"),
        ("solver", ": did you mean optimizer=?"),
        ("validation_split", ": hold samples out with chainrule.data.split(X, y, 0.2): validation_data=(X, y)."),
        ("activation", ": give it to Network, as in Network(…, hidden=…)."),
        ("loss", ": give it to Network, as in Network(…, loss=…)."),
        ("metrics", "."),
    ],
)  # fmt: skip
def test_a_wrong_keyword_of_fit(given: str, said: str) -> None:
    with pytest.raises(KindError) as caught:
        Network([2, 2]).fit([], [], **{given: 1})  # type: ignore[arg-type]
    assert str(caught.value) == f"fit takes no {given}={said} {TAKES}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("lr", ": give the optimizer to fit: optimizer=Adam(learning_rate=…)."),
        ("random_state", ": did you mean seed=?"),
        ("activation", ": did you mean hidden=?"),
        ("l2", ": did you mean penalty=?"),
        ("epochs", ": give it to fit, as in net.fit(X, y, epochs=…)."),
        ("max_iter", ": give it to fit, as in net.fit(X, y, epochs=…)."),
        ("metrics", ": give it to fit, as in net.fit(X, y, metrics=…)."),
    ],
)
def test_a_wrong_keyword_of_network(given: str, said: str) -> None:
    with pytest.raises(KindError) as caught:
        Network([2, 2], **{given: 1})  # type: ignore[arg-type]
    assert str(caught.value) == f"Network takes no {given}={said} It takes layers, hidden, penalty, seed."


def test_all_else_is_as_without() -> None:
    assert Network([2, 2]).fit([], [], epochs=3) == 3
    assert [*inspect.signature(Network.fit).parameters][:3] == ["self", "X", "y"]
    assert Network.fit.__doc__ == "Train."
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'y'"):
        Network([2, 2]).fit([])  # type: ignore[call-arg]
