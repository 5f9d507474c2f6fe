"""The settings of optimizers, and to which network an optimizer belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Optimizer


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.SGD(-1), InputError, "SGD: learning_rate = -1 is out of range: it must be at least 0."),
        (
            lambda: cr.SGD(np.nan),
            InputError,
            "SGD: learning_rate = nan is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SGD(np.inf),
            InputError,
            "SGD: learning_rate = inf is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SGD("a"),
            KindError,
            "SGD: learning_rate = 'a' is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.SGD(True),
            KindError,
            "SGD: learning_rate = True is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.Adam(beta1=1),
            InputError,
            "Adam: beta1 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.Momentum(momentum=-0.1),
            InputError,
            "Momentum: momentum = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: Optimizer.of("adm"),
            InputError,
            "there is no optimizer 'adm'. Did you mean 'adam'? There is: sgd, momentum, nesterov, adam, amsgrad, "
            "adamw, nadam, radam, adamax, rmsprop, adagrad, adadelta, lion, lookahead, lbfgs.",
        ),
        (
            lambda: cr.Nesterov(momentum=-1),
            InputError,
            "Nesterov: momentum = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.AMSGrad(beta2=1.5),
            InputError,
            "AMSGrad: beta2 = 1.5 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.AdamW(weight_decay=-0.1),
            InputError,
            "AdamW: weight_decay = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.NAdam(momentum_decay=None),
            KindError,
            "NAdam: momentum_decay = None is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.RAdam(epsilon=-1e-8),
            InputError,
            "RAdam: epsilon = -1e-08 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.Adamax(beta1=-0.5),
            InputError,
            "Adamax: beta1 = -0.5 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.RMSprop(rho=1),
            InputError,
            "RMSprop: rho = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.RMSprop(centered="yes"),
            KindError,
            "RMSprop: centered = 'yes' is neither True nor False.",
        ),
        (
            lambda: cr.Adagrad(learning_rate=-1),
            InputError,
            "Adagrad: learning_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.Adadelta(rho=1.01),
            InputError,
            "Adadelta: rho = 1.01 is out of range: it must be at least 0 and at most 1.",
        ),
        (
            lambda: cr.Lion(beta2=1),
            InputError,
            "Lion: beta2 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (lambda: cr.Lookahead(k=0), InputError, "Lookahead: k = 0 is out of range: it must be at least 1."),
        (
            lambda: cr.Lookahead(k=2.0),
            KindError,
            "Lookahead: k = 2.0 is no whole number: give one that is at least 1.",
        ),
        (
            lambda: cr.Lookahead(alpha=0),
            InputError,
            "Lookahead: alpha = 0 is out of range: it must be above 0 and at most 1.",
        ),
        (
            lambda: cr.Lookahead(cr.Lookahead()),
            InputError,
            "Lookahead goes around one of the other optimizers, not around Lookahead(Adam(0.001)).",
        ),
        (lambda: cr.Lookahead(cr.Adam), KindError, "Adam is a class: write Adam(), with brackets."),
        (lambda: Optimizer.of(cr.Adam), KindError, "Adam is a class: write Adam(), with brackets."),
        (lambda: Optimizer.of(3), KindError, "3 is no optimizer: give its name, such as 'sgd', or a part."),
    ],
)
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message


def test_an_optimizer_that_has_counted_stays_with_its_network() -> None:
    optimizer = cr.Adam()
    cr.Network([2, 3, 2]).fit([[1, 2]], [0], epochs=2, optimizer=optimizer)
    other = cr.Network([2, 3, 2])
    with pytest.raises(InputError) as caught:
        other.fit([[1, 2]], [0], optimizer=optimizer)
    assert str(caught.value) == (
        "this Adam has counted 2 steps of another network: give each network an optimizer of its own. "
        "A copy of both is made together: copy.deepcopy((network, optimizer))."
    )


def test_an_optimizer_that_has_not_counted_goes_to_any_network() -> None:
    used, fresh = cr.Adam(), cr.Adam()
    cr.Network([2, 3, 2]).trace([[1, 2]], [0], optimizer=used)
    nets = [cr.Network([2, 3, 2], dtype="float32") for _ in range(2)]
    for net, optimizer in zip(nets, (used, fresh), strict=True):
        trace = net.trace([[1, 2]], [0], optimizer=optimizer)
        assert trace["mW1_new"].dtype == np.float32
        net.fit([[1, 2]], [0], epochs=3, optimizer=optimizer)
    np.testing.assert_array_equal(nets[0].parameters.flat, nets[1].parameters.flat)


def test_settings_scalars_and_how_it_is_written() -> None:
    adam = cr.Adam(0.01, beta2=0.99)
    assert adam.settings() == {
        "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "clip": None,
    }  # fmt: skip
    assert adam.scalars() == {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    assert (str(adam), str(cr.SGD()), str(cr.Momentum(momentum=0.5))) == (
        "Adam(0.01, beta2=0.99)",
        "SGD(0.01)",
        "Momentum(0.01, momentum=0.5)",
    )
    assert all(type(value) is float for value in cr.SGD(np.float32(0.5)).scalars().values())


def test_a_copy_without_a_state_is_as_a_new_one() -> None:
    net, optimizer = cr.Network([2, 3, 2]), cr.Adam(0.01)
    net.fit([[1, 2]], [0], epochs=2, optimizer=optimizer)
    kept = {name: array.copy() for name, array in optimizer.state_arrays(net.parameters).items()}
    other = optimizer.stateless()
    assert vars(other) == vars(cr.Adam(0.01))
    cr.Network([2, 2]).fit([[1, 2]], [0], epochs=3, optimizer=other)
    assert (other.t, optimizer.t) == (3, 2)
    for name, array in optimizer.state_arrays(net.parameters).items():
        np.testing.assert_array_equal(array, kept[name])
        assert array.any()


def test_a_count_is_a_whole_number_from_0_on_whatever_it_came_as() -> None:
    optimizer = cr.Adam()
    for given in (5, np.int64(7), np.uint8(3)):
        optimizer.t = given  # type: ignore[assignment]
        assert (optimizer.t, type(optimizer.t)) == (given, int)
    for wrong, message in (
        (-1, "Adam: t = -1 is out of range: it must be at least 0."),
        (True, "Adam: t = True is no whole number: give one that is at least 0."),
        (np.int64(-2), "Adam: t = -2 is out of range: it must be at least 0."),
    ):
        with pytest.raises(InputError if wrong is not True else KindError) as caught:
            optimizer.t = wrong  # type: ignore[assignment]
        assert str(caught.value) == message


def test_whose_numbers_an_update_takes() -> None:
    schedule, clip = cr.Exponential(0.1, 0.5), cr.ClipNorm(2.0)
    plain, both = cr.SGD(0.1), cr.SGD(schedule, clip=clip)
    assert plain.roles() == {"": plain}
    assert list(both.roles().items()) == [("schedule", schedule), ("", both), ("clip", clip)]
    assert list(cr.SGD(clip=clip).roles()) == ["", "clip"]
    assert (plain.schedule, both.schedule) == (None, schedule)
    assert (plain.label(), cr.LBFGS().label()) == ("SGD", "L-BFGS")
    assert cr.Lookahead("adam").label() == "Lookahead around Adam"
