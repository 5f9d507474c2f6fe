"""The namespaces behind the scopes of rules: each local name's place in the network, and who may read what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, LanguageError, UnknownName
from chainrule.expressions import Scope
from chainrule.expressions.operations import language
from chainrule.notation import formula
from chainrule.parts.contract import Optimizer
from chainrule.program.builder import Builder
from chainrule.program.namespaces import (
    ArraysNamespace,
    ClippingNamespace,
    LayerNamespace,
    LossNamespace,
    PenaltyNamespace,
    SharedNamespace,
    TargetNamespace,
    UpdateNamespace,
    close,
)

LAYERS = [cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()]


def builder(optimizer: Optimizer | None = None) -> Builder:
    """A program of two layers that is about to be written: there are its inputs and parameters."""
    net = cr.Network(LAYERS, seed=1)
    made = Builder(net.program(optimizer).plan, net)
    made.leaf("x", "input", np.array([[1.0, 2.0], [3.0, -4.0]]))
    for name, array in made.parameters.items():
        made.leaf(name, "parameter", array)
    for name in ("m", "t"):
        made.leaf(name, "scalar", 2)
    return made


def second_layer(to: Builder) -> LayerNamespace:
    return LayerNamespace(to, LAYERS[2], 2, "a1", "z2", 2, {"W": "W2", "b": "b2", "u": "u2"})


def refused(act: Any, error: type[Exception] = LanguageError) -> str:
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)


# --- places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "name"),
    [
        ("x", "a1"),  # what a dense layer takes is what the layer before it gives
        ("z", "z2"),
        ("W", "W2"),
        ("u", "u2"),
        ("dW", "dW2"),
        ("m", "m"),  # every step has it
        ("k", "k"),
        ("centered", "centered2"),
        ("distance", "distance2"),  # a d that begins no gradient
    ],
)
def test_a_layer_s_names(local: str, name: str) -> None:
    assert second_layer(builder()).place(local) == name


def test_a_gradient_is_one_of_what_there_is() -> None:
    to = builder()
    layer = LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"})
    assert layer.place("dh") == "dh1"
    assert second_layer(to).place("dx") == "dx2"  # there is no a1 yet, so no gradient of it
    to.names.claim("a1", "an output")
    assert second_layer(to).place("dx") == "da1"


def test_before_the_first_layer_with_weights_names_have_no_number() -> None:
    scaling = LayerNamespace(builder(), cr.Standardize([0.0], [1.0]), 0, "x_raw", "x", 0, {})
    assert scaling.place("centered") == "centered"


def test_what_a_layer_remembers_gets_its_new_value_s_name() -> None:
    net = cr.Network([cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()])
    norm = LayerNamespace(
        Builder(net.program().plan, net), net.layers[1], 1, "z1", "h1", 1, {"mu_run": "mu1_run"}
    )
    assert norm.place("mu_run") == "mu1_run"
    assert norm.place("mu_run_new") == "mu1_run_new"
    assert norm.place("var_run_new") == "var_run_new1"  # of no memory of this layer


@pytest.mark.parametrize(
    ("local", "name"),
    [
        ("w", "W1"),
        ("dw", "dW1"),
        ("w_new", "W1_new"),
        ("m", "mW1"),
        ("m_hat", "mW1_hat"),
        ("dw_clipped", "dW1_clipped"),
        ("v_max_new", "vW1_max_new"),
    ],
)
def test_names_of_what_belongs_to_a_parameter(local: str, name: str) -> None:
    update = UpdateNamespace(builder(), cr.SGD(), "W1", "dW1", {})
    assert update.place(local) == name


def test_an_update_reads_the_gradient_that_the_optimizer_gets() -> None:
    update = UpdateNamespace(builder(), cr.SGD(), "W1", "dW1_clipped", {"eta": "eta", "beta1": "beta1_adam"})
    assert [update.place(n) for n in ("dw", "dw_scaled", "eta", "beta1")] == [
        "dW1_clipped", "dW1_scaled", "eta", "beta1_adam",
    ]  # fmt: skip
    assert refused(lambda: update.read("learning_rate")) == (
        "SGD(0.01): its learning_rate is q.eta in update(q)."
    )


def test_a_penalty_has_one_number_a_parameter() -> None:
    penalty = PenaltyNamespace(builder(), cr.L2(0.1), "W2")
    assert [penalty.place(n) for n in ("penalty", "w", "dw_penalty")] == ["penalty_W2", "W2", "dW2_penalty"]


def test_a_clipping_s_numbers_are_one_for_all_parameters() -> None:
    clip = ClippingNamespace(builder(), cr.ClipNorm(1.0), "b2", {"limit": "limit"})
    assert [clip.place(n) for n in ("dw", "dw_clipped", "limit", "norm")] == [
        "db2", "db2_clipped", "limit", "norm",
    ]  # fmt: skip


# --- stating through a scope ----------------------------------------------------------------------------------


def test_what_a_rule_states_is_written_down_by_its_name() -> None:
    to = builder()
    q = Scope(LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"}))
    q.z = 2 * (q.x @ q.W)
    q.also(z=q.x @ q.W + q.x @ q.W)
    written = to.quantities["z1"]
    assert (written.local, written.section, written.place) == ("z", "forward", 0)
    assert formula(written.rule) == "2 × x · W1"
    assert written.textbook_form is not None
    assert formula(written.textbook_form) == "x · W1 + x · W1"
    assert to.names.owner("z1") == "the quantity z of Dense(2, 3)"
    np.testing.assert_allclose(
        to.values["z1"].value, 2 * np.array([[1.0, 2.0], [3.0, -4.0]]) @ to.parameters["W1"]
    )


def test_a_gradient_that_nobody_needs_is_not_written_down() -> None:
    to = builder()
    to.untrained = {"x"}
    layer = LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"})
    layer.define("dx", "dx", to.values["x"])
    assert (layer.stated, "dx" in to.quantities) == ({"dx": ""}, False)


def test_other_forms_of_what_is_there_are_taken_beside_one_that_nobody_needs() -> None:
    to = builder()
    to.untrained = {"x"}
    layer = LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"})
    q = Scope(layer)
    q.z = q.x @ q.W
    layer.section = "backward"
    to.names.claim("x", "the input")
    q.dx = q.x * 1
    q.also(dx=q.x * 2, z=q.x @ q.W + 0)
    assert "dx" not in to.quantities
    form = to.quantities["z1"].textbook_form
    assert form is not None
    assert formula(form) == "x · W1 + 0"


def test_the_gradient_of_a_penalized_parameter_is_that_of_the_data() -> None:
    to = builder()
    to.penalized = ["W1"]
    layer = LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"})
    layer.section = "backward"
    Scope(layer).dW = 3 * to.values["W1"]
    assert list(to.quantities) == ["dW1_data"]


def stated(local: str, value: Any, section: Any = "forward") -> Any:
    """What is said where the first layer states that."""
    to = builder()
    layer = LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"})
    layer.section = section
    return lambda: setattr(Scope(layer), local, value(to) if callable(value) else value)


def test_what_a_layer_can_t_state() -> None:
    assert refused(stated("z", 3.5)) == ("Dense(2, 3): q.z = 3.5 is not made from quantities of the network.")
    assert refused(stated("m", lambda to: to.values["m"] * 1), InputError) == (
        "Dense(2, 3): m is the number of samples, so q.m can't be stated: give it another name."
    )
    assert refused(stated("dW", lambda to: 1 * to.values["W1"]), InputError) == (
        "Dense(2, 3): q.dW would be dW1, the gradient of W1, which is stated in backward(q): give it another name."
    )
    assert refused(stated("dW", lambda to: 1 * to.values["x"], "backward")) == (
        "Dense(2, 3): q.dW has the shape (2, 2) for two samples, and a gradient has the shape of what it belongs to: "
        "(2, 3)."
    )
    assert refused(stated("_z", lambda to: 1 * to.values["x"])) == (
        "Dense(2, 3): '_z' is no name of a quantity: it begins with a letter, goes on with letters, digits or "
        "underscores, and is no word of Python's."
    )


def test_a_name_that_ends_like_another_is_no_gradient_of_it() -> None:
    """By its first letter, or by the names that there are, sz would be something of z; it has another shape."""
    to = builder()
    q = Scope(LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"}))
    q.z = q.x @ q.W
    q.sz = q.z.sum(axis=1)
    q.dist = q.z.sum(axis=0)
    assert [*to.quantities] == ["z1", "sz1", "dist1"]


def test_another_form_comes_after_the_first() -> None:
    to = builder()
    q = Scope(second_layer(to))
    assert refused(lambda: q.also(z=to.values["x"] @ to.values["W1"]), UnknownName) == (
        "there is no quantity 'z2'. Dense(3, 2): state q.z before its other form."
    )


def test_what_all_parameters_share_is_a_number() -> None:
    to = builder()
    shared = SharedNamespace(to, cr.SGD(), {"step": "t"}, taken=("dw",))
    q = Scope(shared)
    q.half = q.step / 2
    assert formula(to.quantities["half"].rule) == "t/2"
    assert refused(lambda: setattr(q, "size", 1 * to.values["W1"])) == (
        "SGD(0.01): q.size is made from arrays: what all parameters share is a number, made from the settings and q.t."
    )
    assert refused(lambda: setattr(q, "dw", q.step * 1), InputError) == (
        "SGD(0.01): q.dw is something else for this part already: rename it."
    )


def clippings(to: Builder) -> list[ClippingNamespace]:
    """One for each of two parameters, and each knows the other."""
    found: list[ClippingNamespace] = []
    for name in ("b1", "b2"):
        to.leaf(f"d{name}", "input", np.ones(len(to.parameters[name])))
        found.append(ClippingNamespace(to, cr.ClipNorm(1.0), name, {}, found))
    return found


def test_a_total_goes_over_all_parameters_in_order() -> None:
    to = builder()
    first, second = clippings(to)
    for namespace in (first, second):
        namespace.define("dw_size", namespace.place("dw_size"), namespace.read("dw").sum())
    assert formula(Scope(first).total("dw_size").expr) == "db1_size + db2_size"
    assert Scope(second).total("dw_size").value == 3 + 2


def test_a_total_needs_all_parameters() -> None:
    update = UpdateNamespace(builder(), cr.SGD(), "W1", "dW1", {})
    assert refused(lambda: update.total("w")) == (
        "SGD(0.01): q.total('w') sums over all parameters, which only join(q) of a clipping does."
    )


# --- tried on numbers ---------------------------------------------------------------------------------------


def tried(local: str, value: Any) -> Any:
    """The first layer's q.z = 2 x W was written down; now a rule is called on numbers."""
    to = builder()
    written = LayerNamespace(to, LAYERS[0], 0, "x", "z1", 1, {"W": "W1", "b": "b1"})
    q = Scope(written)
    q.z = 2 * (q.x @ q.W)
    x, W = np.array([[0.5, -1.0]]), np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
    numbers = {"x": x, "W1": W, "z1": np.array([[1.0, 0.0, 5.0]])}  # 2 (0.5 W[0] - W[1]), by hand
    return lambda: setattr(Scope(ArraysNamespace(written, numbers)), local, value(numbers))


