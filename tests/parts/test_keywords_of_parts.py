"""A wrong keyword, or too many arguments: the error names the class that was called, and the keyword that was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import chainrule as cr
from chainrule.errors import KindError

ADAM = "It takes learning_rate, beta1, beta2, epsilon, clip."
RMSPROP = "It takes learning_rate, rho, epsilon, momentum, clip, centered."
SGD = "It takes learning_rate, clip."


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (cr.Adam, "lr", f"Adam takes no lr=: did you mean learning_rate=? {ADAM}"),
        (cr.Adam, "eta", f"Adam takes no eta=: did you mean learning_rate=? {ADAM}"),
        (cr.Adam, "alpha", f"Adam takes no alpha=: did you mean learning_rate=? {ADAM}"),
        (cr.Adam, "learnig_rate", f"Adam takes no learnig_rate=: did you mean learning_rate=? {ADAM}"),
        (cr.Adam, "betas", f"Adam takes no betas=: did you mean beta1= and beta2=? {ADAM}"),
        (cr.Adam, "eps", f"Adam takes no eps=: did you mean epsilon=? {ADAM}"),
        (cr.Adam, "weight_decay", f"Adam takes no weight_decay=: AdamW and Lion take it. {ADAM}"),
        (cr.Adam, "amsgrad", f"Adam takes no amsgrad=: there is AMSGrad(), a part of its own. {ADAM}"),
        (cr.RMSprop, "alpha", f"RMSprop takes no alpha=: did you mean rho=? {RMSPROP}"),
        (cr.RMSprop, "decay", f"RMSprop takes no decay=: did you mean rho=? {RMSPROP}"),
        (cr.SGD, "random_state", f"SGD takes no random_state=. {SGD}"),
        (cr.SGD, "momentum", f"SGD takes no momentum=: there is Momentum(), a part of its own. {SGD}"),
        (cr.Dropout, "p", "Dropout takes no p=: did you mean rate=? It takes rate."),
        (cr.Dropout, "drop", "Dropout takes no drop=: did you mean rate=? It takes rate."),
        (cr.Huber, "threshold", "Huber takes no threshold=: did you mean delta=? It takes delta."),
        (cr.Focal, "gama", "Focal takes no gama=: did you mean gamma=? It takes gamma, alpha."),
        (cr.Focal, "delta", "Focal takes no delta=: Huber takes it. It takes gamma, alpha."),
        (cr.LeakyReLU, "alpha", "LeakyReLU takes no alpha=: did you mean slope=? It takes slope."),
        (cr.L2, "alpha", "L2 takes no alpha=: did you mean strength=? It takes strength, biases."),
        (cr.ReLU, "inplace", "ReLU takes no inplace=. It takes nothing."),
    ],
)
def test_a_wrong_keyword(make: Callable[..., Any], given: str, message: str) -> None:
    with pytest.raises(KindError) as caught:
        make(**{given: 0.5})
    assert str(caught.value) == message


def test_an_activation_is_a_layer_of_its_own() -> None:
    with pytest.raises(KindError) as caught:
        cr.Dense(2, 3, activation="relu")  # type: ignore[call-arg]
    assert str(caught.value) == (
        "Dense takes no activation=: an activation is a layer of its own: write Dense(2, 3), ReLU(). It takes "
        "inputs, outputs, bias."
    )


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (cr.ReLU, (0.1,), "ReLU: too many positional arguments; it takes nothing."),
        (
            cr.WarmUp,
            (0.1,),
            "WarmUp: missing a required argument: 'steps'; it takes learning_rate, steps, warmup.",
        ),
    ],
)
def test_too_many_and_too_few(make: Callable[..., Any], given: tuple[float, ...], message: str) -> None:
    with pytest.raises(KindError) as caught:
        make(*given)
    assert str(caught.value) == message


def test_parts_of_ones_own_are_told_alike_and_may_take_anything() -> None:
    class Steep(cr.Activation):
        slope: float = 2.0

        def forward(self, q: Any) -> None:
            q.a = self.slope * q.z

    class Anything(cr.Activation):
        def __init__(self, **how: Any) -> None:
            self.lr = how["lr"]

        def forward(self, q: Any) -> None:
            q.a = 1 * q.z

    with pytest.raises(KindError) as caught:
        Steep(alpha=0.1)  # type: ignore[call-arg]
    assert str(caught.value) == "Steep takes no alpha=: did you mean slope=? It takes slope."
    assert Anything(lr=3).lr == 3
