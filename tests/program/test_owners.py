"""Who has stated a quantity, in which section, at which place and for which parameter: of one network, by hand."""

from __future__ import annotations

import dataclasses
import pickle
import re
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.expressions import Const, Expr, Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.program.names import Names
from chainrule.program.program import Program, Quantity
from chainrule.program.write import Writer

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


# What its own part calls it, where that is not the name without its number.
CALLED = {
    "yhat": "x_raw", "y": "x",  # a scaling takes x_raw and gives x, whatever it scales
    "da1": "dx",  # the gradient of a dense layer's input
    "dn1": "dz",  # and of tanh's
    **{f"penalty_{w}": "penalty" for w in ("W1", "W2")}, **{f"d{w}_data": "dW" for w in ("W1", "W2")},
    **{f"d{w}": "dw" for w in ("W1", "W2")}, **{f"d{w}_penalty": "dw_penalty" for w in ("W1", "W2")},
    **{f"d{w}_{what}": f"dw_{what}" for w in WEIGHTS for what in ("squares", "clipped")},
    **{f"v{w}_new": "v_new" for w in WEIGHTS}, **{f"{w}_new": "w_new" for w in WEIGHTS},
}  # fmt: skip


def test_what_its_own_part_calls_it() -> None:
    program = _program()
    found = {name: quantity.local for name, quantity in program.quantities.items()}
    assert found == {name: CALLED.get(name, re.sub(r"[12](?=_|$)", "", name)) for name in program.quantities}
    assert [quantity.name for quantity in program.quantities.values()] == list(program.quantities)


def test_of_a_plain_network_too() -> None:
    program = cr.Network([2, 2], output="identity", loss="half_squared_error").program(cr.SGD())
    found = {name: (quantity.local, quantity.place) for name, quantity in program.quantities.items()}
    assert found == {
        "z1": ("z", 0), "a1": ("a", 1), "l": ("l", -1), "L": ("L", -1), "da1": ("da", -1),
        "dz1": ("dz", 1), "dW1": ("dW", 0), "db1": ("db", 0), "W1_new": ("w_new", -1), "b1_new": ("w_new", -1),
    }  # fmt: skip


# Of what is whose, in the words that a clash of names tells.
OWNERS = {
    "x_raw": "the input", "y_raw": "the targets as they come", "m": "the number of samples",
    "W1": "the parameter W of Dense(2, 3)", "gamma1": "the parameter gamma of BatchNorm(0.1)",
    "mu1_run": "the buffer mu_run of BatchNorm(0.1)", "center": "the constant center of Standardize(…)",
    "y_center": "the constant center of Standardize(…), which scales targets", "z1": "the quantity z of Dense(2, 3)",
    "mu1_run_new": "the quantity mu_run_new of BatchNorm(0.1)", "yhat": "the quantity x_raw of Standardize(…)",
    "strength": "the setting strength of L2(0.1)", "eta0": "the setting eta0 of WarmUp(0.1, steps=3)",
    "mu": "the setting mu of Momentum(WarmUp(0.1, steps=3), clip=ClipNorm(1.0))",
    "limit": "the setting limit of ClipNorm(1.0)", "norm": "the quantity norm of ClipNorm(1.0)",
    "vW1": "the state v of Momentum(WarmUp(0.1, steps=3), clip=ClipNorm(1.0))",
    "W1_new": "the quantity w_new of Momentum(WarmUp(0.1, steps=3), clip=ClipNorm(1.0))",
    "dW1_penalty": "the quantity dw_penalty of L2(0.1)", "dW1_data": "the quantity dW of Dense(2, 3)",
    "da1": "the quantity dx of Dense(3, 1)", "da2": "the quantity da of MeanSquaredError()",
}  # fmt: skip


def test_whose_a_name_is() -> None:
    program = _program()
    layers = [cr.Dense(2, 3), cr.BatchNorm(), cr.Tanh(), cr.Dense(3, 1), cr.Identity()]
    net = cr.Network(
        layers, loss="mean_squared_error", penalty=cr.L2(0.1), seed=1,
        scaling=cr.Standardize([1.0, 2.0], [2.0, 4.0]), scale_target=cr.Standardize([5.0], [2.0]),
    )  # fmt: skip
    writer = Writer(program.plan, net)
    writer.program()
    assert {name: writer.names.owner(name) for name in OWNERS} == OWNERS


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


def test_a_program_of_long_rules_takes_no_stack_to_be_pickled() -> None:
    def chain(of: float) -> Expr:
        rule: Expr = Name("z")
        for _ in range(5_000):
            rule = Node(ops.ADD, (rule, Const(of)), {})
        return rule

    plain = cr.Network([1, 1], output="identity", loss="half_squared_error").program()
    one = Quantity("a1", "a", chain(1.0), "forward", cr.Identity(), 1)
    two = Quantity("l", "l", Name("a1"), "loss", cr.Identity(), -1, textbook_form=chain(2.0))
    program = dataclasses.replace(plain, quantities={"a1": one, "l": two})
    again = pickle.loads(pickle.dumps(program))
    assert evaluate(again.quantities["a1"].rule, {"z": 0.0}) == 5_000
    assert evaluate(again.quantities["l"].textbook_form, {"z": 0.0}) == 10_000
    assert vars(again).keys() == vars(program).keys()  # and nothing of how it was done


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


# --- what a program tells of itself -----------------------------------------------------------------------------


def _names(quantities: Any) -> list[str]:
    return [quantity.name for quantity in quantities]