def test_on_numbers_a_rule_gives_what_was_written_down() -> None:
    tried("z", lambda n: 2 * n["x"] @ n["W1"])()
    for local, value in (("z", lambda n: 2.1 * n["x"] @ n["W1"]), ("h", lambda n: n["x"])):
        assert refused(tried(local, value)) == (
            f"Dense(2, 3): q.{local} gets other numbers on an array than by the rule that was written down from it: it "
            "must do the same for every input, without a branch on type, state or chance. "
            f"A rule may use {language()}."
        )


def test_on_numbers_a_total_is_one_over_all_parameters() -> None:
    to = builder()
    values = {"db1": np.array([1.0, 2.0, 3.0]), "db2": np.array([10.0, 20.0, 30.0])}
    first = clippings(to)[0]
    np.testing.assert_array_equal(ArraysNamespace(first, values).total("dw"), [11.0, 22.0, 33.0])


@pytest.mark.parametrize(
    ("given", "known", "same"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-8], True),
        ([1.0, 2.0], [1.0, 2.0 + 1e-5], False),
        ([1e-9, 1e3], [0.0, 1e3], True),  # small beside the largest
        ([1e-6, 1e3], [0.0, 1e3], True),
        ([1e-3, 1e3], [0.0, 1e3], False),
        ([1e-9, 1e-10], [2e-9, 1e-10], False),  # small, and all there is
        ([0.0, 1e-20], [0.0, 2e-20], False),
        ([1e-20], [1e-20 * (1 + 1e-8)], True),
        ([np.inf, 1.0], [np.inf, 1.0 + 1e-3], False),
        ([np.inf], [np.inf], True),
        ([np.nan], [1.0], False),
        ([1e308], [-1e308], False),  # and no warning, though their difference is beyond all numbers
        ([], [], True),
        ([np.nan, 1.0], [np.nan, 1.0], True),
        ([np.inf, 1.0], [np.inf, 1.0], True),
        ([np.inf, 1.0], [-np.inf, 1.0], False),
        ([[1.0, 2.0]], [1.0, 2.0], False),  # of another shape
        (np.float32([1, 2]), [1.0, 2.001], True),  # as far as single precision tells
        (np.float32([1, 2]), [1.0, 2.1], False),
    ],
)
def test_close_is_the_same_but_for_rounding(given: Any, known: Any, same: bool) -> None:
    assert close(np.asarray(given), np.asarray(known)) is same


