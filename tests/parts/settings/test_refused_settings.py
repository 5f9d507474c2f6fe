"""What can't be set: out of range, of another kind, or of another program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from set_later import refused, set_to

import chainrule as cr
from chainrule.errors import Fixed, InputError, KindError, UnknownName
from chainrule.parts.contract import (
    Part,
)


@pytest.mark.parametrize(
    ("part", "name", "value", "error", "message"),
    [
        (
            cr.SGD(0.1),
            "learning_rate",
            -1,
            InputError,
            "SGD: learning_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            "x",
            KindError,
            "SGD: learning_rate = 'x' is no number: give one that is at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            True,
            KindError,
            "SGD: learning_rate = True is no number: give one that is at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            None,
            KindError,
            "SGD: learning_rate = None is no number: give one that is at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            np.nan,
            InputError,
            "SGD: learning_rate = nan is out of range: it must be at least 0.",
        ),
        (
            cr.Adam(),
            "beta1",
            1,
            InputError,
            "Adam: beta1 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (cr.ClipNorm(1), "limit", 0, InputError, "ClipNorm: limit = 0 is out of range: it must be above 0."),
        (
            cr.Cosine(1),
            "eta_min",
            -1,
            InputError,
            "Cosine: eta_min = -1 is out of range: it must be at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            cr.WarmUp(1.0, 3),
            Fixed,
            "SGD: learning_rate can't go from 0.1 to WarmUp(1.0, steps=3), which makes other lines of it: make a new "
            "SGD.",
        ),
        (
            cr.SGD(cr.WarmUp(1.0, 3)),
            "learning_rate",
            0.1,
            Fixed,
            "SGD: learning_rate can't be set to 0.1 once the part is made: make a new SGD.",
        ),
        (
            cr.RMSprop(),
            "momentum",
            0.5,
            Fixed,
            "RMSprop: momentum can't go from 0 to 0.5, which makes other lines of it: make a new RMSprop.",
        ),
        (
            cr.RMSprop(momentum=0.5),
            "momentum",
            0,
            Fixed,
            "RMSprop: momentum can't go from 0.5 to 0, which makes other lines of it: make a new RMSprop.",
        ),
        (
            cr.WarmUp(1.0, 3),
            "warmup",
            3.0,
            Fixed,
            "WarmUp: warmup can't go from 0 to 3.0, which makes other lines of it: make a new WarmUp.",
        ),
        (
            cr.WarmUp(1.0, 3),
            "steps",
            4,
            Fixed,
            "WarmUp: steps can't be set to 4 once the part is made: make a new WarmUp.",
        ),
        (
            cr.Cosine(1.0),
            "steps",
            4,
            Fixed,
            "Cosine: steps can't be set to 4 once the part is made: make a new Cosine.",
        ),
        (
            cr.RMSprop(),
            "centered",
            True,
            Fixed,
            "RMSprop: centered can't be set to True once the part is made: make a new RMSprop.",
        ),
        (
            cr.SGD(),
            "clip",
            cr.ClipNorm(1),
            Fixed,
            "SGD: clip can't be set to ClipNorm(1.0) once the part is made: make a new SGD.",
        ),
        (
            cr.SGD(),
            "state",
            ("m",),
            Fixed,
            "SGD: state can't be set to ('m',), since it belongs to the class: write class Mine(SGD) with another "
            "state.",
        ),
        (
            cr.Lookahead(),
            "k",
            3,
            Fixed,
            "Lookahead: k can't be set to 3 once the part is made: make a new Lookahead.",
        ),
        (
            cr.Lookahead(),
            "inner",
            "sgd",
            Fixed,
            "Lookahead: inner can't be set to 'sgd' once the part is made: make a new Lookahead.",
        ),
        (
            cr.Lookahead(),
            "learning_rate",
            -1,
            InputError,
            "Adam: learning_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            cr.LBFGS(),
            "gradient_tolerance",
            0.5,
            Fixed,
            "LBFGS: gradient_tolerance can't go from 1e-05 to 0.5, which makes other lines of it: make a new LBFGS.",
        ),
        (cr.SGD(), "lr", 0.5, UnknownName, "there is no setting of SGD 'lr'. There is: clip, learning_rate."),
        (cr.SGD(), "t", -1, InputError, "SGD: t = -1 is out of range: it must be at least 0."),
        (cr.SGD(), "t", 0.5, KindError, "SGD: t = 0.5 is no whole number: give one that is at least 0."),
        (
            cr.EarlyStopping(),
            "patience",
            9,
            Fixed,
            "EarlyStopping: patience can't be set to 9 once the part is made: make a new EarlyStopping.",
        ),
        (
            cr.EarlyStopping(),
            "patiance",
            9,
            UnknownName,
            "there is no setting of EarlyStopping 'patiance'. Did you mean 'patience'? "
            "There is: monitor, mode, min_delta, patience, restore_best.",
        ),
        (
            cr.data.Augment(),
            "shift",
            2.0,
            Fixed,
            "Augment: shift can't be set to 2.0 once the part is made: make a new Augment.",
        ),
    ],
)
def test_what_is_refused(part: Part, name: str, value: Any, error: type[Exception], message: str) -> None:
    before = str(part)
    assert refused(set_to(part, name, value), error) == message
    assert str(part) == before