def test_which_lines_are_for_what() -> None:
    program = _program()
    assert _names(program.preparation) == ["x"]
    assert _names(program.scaling_of_targets) == ["y"]
    assert _names(program.restoring) == ["yhat"]
    assert _names(program.shared) == ["eta"]
    assert _names(program.update_of("W2")) == ["vW2_new", "W2_new"]
    assert program.state_of("gamma1") == {"vgamma1": "v"}
    assert program.buffers == {"mu1_run": "mu1_run_new", "var1_run": "var1_run_new"}
    double = {name for name, quantity in program.quantities.items() if program.in_double(quantity)}
    assert double == {"x", "y", "yhat"}
    plain = cr.Network([2, 3, 1], output="identity", loss="half_squared_error").program()
    assert (plain.preparation, plain.scaling_of_targets, plain.restoring, plain.shared) == ([], [], [], [])
    assert (plain.buffers, plain.state_of("W1"), plain.target, plain.prepared) == ({}, {}, "y", "x")
    assert not any(map(plain.in_double, plain.quantities.values()))


def test_of_what_is_given_nothing_is_computed() -> None:
    program = _program()
    assert _names(program.needed(["z2"])) == ["x", "z1", "mu1", "var1", "sd1", "zhat1", "n1", "a1", "z2"]
    assert _names(program.needed(["z2"], given=["zhat1"])) == ["n1", "a1", "z2"]
    assert _names(program.needed(["z2", "zhat1"], given=["zhat1", "z1"])) == ["n1", "a1", "z2"]
    assert _names(program.needed(["z2"], given=["z2"])) == []
    assert _names(program.needed([])) == []


def test_the_numbers_that_a_step_takes() -> None:
    program = _program()
    penalty = cr.L2(0.75)
    optimizer = cr.Momentum(cr.WarmUp(0.5, 4), momentum=0.25, clip=cr.ClipNorm(2.0))
    assert program.numbers(optimizer, penalty) == {
        "strength": 0.75, "eta0": 0.5, "steps": 4, "mu": 0.25, "limit": 2.0, "t": 1,
    }  # fmt: skip
    optimizer.t = 6
    assert program.numbers(optimizer, penalty)["t"] == 7
    penalized = cr.Network([2, 3, 2], penalty=penalty).program()
    assert penalized.numbers(None, cr.L2(0.125)) == {"strength": 0.125}
    assert cr.Network([2, 3, 2]).program().numbers(None, None) == {}


def test_the_chain_rule_gives_the_gradients_of_the_backward_pass_alone() -> None:
    program = _program()
    assert {name for name, quantity in program.quantities.items() if quantity.by_chain_rule} == {
        "da2", "dz2", "dW2_data", "db2", "da1", "dn1", "dgamma1", "dbeta1", "dzhat1", "dvar1", "dmu1", "dz1",
        "dW1_data", "db1", "dW1_penalty", "dW1", "dW2_penalty", "dW2",
        *[f"d{w}_{after}" for w in WEIGHTS for after in ("squares", "clipped")],
    }  # fmt: skip
    named = type("Mine", (cr.Activation,), {"forward": _named_like_a_gradient})()
    assert not cr.Network([2, 3, 2], hidden=named).program().quantities["double1"].by_chain_rule


def _named_like_a_gradient(self: Any, q: Any) -> None:
    q.double = 2 * q.z
    q.a = np.tanh(q.double)


def test_a_quantity_s_form() -> None:
    program = cr.Network([2, 3, 2]).program()
    log, z = program.quantities["log_a2"], program.quantities["z1"]
    assert log.form(textbook=True) is log.textbook_form is not None
    assert log.form(textbook=False) is log.rule
    assert z.form(textbook=True) is z.form(textbook=False) is z.rule


def test_a_step_computes_what_is_asked_for_with_something_in_its_place() -> None:
    """z = 2 · 3 + 1, a = tanh z: by hand."""
    net = cr.Network([1, 1], hidden="tanh", output="tanh", loss="half_squared_error",
                     parameters={"W1": [[3.0]], "b1": [1.0]})  # fmt: skip
    program = net.program(targets=False)
    given = {"x": np.array([[2.0]]), "W1": np.array([[3.0]]), "b1": np.array([1.0])}
    whole = program.run(given)
    assert list(whole) == ["x", "W1", "b1", "z1", "a1"]
    assert (whole["z1"].item(), whole["a1"].item()) == (7, np.tanh(7.0))
    assert list(program.run(given, wanted=["a1"])) == ["a1"]
    moved = program.run(given, {"z1": lambda z: z - 6.5, "x": lambda x: x})
    assert (moved["z1"].item(), moved["a1"].item()) == (0.5, np.tanh(0.5))
    moved = program.run(given, {"x": lambda x: x / 4, "a1": lambda a: 3 * a})
    assert (moved["z1"].item(), moved["a1"].item()) == (2.5, 3 * np.tanh(2.5))
    assert program.run(given, {"z1": lambda z: z * 0}, ["a1"])["a1"].item() == 0
    assert given["x"].item() == 2


def test_a_tape_is_made_once_for_what_it_is_asked() -> None:
    program = _program()
    assert program.tape(["a2"]) is program.tape(iter(["a2"]))
    assert program.tape(["a2"]) is not program.tape(["a1"])
    assert program.tape(["a2"], ["z2"]) is not program.tape(["a2"])
    assert list(program.tape(["a2"], ["z2"]).given) == ["z2"]
    assert program.update_tape("W1") is program.update_tape("W1")
    assert program.update_tape("W1") is not program.update_tape("W2")
    assert list(program.update_tape("W2").wanted) == ["W2_new", "vW2_new"]
    assert set(program.update_tape("W2").given) == {"t", "eta0", "steps", "mu", "vW2", "dW2_clipped", "W2"}