# --- what a derived gradient is ---------------------------------------------------------------------------------


class Apart(cr.Loss):
    """One that has its own way to the sums, and leaves its gradients out."""

    def forward(self, q: Any) -> None:
        q.l = np.square(q.z - q.y).sum(axis=1)


def test_a_loss_that_reads_more_than_outputs_and_targets_states_its_gradients() -> None:
    assert refused(lambda: cr.Network([2, 3, 2], output="tanh", loss=Apart())) == (
        "Apart() reads z2: a loss without backward(q) may read q.a and q.y alone, since what reaches the output by "
        "other ways would be left out. State q.da and q.dz in backward(q)."
    )


def test_a_loss_that_no_output_changes_has_a_gradient_of_0() -> None:
    net = cr.Network([2, 3, 2], output="tanh", loss=lambda a, y: np.square(y).sum(axis=1))
    trace = net.trace([[1.0, 2.0]], [[0.5, 1.5]], "sgd")
    assert trace.loss == 0.25 + 2.25
    written = trace.program.quantities["da2"]
    assert (written.local, written.section, written.place) == ("da", "backward", -1)
    assert formula(written.rule) == "0 × a2"
    for name in net.parameters:
        np.testing.assert_array_equal(trace[f"d{name}"], 0 * trace[name])


