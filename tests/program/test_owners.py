"""Who has stated a quantity, in which section, at which place and for which parameter: of one network, by hand."""

from __future__ import annotations

import pickle

import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.program.names import Names
from chainrule.program.program import Program

WEIGHTS = ("W1", "b1", "gamma1", "beta1", "W2", "b2")
# By what stands in a network: the section, the part, its place there (-1 for what has none), and the quantities.
STATED = [
    ("forward", "Standardize", 0, "x"),
    ("forward", "Dense", 1, "z1"),
    ("forward", "BatchNorm", 2, "mu1 var1 sd1 zhat1 n1 mu1_run_new var1_run_new"),
    ("forward", "Tanh", 3, "a1"),
    ("forward", "Dense", 4, "z2"),
    ("forward", "Identity", 5, "a2"),
    ("forward", "Standardize", 6, "yhat"),  # after the last layer
    ("loss", "Standardize", -1, "y"),
    ("loss", "MeanSquaredError", -1, "l L_data L_penalty L"),
    ("loss", "L2", -1, "penalty_W1 penalty_W2"),
    ("backward", "MeanSquaredError", -1, "da2"),
    ("backward", "Identity", 5, "dz2"),
    ("backward", "Dense", 4, "dW2_data db2 da1"),
    ("backward", "Tanh", 3, "dn1"),
    ("backward", "BatchNorm", 2, "dgamma1 dbeta1 dzhat1 dvar1 dmu1 dz1"),
    ("backward", "Dense", 1, "dW1_data db1"),
    ("backward", "L2", -1, "dW1_penalty dW1 dW2_penalty dW2"),
    ("backward", "ClipNorm", -1, "norm shrink"),
    *[("backward", "ClipNorm", -1, f"d{w}_squares d{w}_clipped") for w in WEIGHTS],
    ("update", "WarmUp", -1, "eta"),
    *[("update", "Momentum", -1, f"v{w}_new {w}_new") for w in WEIGHTS],
]
OF_A_PARAMETER = {
    **{f"{before}{w}{after}": w for w in WEIGHTS
       for before, after in (("d", "_squares"), ("d", "_clipped"), ("v", "_new"), ("", "_new"))},
    **{f"{before}{w}{after}": w for w in ("W1", "W2")
       for before, after in (("penalty_", ""), ("d", "_penalty"), ("d", ""))},
}  # fmt: skip


def _program() -> Program:
    layers = [cr.Dense(2, 3), cr.BatchNorm(), cr.Tanh(), cr.Dense(3, 1), cr.Identity()]
    net = cr.Network(
        layers, loss="mean_squared_error", penalty=cr.L2(0.1), seed=1,
        scaling=cr.Standardize([1.0, 2.0], [2.0, 4.0]), scale_target=cr.Standardize([5.0], [2.0]),
    )  # fmt: skip
    return net.program(cr.Momentum(cr.WarmUp(0.1, 3), clip=cr.ClipNorm(1.0)))


def test_who_states_what_and_where() -> None:
    found = {
        name: (quantity.section, type(quantity.part).__name__, quantity.place)
        for name, quantity in _program().quantities.items()
    }
    wanted = {
        name: (section, part, place) for section, part, place, names in STATED for name in names.split()
    }
    assert found == wanted


def test_to_which_parameter_it_belongs() -> None:
    found = {name: quantity.parameter for name, quantity in _program().quantities.items()}
    assert {name: parameter for name, parameter in found.items() if parameter} == OF_A_PARAMETER


def test_what_comes_from_outside() -> None:
    program = _program()
    kinds: dict[str, set[str]] = {}
    for name, kind in program.leaves.items():
        kinds.setdefault(kind, set()).add(name)
    assert kinds == {
        "input": {"x_raw"}, "target": {"y_raw"}, "parameter": set(WEIGHTS), "buffer": {"mu1_run", "var1_run"},
        "constant": {"center", "scale", "y_center", "y_scale"}, "state": {f"v{w}" for w in WEIGHTS},
        "scalar": {"m", "k", "t", "strength", "eta0", "steps", "mu", "limit"},
    }  # fmt: skip
    assert program.state == {f"v{w}": ("v", w) for w in WEIGHTS}
    assert program.scalars == {
        "strength": ("penalty", "strength"), "eta0": ("schedule", "eta0"), "steps": ("schedule", "steps"),
        "mu": ("", "mu"), "limit": ("clip", "limit"),
    }  # fmt: skip
    assert program.gradients == {w: f"d{w}_clipped" for w in WEIGHTS}
    assert (program.data, program.prepared, program.target) == ("x_raw", "x", "y_raw")
    assert (program.activation, program.output) == ("a2", "yhat")


def test_out_of_a_pickle_a_program_has_what_went_in() -> None:
    program = _program()
    program.tape(["L"])
    again = pickle.loads(pickle.dumps(program))
    assert vars(again).keys() == vars(program).keys()
    assert again._tapes == {}
    assert again.names() == program.names()
    assert again.leaves == program.leaves


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("m", "the number of samples"), ("k", "the number of outputs"), ("t", "the number of the step"),
        ("y", "the targets"), ("weight", "the samples' weights"), ("l", "the loss of each sample"), ("L", "the loss"),
        ("L_data", "the loss of the data"), ("L_penalty", "the penalty's loss"),
    ],
)  # fmt: skip
def test_what_the_program_itself_states_is_told_to_who_would_state_it_too(name: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Names().claim(name, "the noise of Mine()")
    assert str(caught.value) == (
        f"{name} is {words}, and can't be the noise of Mine() as well: give it another name."
    )
