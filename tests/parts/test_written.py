"""Parts by a name and a number, wherever a part is named."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, UnknownName
from chainrule.parts.contract import Activation, Clipping, Initializer, Layer, Loss, Optimizer, Penalty


@pytest.mark.parametrize(
    ("kind", "text", "part"),
    [
        (Optimizer, "sgd:0.1", cr.SGD(0.1)),
        (Optimizer, "adam", cr.Adam()),
        (Activation, "leaky_relu:0.2", cr.LeakyReLU(0.2)),
        (Layer, "dropout:0.25", cr.Dropout(0.25)),
        (Penalty, "l2:0.001", cr.L2(0.001)),
        (Clipping, "clip_norm:5", cr.ClipNorm(5)),
        (Initializer, "normal:0.3", cr.Normal(0.3)),
        (Loss, "huber:2", cr.Huber(2)),
    ],
)
def test_the_number_is_the_first_setting(kind, text, part):
    made = kind.of(text)
    assert type(made) is type(part)
    assert made.settings() == part.settings()


def test_a_network_and_its_training_take_them():
    X = np.random.default_rng(0).standard_normal((20, 3))
    y = np.arange(20) % 2
    one = cr.Network([3, 4, 2], hidden="elu:0.5", penalty="l2:0.01", initializer="normal:0.3")
    two = cr.Network([3, 4, 2], hidden=cr.ELU(0.5), penalty=cr.L2(0.01), initializer=cr.Normal(0.3))
    one.fit(X, y, optimizer="sgd:0.2", progress=False)
    two.fit(X, y, optimizer=cr.SGD(0.2), progress=False)
    np.testing.assert_array_equal(one.parameters.flat, two.parameters.flat)


def test_layers_are_named_so_among_others():
    net = cr.Network([cr.Dense(3, 4), "batch_norm", "relu", "dropout:0.2", cr.Dense(4, 2), "softmax"])
    kinds = [cr.Dense, cr.BatchNorm, cr.ReLU, cr.Dropout, cr.Dense, cr.Softmax]
    assert [type(layer) for layer in net.layers] == kinds
    assert net.layers[3].rate == 0.2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sgd:fast", "'sgd:fast': 'fast' is no number; write sgd, or with a number, such as sgd:0.1."),
        ("sgd:", "'sgd:': '' is no number; write sgd, or with a number, such as sgd:0.1."),
        ("sgd:-1", "'sgd:-1': learning_rate -1.0 is out of range: it must be at least 0."),
    ],
)
def test_a_number_that_can_not_be(text, message):
    with pytest.raises(InputError) as caught:
        Optimizer.of(text)
    assert str(caught.value) == message


def test_a_part_without_numbers():
    with pytest.raises(InputError) as caught:
        Activation.of("relu:2")
    assert str(caught.value) == "'relu:2': relu takes no number; write relu alone."


def test_an_unknown_name():
    with pytest.raises(UnknownName) as caught:
        Optimizer.of("adm:0.1")
    assert str(caught.value) == str(UnknownName("optimizer", "adm", list(Optimizer.registry())))
