"""Activation functions and their derivatives, against formulas and differences."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from drawn import assert_tidy, legend
from scipy.special import erf, expit

import chainrule as cr
from chainrule import plots
from chainrule.errors import ChainruleError, InputError, UnknownName

Z = np.linspace(-4, 4, 801)


def gelu(z: Any) -> Any:
    return z * (1 + erf(z / math.sqrt(2))) / 2


@pytest.mark.parametrize(
    ("name", "function"),
    [("sigmoid", expit), ("tanh", np.tanh), ("gelu", gelu), ("softplus", lambda z: np.log1p(np.exp(z)))],
)
def test_a_curve_and_its_derivative(name: str, function: Any) -> None:
    thick, thin = plots.activation_functions(name).lines[2:4]
    np.testing.assert_allclose(thick.get_xdata(), Z)
    np.testing.assert_allclose(thick.get_ydata(), function(Z), atol=1e-12)
    h = 1e-5
    np.testing.assert_allclose(thin.get_ydata(), (function(Z + h) - function(Z - h)) / (2 * h), atol=1e-8)
    assert thick.get_linewidth() > thin.get_linewidth() >= 1.5


def test_several_and_a_function_of_ones_own() -> None:
    ax = plots.activation_functions("relu", cr.LeakyReLU(0.2), lambda z: z * np.tanh(z), span=2)
    curves = ax.lines[2:]
    assert len(curves) == 6
    z = curves[0].get_xdata()
    assert (z[0], z[-1], ax.get_xlim()) == (-2, 2, (-2, 2))
    np.testing.assert_allclose(curves[3].get_ydata(), np.where(z > 0, 1, 0.2))
    np.testing.assert_allclose(curves[5].get_ydata(), np.tanh(z) + z / np.cosh(z) ** 2, atol=1e-12)
    assert len({line.get_linestyle() for line in curves[::2]}) == 3
    assert legend(ax)[-1] == "derivative (thin)"
    assert len(legend(ax)) == 4
    assert_tidy(ax)


@pytest.mark.parametrize(
    ("draw", "kind", "message"),
    [
        (
            lambda: plots.activation_functions(),
            InputError,
            'activation_functions draws what is named: give at least one, such as "tanh".',
        ),
        (
            lambda: plots.activation_functions("softmax"),
            InputError,
            "softmax mixes the values of a sample, so it has no curve over one z: leave it out.",
        ),
        (
            lambda: plots.activation_functions("tanh", span=0),
            InputError,
            "span = 0 is out of range: it must be above 0.",
        ),
    ],
)
def test_errors(draw: Any, kind: type[ChainruleError], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        draw()
    with pytest.raises(UnknownName):
        plots.activation_functions("tanhh")