def test_a_step_function_has_a_slope_of_0_and_says_so() -> None:
    trace = cr.Network([2, 3, 2], hidden=lambda z: np.where(z > 0, 1.0, -1.0)).trace([[1.0, 2.0]], [0])
    written = trace.program.quantities["dz1"]
    assert written.note == "a step function: its slope is 0, so nothing before it can learn"
    assert (written.local, formula(written.rule), written.place) == ("dz", "0 × z1", 1)
    np.testing.assert_array_equal(trace["dW1"], np.zeros((2, 3)))
    assert trace.program.quantities["da1"].note == ""
    floored = cr.Network([cr.Dense(2, 3), cr.Activation.of(np.floor), cr.Dense(3, 2), cr.Softmax()])
    assert formula(floored.program().quantities["dz1"].rule) == "0 × z1"


def test_before_the_first_parameter_there_is_no_gradient_of_a_step() -> None:
    steps = type("Steps", (cr.Layer,), {"takes": "x_raw", "gives": "x",
                 "forward": lambda self, q: setattr(q, "x", np.floor(q.x_raw))})()  # fmt: skip
    program = cr.Network([steps, cr.Dense(2, 3), cr.Softmax()]).program()
    assert [name for name in program.quantities if name.startswith("dx")] == []
    with_inputs = cr.Network([steps, cr.Dense(2, 3), cr.Softmax()]).program(to_inputs=True)
    assert formula(with_inputs.quantities["dx_raw"].rule) == "0 × x_raw"


def derived(function: Any) -> dict[str, tuple[str, str]]:
    """The lines of a hidden layer's gradients: the local name and the rule of each."""
    program = cr.Network([2, 3, 2], hidden=function).program()
    return {
        name: (quantity.local, formula(quantity.rule))
        for name, quantity in program.quantities.items()
        if quantity.place == 1 and quantity.section == "backward"
    }


def test_a_function_of_each_entry_is_derived_by_its_slope_and_another_by_the_chain_rule() -> None:
    class Through(cr.Activation):
        def forward(self, q: Any) -> None:
            q.h = np.square(q.z)
            q.a = np.sin(q.h)

    class Slope(cr.Activation):
        def forward(self, q: Any) -> None:
            q.slope = 2 * q.z
            q.a = np.sin(q.slope)

    class Read(cr.Activation):
        """Which has other forms: the slope is of what is computed, so the chain rule goes by the form."""

        def forward(self, q: Any) -> None:
            q.a = np.sin(q.z)
            q.also(a=np.sin(q.z * 1))

    by_slope = {"slope1": ("slope", "cos(z1)"), "dz1": ("dz", "da1 ⊙ slope1")}
    assert derived(lambda z: np.sin(z)) == by_slope
    assert derived(Through()) == {"dh1": ("dh", "da1 ⊙ cos(h1)"), "dz1": ("dz1", "2 × dh1 ⊙ z1")}
    assert derived(Slope()) == {"dslope1": ("dslope", "da1 ⊙ cos(slope1)"), "dz1": ("dz1", "dslope1 × 2")}
    assert derived(Read()) == {"dz1": ("dz1", "da1 ⊙ cos(z1)")}
    assert derived(lambda z: 3 * z) == {"dz1": ("dz1", "da1 × 3")}  # a slope that is one number is no line


