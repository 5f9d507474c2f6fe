"""What a walk-through tells, for any network; how it looks is in the golden pages, that it is true in test_truth."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr


@pytest.fixture
def trace() -> cr.Trace:
    net = cr.worked_example()
    return net.trace(net.x, net.y, optimizer=cr.SGD(0.01))


def steps(explanation) -> list[tuple[int | None, str]]:
    return [
        (step.number, step.title)
        for title, steps in explanation.sections
        if title not in ("GIVEN", "SIGNS")
        for step in steps
    ]


def told(explanation) -> list[str]:
    return [line.name for _, steps in explanation.sections for step in steps for line in step.lines]


def test_the_worked_example_has_its_seven_steps_and_eight_gradients(trace):
    explanation = trace.explain()
    assert steps(explanation) == [
        (1, "input → hidden"),
        (2, "relu"),
        (3, "hidden → output"),
        (4, "softmax"),
        (None, ""),
        (5, "the chain rule, from L back to the weights"),
        (6, "SGD updates the parameters"),
        (7, "repeat"),
    ]
    numbered = [
        line.number
        for _, steps in explanation.sections
        for step in steps
        for line in step.lines
        if line.number
    ]
    assert numbered == [f"5.{i}" for i in range(1, 9)]
    assert told(explanation)[-12:-4] == ["da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"]


def test_a_deeper_network_has_two_steps_a_layer_then_backpropagation_update_repeat():
    net = cr.Network([2, 3, 4, 2], hidden=["relu", "tanh"])
    assert steps(net.trace([[1, 2]], [0], optimizer="adam").explain()) == [
        (1, "input → hidden 1"),
        (2, "relu"),
        (3, "hidden 1 → hidden 2"),
        (4, "tanh"),
        (5, "hidden 2 → output"),
        (6, "softmax"),
        (None, ""),
        (7, "the chain rule, from L back to the weights"),
        (8, "Adam updates the parameters"),
        (9, "repeat"),
    ]


def test_scaling_is_the_first_line():
    X = np.array([[1.0, 200.0], [3.0, 600.0]])
    net = cr.Network([2, 2], scaling=cr.Standardize.fitted(X))
    lines = str(net.trace(X[:1], [0]).explain()).splitlines()
    assert "Step 1  scaling" in lines
    assert "  x = (x_raw - center) / scale = ([1  200] - [2  400]) / [1  200] = [-1  -1]" in lines


def test_the_safe_shift_of_softmax_is_told_only_where_it_matters():
    net = cr.Network([1, 2], parameters={"W1": [[1.0, -1.0]]})
    assert "shift1" not in told(net.trace([[3.0]], [0]).explain())
    large = net.trace([[100.0]], [0]).explain()
    assert "shift1" in told(large)
    assert (
        "  e1 = e^(z1 - shift1) = [e^(100 - 100)  e^(-100 - 100)] = [1  1.3839e-87]"
        in str(large).splitlines()
    )


def test_one_sample_has_no_mean_and_a_batch_says_where_it_enters():
    net = cr.worked_example()
    one = str(net.trace(net.x, net.y).explain())
    assert "/ m" not in one
    four = str(net.trace([[0.5, 0.5], [1, -1]], [1, 0]).explain())
    assert "L = Σ l / m" in four
    assert "2 samples, one a row; the 1/2 of L enters once, at da2." in four


def test_the_optimizers_own_lines_are_told():
    net = cr.Network([1, 2], parameters={"W1": [[1.0, -1.0]]})
    names = told(net.trace([[3.0]], [0], optimizer="adam").explain())
    assert names[-10:] == [
        f"{a}{p}{b}"
        for p in ("W1", "b1")
        for a, b in (("m", "_new"), ("v", "_new"), ("m", "_hat"), ("v", "_hat"), ("", "_new"))
    ]


def test_frozen_parameters_are_said_to_stay_and_keep_their_gradient():
    net = cr.worked_example().freeze("b1", "W2")
    explanation = net.trace([[0.5, 0.5]], [1], optimizer=cr.SGD(0.01)).explain()
    assert "  frozen, so it stays put: b1, W2" in str(explanation).splitlines()
    assert "db1" in told(explanation)
    assert "b1_new" not in told(explanation)


def test_forward_only():
    explanation = cr.worked_example().trace([[0.5, 0.5]]).explain()
    assert [title for title, _ in explanation.sections] == ["GIVEN", "FORWARD", "SIGNS"]


def test_class_names_are_said():
    net = cr.Network([2, 3], classes=["setosa", "versicolor", "virginica"])
    assert "label 2 (virginica)" in str(net.trace([[1, 2]], [2]).explain())


def test_one_quantity(trace):
    explanation = trace.explain("da2")
    assert told(explanation) == ["da2"]
    assert (
        str(explanation).splitlines()[-1]
        == "  da2 = -y / a2 = -[0  1] / [0.856927  0.143073] ≈ [0  -6.989452]"
    )
    assert told(trace.explain("shift2")) == ["shift2"]


def test_it_shows_itself_in_a_console(trace):
    assert repr(trace.explain("L")) == str(trace.explain("L"))


def test_by_hand_is_the_source(trace):
    """Every line as the seed example prints it (rows 4 and 5 in the form that its note gives)."""
    values = trace.explain(arithmetic="by_hand").values
    for name, printed in {
        "z1": ["-0.3", "1.15", "0.75"],
        "a1": ["0", "1.15", "0.75"],
        "z2": ["0.895", "-0.895"],
        "e2": ["2.45", "0.409"],
        "s2": ["2.86"],
        "a2": ["0.857", "0.143"],
        "L": ["1.94"],
        "dz2": ["0.857", "-0.857"],
        "dW2": ["0", "0", "0.986", "-0.986", "0.643", "-0.643"],
        "db2": ["0.857", "-0.857"],
        "da1": ["-1.2", "1.37", "0.857"],
        "dz1": ["0", "1.37", "0.857"],
        "dW1": ["0", "0.685", "0.428"] * 2,
        "db1": ["0", "1.37", "0.857"],
        "W1_new": ["-0.6", "0.59315", "0.39572", "-0.6", "0.69315", "0.49572"],
    }.items():
        assert [float(v) for v in np.ravel(values[name])] == [float(p) for p in printed], name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"arithmetic": "rough"}, "arithmetic = 'rough': it is 'exact' or 'by_hand'."),
        ({"digits": 0}, "digits = 0 is out of range: it must be 1 to 15."),
        ({"halves": "down"}, "halves = 'down': they go to 'even' or 'up'."),
        ({"halves": "up"}, "halves belongs to arithmetic='by_hand': exact rounds for the page alone."),
        ({"arithmetic": "by_hand", "digits": 0}, "digits = 0 is out of range: it must be 1 to 15."),
        ({"arithmetic": "by_hand", "digits": 2.5}, "digits = 2.5 is no whole number: give 1 to 15."),
        ({"quantity": "dW1[0, 1]"}, "dW1[0, 1] is one number: ask trace.why('dW1[0, 1]'), or explain dW1."),
        (
            {"quantity": "W9"},
            "there is no quantity 'W9'. There is: x, W1, b1, W2, b2, y, m, k, η, t, z1, a1, z2, "
            "top2, shift2, e2, s2, a2, log a2, l, L, da2, dz2, dW2, db2, da1, dz1, dW1, db1, W1_new, b1_new, "
            "W2_new, b2_new.",
        ),
    ],
)
def test_bad_requests(trace, arguments, message):
    with pytest.raises(cr.ChainruleError) as caught:
        trace.explain(**arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("arithmetic", ["exact", "by_hand"])
def test_what_was_put_in_is_told_as_such_and_carried_on(trace, arithmetic):
    lines = str(trace.what_if({"a1[0, 1]": 0}).explain(arithmetic=arithmetic)).splitlines()
    assert lines[1] == "What if a1[0, 1] = 0"
    told = next(line for line in lines if line.startswith("  a1 = "))
    assert told == "  a1 = [0  0  0.75]".ljust(63) + "put in by what_if"
    # z2 = 0.75 · [0.5, -0.5] + [-0.4, 0.4]
    assert any("= [-0.025  0.025]" in line for line in lines)


def test_what_if_of_an_input_by_hand(trace):
    text = str(trace.what_if({"x[0, 0]": 1}).explain("z1", arithmetic="by_hand"))
    assert "[1  0.5]" in text  # z1 = 1 · W1[0] + 0.5 · W1[1] + b1
    assert "[-0.6  1.45  0.95]" in text


def test_by_hand_rounds_powers_half_to_even():
    net = cr.Network([1, 1, 2], hidden=lambda z: z**3, parameters={"W1": [[1.0]]})
    values = net.trace([[0.15]], [0]).explain(arithmetic="by_hand").values
    assert str(values["a1"][0, 0]) == "0.00338"  # 0.15³ = 0.003375


def test_what_comes_from_outside_is_answered_with_its_value_and_what_it_is(trace):
    assert str(trace.explain("x")).splitlines()[2:] == [
        "GIVEN", "  x = [0.5  0.5]                                                           input",
    ]  # fmt: skip
    assert str(trace.explain("b2")).splitlines()[-1].split() == ["b2", "=", "[-0.4", "0.4]", "parameter"]
    assert str(trace.explain("k")).splitlines()[-1].split() == ["k", "=", "2", "how", "many", "outputs"]


def test_decimals_are_as_many_as_asked_for(trace):
    assert "exact, 2 decimals" in str(trace.explain(digits=2)).splitlines()[0]
    # 0.856927 and 0.143073; e^0.895 = 2.447336
    assert "  a2 = e2 / s2 = [2.45  0.41] / 2.86 = [0.86  0.14]" in str(trace.explain(digits=2)).splitlines()
    assert r"\begin{bmatrix} 0.86 & 0.14 \end{bmatrix}" in trace.explain(digits=2).to_latex()
    assert "0.856927" in str(trace.explain())


def test_halves_go_to_even_or_up():
    net = cr.Network(
        [1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[0.5]], "b1": [0]}
    )
    trace = net.trace([[0.25]], [0.0])  # 0.125, with two digits 0.12 or 0.13
    lines = [
        str(trace.explain("z1", arithmetic="by_hand", digits=2, halves=halves)) for halves in ("even", "up")
    ]
    assert [line.split()[-1] for line in lines] == ["0.12", "0.13"]
    assert "halves up" in str(trace.explain(arithmetic="by_hand", halves="up"))


def test_an_output_of_0_to_the_last_bit_has_no_gradient_by_the_formula_and_the_page_says_so():
    net = cr.Network([1, 2], parameters={"W1": [[1000.0, -1000.0]]})
    lines = str(net.trace([[1.0]], [0]).explain("da1"))
    said = "da1[0, 1] is not defined here: y[0, 1] and a1[0, 1] are both 0; training takes dz1 without it"
    assert said in " ".join(lines.split())
    three = str(net.trace([[1.0], [2.0], [3.0]], [0, 0, 0]).explain("da1"))
    assert "da1[0, 1] and 2 more are not defined here: y[0, 1] and a1[0, 1]" in " ".join(three.split())


def test_an_optimizer_without_single_steps_says_so():
    net = cr.worked_example()
    page = str(net.trace(net.x, net.y, "lbfgs").explain())
    assert "Step 6  L-BFGS" in page
    assert "It takes no single steps to show" in page


def test_weights_of_one_sample_are_told_with_its_loss():
    net = cr.worked_example()
    lines = str(net.trace(net.x, net.y, sample_weight=[2.0]).explain()).splitlines()
    assert "  l = -Σ y ⊙ log a2 = -(0×(-0.154402) + 1×(-1.944402)) = 1.944402" in lines
    assert "  L = Σ weight ⊙ l = 2×1.944402 = 3.888804" in lines
