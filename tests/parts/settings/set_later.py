"""What the tests of settings share: data, a network, and what is said where something can't be set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import Fixed

X = np.random.default_rng(0).uniform(0.1, 1, (24, 3))
Y = np.arange(24) % 2
KEEPS = "Network(…, parameters=net.parameters) keeps the weights"


def network(**how: Any) -> cr.Network:
    return cr.Network([3, 4, 2], seed=1, **how)


def refused(act: Callable[[], object], error: type[Exception] = Fixed) -> str:
    with pytest.raises(error) as caught:
        act()
    assert isinstance(caught.value, cr.ChainruleError)
    return str(caught.value)


def set_to(thing: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(thing, name, value)