def test_what_two_ways_bring_is_added_up() -> None:
    class Two(cr.Activation):
        def forward(self, q: Any) -> None:
            q.g = np.sin(q.z)
            q.h = np.square(q.z)
            q.a = q.g * q.h

    lines = derived(Two())
    assert lines["dh1"] == ("dh", "da1 ⊙ g1")
    assert lines["dg1"] == ("dg", "da1 ⊙ h1")
    assert lines["dz1"][1] == "2 × dh1 ⊙ z1 + dg1 ⊙ cos(z1)"


def test_a_parameter_of_one_s_own_gets_its_gradient_and_a_constant_none() -> None:
    body = {
        "takes": "a", "gives": "h", "forward": lambda self, q: setattr(q, "h", q.a * q.c + q.d),
        "parameters": lambda self, *_: {"c": np.full(3, 2.0)}, "constants": lambda self: {"d": np.ones(3)},
    }  # fmt: skip
    mine = type("Mine", (cr.Layer,), body)()
    net = cr.Network([cr.Dense(2, 3), cr.Tanh(), mine, cr.Dense(3, 2), cr.Softmax()])
    lines = {name: formula(quantity.rule) for name, quantity in net.program().quantities.items()}
    assert lines["dc1"] == "Σ dh1 ⊙ a1"
    assert lines["da1"] == "dh1 ⊙ c1"
    assert "dd1" not in lines


# --- a penalty's numbers, and what it adds ------------------------------------------------------------------------


def test_a_penalty_s_number_comes_from_outside_once_it_is_read() -> None:
    to = builder()
    first, second = (PenaltyNamespace(to, cr.L2(0.25), name) for name in ("W1", "W2"))
    assert (to.scalars, "strength" in to.leaves) == ({}, False)
    assert formula(first.read("strength").expr) == "λ"
    assert first.read("strength").value == second.read("strength").value == 0.25
    assert to.scalars == {"strength": ("penalty", "strength")}
    assert to.leaves["strength"] == "scalar"
    assert [first.place(local) for local in ("strength", "m", "k", "w", "penalty")] == [
        "strength", "m", "k", "W1", "penalty_W1",
    ]  # fmt: skip
    assert (first.section, first.parameter, second.parameter, first.at) == ("loss", "W1", "W2", -1)
    assert (first.summed, second.summed) == (("penalty_W1",), ("penalty_W2",))


def test_a_number_that_a_page_would_show_like_another_has_the_name_of_its_penalty() -> None:
    to = builder()
    to.names.claim("strength", "the constant strength of Mine()")
    penalty = PenaltyNamespace(to, cr.L2(0.25), "W1")
    penalty.read("strength")
    assert to.scalars == {"strength_l2": ("penalty", "strength")}
    assert penalty.place("strength") == "strength_l2"


def test_what_a_derived_penalty_adds_is_called_as_if_it_were_stated() -> None:
    to = builder()
    penalty = PenaltyNamespace(to, cr.Penalty.of(lambda w: w.sum()), "W1")
    penalty.section = "backward"
    penalty.define("dW1", "dW1", 2 * to.values["W1"])
    assert to.quantities["dW1_penalty"].local == "dw_penalty"
    assert penalty.stated == {"dw_penalty": "dW1_penalty"}
    penalty.define("dw_half", "dW1_half", 1 * to.values["W1"])
    assert to.quantities["dW1_half"].local == "dw_half"
    assert {q.parameter for q in to.quantities.values()} == {"W1"}


def test_an_update_reads_a_few_rows_of_an_array_and_numbers_whole() -> None:
    to = builder()
    to.leaf("W9", "parameter", np.arange(12.0).reshape(4, 3))
    to.leaf("eta", "scalar", 0.5)
    update = UpdateNamespace(to, cr.SGD(), "W9", "dW9", {"eta": "eta"})
    assert update.read("w").value.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert formula(update.read("w").expr) == "W9"
    assert update.read("eta").value == 0.5
    assert (update.section, update.parameter, update.at) == ("update", "W9", -1)
    for name, letter in (("learning_rate", "eta"), ("momentum", "mu")):
        said = refused(lambda name=name: update.read(name))
        assert said == f"SGD(0.01): its {name} is q.{letter} in update(q)."


def test_the_sections_and_places_of_the_others() -> None:
    to = builder()
    clip = ClippingNamespace(to, cr.ClipNorm(1.0), "W1", {"limit": "limit_clip"})
    shared = SharedNamespace(to, cr.SGD(), {"eta": "eta_sgd"})
    assert (clip.section, clip.parameter, clip.at, list(clip.all)) == ("backward", "W1", -1, [])
    assert (shared.section, shared.parameter, shared.at) == ("update", "", -1)
    assert [shared.place(local) for local in ("eta", "half")] == ["eta_sgd", "half"]
    assert [clip.place(local) for local in ("w", "dw", "w_size", "dw_size", "limit", "d", "most_w")] == [
        "W1", "dW1", "W1_size", "dW1_size", "limit_clip", "d", "most_w",
    ]  # fmt: skip
    target = TargetNamespace(to, cr.Standardize([0.0], [1.0]), -1, "loss", "y_raw", "y")
    assert [target.place(local) for local in ("x_raw", "x", "center", "m", "centered")] == [
        "y_raw", "y", "y_center", "m", "y_centered",
    ]  # fmt: skip
    assert (target.section, target.at) == ("loss", -1)


def test_a_scale_of_targets_states_y_and_nothing_else_that_every_step_has() -> None:
    to = builder()
    to.leaf("y_raw", "target", np.ones((2, 2)))
    target = TargetNamespace(to, cr.Standardize([0.0], [1.0]), -1, "loss", "y_raw", "y")
    target.state("x", target.read("x_raw") * 2)
    assert formula(to.quantities["y"].rule) == "y_raw × 2"
    assert refused(lambda: target.state("l", target.read("x_raw") * 2), InputError) == (
        "Standardize(…): l is the loss of each sample, so q.l can't be stated: give it another name."
    )


def test_a_loss_states_l_and_calls_the_output_s_gradient_da() -> None:
    to = builder()
    output = LayerNamespace(to, LAYERS[3], 3, "z2", "a2", 2, {})
    loss = LossNamespace(to, cr.CrossEntropy(class_weights=[1.0, 2.0]), output)
    assert (loss.section, loss.at, loss.parameter) == ("loss", -1, "")
    assert [loss.place(local) for local in ("a", "z", "y", "m", "l", "da", "r")] == [
        "a2", "z2", "y", "m", "l", "da2", "r2",
    ]  # fmt: skip
    to.leaf("a2", "input", np.ones((2, 2)))
    to.names.claim("a2", "an output")
    loss.section = "backward"
    loss.define("anything", "da2", 2 * to.values["a2"])
    assert to.quantities["da2"].local == "da"
    loss.define("dr", "dr2", 2 * to.values["a2"])
    assert to.quantities["dr2"].local == "dr"
    assert refused(lambda: loss.state("L", 1 * to.values["a2"]), InputError) == (
        f"{loss.part}: L is the loss, so q.L can't be stated: give it another name."
    )


def test_the_loss_of_a_batch_is_the_mean_of_its_samples_or_of_its_groups_of_rows() -> None:
    def line(net: cr.Network, name: str, **how: Any) -> str:
        return formula(net.program(**how).quantities[name].rule)

    plain = cr.Network([2, 3, 2], output="identity", loss="half_squared_error")
    assert line(plain, "L") == "Σ l / m"
    assert line(plain, "L", weighted=True) == "Σ weight ⊙ l / m"
    assert line(plain, "da2") == "(a2 - y) / m"
    assert line(plain, "da2", weighted=True) == "weight ⊙ ((a2 - y) / m)"
    assert line(cr.Network([2, 3, 2], output="identity", loss="triplet"), "L") == "Σ l / (m/3)"
    derived = cr.Network([2, 3, 2], output="identity", loss=lambda a, y: np.square(a - y).sum(axis=1))
    assert line(derived, "L") == "Σ l / m"
    assert line(derived, "da2") == "2×(1/m) (a2 - y)"
    assert line(derived, "da2", weighted=True) == "2 × (weight / m) ⊙ (a2 - y)"
