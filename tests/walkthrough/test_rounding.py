"""What is 0 but for rounding is told as that, everywhere; and what is only small is not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.model.answers import Answers
from chainrule.walkthrough.rounding import Rounding, _given, _small
from thorough import examples

# 0.3 × 1 + 0.1 × (-3): the fractions that the floats are give -2^-55, and floats themselves 5.55e-17 or -2.8e-17.
PARAMETERS = {"W1": [[0.3], [0.1]], "b1": [0.0], "W2": [[0.5, -0.25]], "b2": [0.0, 0.0]}


class OwnNorm(cr.BatchNorm):
    """A batch normalization that does not say what it does to a bias."""

    ignores_shift = False


def dusty(x: Any = ((3, -1), (1, -2)), y: Any = (1, 0), **how: Any) -> cr.Trace:
    """A sum that is 0 but for rounding, and above it; the other sample's is -0.1."""
    parameters = {**PARAMETERS, "W1": [[0.1], [0.3]]}
    return cr.Network([2, 1, 2], parameters=parameters, **how).trace(list(x), list(y), cr.SGD(0.1))


def sums(weights: list[float], inputs: list[list[float]], dtype: str = "float64") -> tuple[cr.Trace, Any]:
    """A network that only sums, and which of its sums are dust."""
    network = cr.Network(
        [len(weights), 1], output="identity", loss="mean_squared_error", dtype=dtype,
        parameters={"W1": [[w] for w in weights], "b1": [0.0]},
    )  # fmt: skip
    trace = network.trace(inputs, [[0.5]] * len(inputs))
    return trace, Rounding(trace).dust("z1")[:, 0]


def test_multiples_of_a_millionth_part_that_is_binary_came_as_they_are() -> None:
    """2^-20 and its multiples are given to the last bit; what has more places may have been a decimal."""
    given_as_they_are = [2.0**-20, -3 * 2.0**-20, 0.5, -1.5, 7.0, 0.0]
    assert _given(np.array(given_as_they_are)).tolist() == [0.0] * 6
    assert _given(np.array([2.0**-21, 0.3, -0.1])).tolist() == [2.0**-21, 0.3, -0.1]
    assert _given(0.3) == 0.0  # a setting


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sums_of_decimals_that_cancel_are_dust_and_others_not(dtype: str) -> None:
    inputs = [
        [3, -1, 0],
        [1, 0, -1],
        [0, 0, 1e-17],
        [3, -1, 1e-3],
        [0, 0, 0],
        [1, 1, 1],
        [-3, 1, 0],
        [6, 1, -3],
    ]
    trace, dust = sums([0.1, 0.3, 0.3], inputs, dtype)
    z = trace["z1"][:, 0]
    exactly = [sum(Fraction(str(x)) * Fraction(w) for x, w in zip(row, ("0.1", "0.3", "0.3"), strict=True))
               for row in inputs]  # fmt: skip
    # A sum is dust where its decimals give 0 and its floats something else; 1e-17 × 0.3 is a number.
    assert dust.tolist() == [bool(e == 0 and v != 0) for e, v in zip(exactly, z, strict=True)]
    assert dust.sum() >= 2 or dtype == "float32"


@examples(200)
@given(
    st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30)), min_size=2, max_size=7),
    st.sampled_from(["float32", "float64"]),
)
def test_dust_is_what_decimals_give_as_0(terms: list[tuple[int, int]], dtype: str) -> None:
    """Sums of products of numbers with one decimal: these are 0, or at least 0.01."""
    last, most = terms[-1]  # the sum of the others is taken off again, so that many are 0
    rest = -sum(w * x for w, x in terms[:-1])
    terms = [*terms[:-1], (rest, 1) if last % 2 else (last, most)]
    trace, dust = sums([w / 10 for w, _ in terms], [[x / 10 for _, x in terms]], dtype)
    exactly = sum(Fraction(w, 10) * Fraction(x, 10) for w, x in terms)
    assert bool(dust[0]) == (exactly == 0 and trace["z1"][0, 0] != 0)


@examples(100)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["float32", "float64"]))
def test_small_numbers_are_no_dust(seed: int, dtype: str) -> None:
    """Products, however small, have all their digits; and what cancels to a thousandth has most of them."""
    rng = np.random.default_rng(seed)
    weights, scale = rng.standard_normal(4), 10.0 ** rng.integers(-30, 3)
    rows = [*np.diag(scale * rng.standard_normal(4)), [weights[1], -weights[0] * 1.001, 0, 0]]
    _, dust = sums(weights.tolist(), np.array(rows).tolist(), dtype)
    assert not dust.any()


def test_a_true_zero_is_a_fact() -> None:
    _, dust = sums([0.5, 0.25], [[1, -2], [0, 0]])
    assert dust.tolist() == [False, False]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("samples", [3, 8, 50])
def test_a_bias_before_a_normalization_of_ones_own_has_a_gradient_of_dust(samples: int, dtype: str) -> None:
    network = cr.Network([cr.Dense(3, 5), OwnNorm(), cr.Tanh(), cr.Dense(5, 2), cr.Softmax()], dtype=dtype)
    X = np.random.default_rng(samples).standard_normal((samples, 3))
    trace = network.trace(X, np.arange(samples) % 2, "adam")
    rounding = Rounding(trace)
    for name in ("db1", "mb1_new", "vb1_new", "mb1_hat"):
        np.testing.assert_array_equal(rounding.dust(name), trace[name] != 0)
    for name in ("dW1", "db2", "dW2", "dgamma1", "dbeta1", "a2", "L"):
        assert not rounding.dust(name).any(), name


def test_a_step_of_adam_that_dust_decides_says_so() -> None:
    """In float32 the dust is larger than epsilon, and Adam makes whole steps of it."""
    network = cr.Network(
        [cr.Dense(3, 2), OwnNorm(), cr.Tanh(), cr.Dense(2, 2), cr.Softmax()], dtype="float32"
    )
    trace = network.trace(
        np.random.default_rng(0).standard_normal((5, 3)), [0, 1, 0, 1, 1], cr.Adam(0.001, epsilon=1e-12)
    )
    moved = np.flatnonzero(np.abs(trace["b1_new"]) > 5e-4)
    assert len(moved)
    words = " ".join(Rounding(trace).words("b1_new"))
    assert f"η×mb1_hat[{moved[0]}]/(√vb1_hat[{moved[0]}] + ε)" in words
    assert words.endswith("decided by rounding")


def test_saturated_outputs_are_told_apart() -> None:
    """e^-33 is lost in 1 - a no more than to a thousandth; e^-37 is lost."""

    def output(z: float) -> tuple[float, bool]:
        network = cr.Network([1, 1], output="sigmoid", parameters={"W1": [[1.0]]})
        trace = network.trace([[z]], [[1]])
        return float(trace["dz1"][0, 0]), bool(Rounding(trace).dust("dz1")[0, 0])

    value, dust = output(29)
    assert value == pytest.approx(-np.exp(-29.0), rel=1e-3)
    assert not dust
    assert output(36.5)[1]


# --- where it is told ---------------------------------------------------------------------------------------


def line(trace: cr.Trace, name: str, **how: Any) -> dict[str, Any]:
    sections = trace.explain(name, **how).to_dict()["sections"]
    return dict(sections[0]["steps"][0]["lines"][0])


def test_the_page_says_it_in_every_format() -> None:
    trace = dusty()
    assert 0 < trace["z1"][0, 0] < 1e-16  # with or without one rounding less, as processors have it
    told = line(trace, "z1")
    assert (told["relation"], told["dust"], told["choices"]) == ("≈", [[0, 0]], [])
    assert told["note"] == "z1[0, 0] is 0 but for rounding"
    assert told["value"][0][0] == trace["z1"][0, 0]  # the number itself stays
    told = line(trace, "dz1")
    assert (told["dust"], told["choices"]) == ([], ["z1[0, 0] > 0"])
    assert told["note"] == "relu′ is 1 where z > 0, otherwise 0; z1[0, 0] > 0 is decided by rounding"
    explanation = trace.explain()
    for text in (str(explanation), explanation.to_markdown(), explanation.to_latex(), explanation.to_html()):
        flat = " ".join(text.split())
        assert "z1[0, 0] is 0 but for rounding" in flat.replace("{[}", "[").replace("{]}", "]")
        assert "is decided by rounding" in flat
    one = dusty([[3, -1]], [1])
    assert line(one, "z1")["note"] == line(one, "a1")["note"] == "0 but for rounding"
    assert str(one.explain("z1")).splitlines()[-1] == (
        f"  z1 = x · W1 + b1 = 3×0.1 + (-1)×0.3 + 0 ≈ {one['z1'][0, 0]:g}".ljust(62) + "0 but for rounding"
    )


def test_by_hand_there_is_no_dust() -> None:
    trace = dusty()
    assert (
        line(trace, "z1", arithmetic="by_hand")["value"],
        line(trace, "z1", arithmetic="by_hand")["note"],
    ) == (
        [[0], [-0.5]],
        "",
    )
    assert "rounding" not in " ".join(str(trace.explain(arithmetic="by_hand")).split()[40:])


def test_why_says_it() -> None:
    found = dusty().why("dz1[0, 0]")
    assert found.note == "z1[0, 0] > 0 is decided by rounding"
    z1 = next(part for part in found.parts if part.entry == "z1[0, 0]")
    assert z1.note == z1.to_dict()["note"] == "0 but for rounding"
    lines = found.to_text().splitlines()
    assert lines[0] == "dz1[0, 0] = 0.1875".ljust(80 - len(found.note)) + found.note
    assert any(text.endswith("0 but for rounding") and "z1[0, 0] = " in text for text in lines)
    other = dusty().why("dz1[1, 0]")
    assert other.note == ""
    assert "note" not in other.to_dict()


def test_a_long_note_of_why_stands_below_its_entry() -> None:
    network = cr.Network(
        [cr.Dense(3, 2), OwnNorm(), cr.Tanh(), cr.Dense(2, 2), cr.Softmax()], dtype="float32"
    )
    trace = network.trace(
        np.random.default_rng(0).standard_normal((5, 3)), [0, 1, 0, 1, 1], cr.Adam(0.001, epsilon=1e-12)
    )
    found = trace.why(f"b1_new[{int(np.abs(trace['b1_new']).argmax())}]", depth=0)
    assert found.note.endswith(" is decided by rounding")
    for width in (80, 60):
        lines = found.to_text(width=width).splitlines()
        assert lines[0].startswith(found.entry)
        beside = found.note in lines[0]
        assert beside == (width == 80)
        assert beside or found.note in " ".join(" ".join(lines[1:3]).split())
        assert max(map(len, lines)) <= width


def test_the_summary_counts_it() -> None:
    rows = str(dusty()).splitlines()[1:3]
    assert [row.split()[:2] for row in rows] == [["forward", "z1"], ["a1", "(2,"]]
    assert all("  1 is 0 but for rounding" in row for row in rows)


def test_a_class_that_rounding_has_decided_is_named() -> None:
    """Two outputs that are equal but for rounding: the second is ahead by that alone."""
    parameters = {"W1": [[0.3, 0.1], [0.3, 0.2]], "b1": [0.0, 0.0]}
    network = cr.Network([2, 2], output="identity", loss="hinge", parameters=parameters)
    trace = network.trace([[1, 0], [0, 1], [3, 0.75]], [0, 1, 0])
    a = trace["a1"]
    even = cr.Network(
        [3, 2], output="identity", loss="hinge",
        parameters={"W1": [[0.3, 0.1], [0.0, 0.2], [0.0, 0.0]], "b1": [0.0, 0.0]},
    ).trace([[1, 1, 0], [1, 0, 0]], [0, 0])  # fmt: skip
    assert even["a1"][0, 1] - even["a1"][0, 0] == pytest.approx(5.55e-17, rel=1e-2)  # 0.1 + 0.2 is above 0.3
    said = "1 of 2 samples has the right class; sample 0 is wrong; sample 0 is decided by rounding"
    assert said in " ".join(str(even.explain()).split())
    assert not Rounding(trace).close_rows(trace.network.answers).any()
    assert np.all(a[:, 0] != a[:, 1])


def test_one_output_at_its_threshold() -> None:
    network = cr.Network(
        [2, 1], output="identity", loss="hinge", parameters={"W1": [[0.1], [0.3]], "b1": [0.0]}
    )
    trace = network.trace([[3, -1], [1, 1]], [0, 1])
    assert Rounding(trace).close_rows(trace.network.answers).tolist() == [True, False]


def test_what_was_put_in_is_what_it_is() -> None:
    trace = dusty().what_if({"z1[0, 0]": 1e-17})
    rounding = Rounding(trace)
    assert not rounding.dust("z1").any()
    assert not rounding.choices("dz1")


def test_dust_is_the_same_whenever_it_is_asked_for() -> None:
    trace = dusty()
    assert str(trace.explain()) == str(trace.explain())
    one = Rounding(trace, trace.program.needed(["dz1"]))
    assert one.words("dz1") == Rounding(trace).words("dz1")


def test_an_output_beside_its_threshold_is_followed_though_no_sum_cancels() -> None:
    """1 / (1 + e^-z) with z of 3e-16 is one float above a half, and below it or at it by another rounding."""
    network = cr.Network([1, 1], output="sigmoid", parameters={"W1": [[1.0]], "b1": [0.0]})
    trace = network.trace([[3e-16], [2.0]], [[0], [1]])
    assert trace["a1"][0, 0] == np.nextafter(0.5, 1)
    assert Rounding(trace).close_rows(trace.network.answers).tolist() == [True, False]


def test_how_far_rounding_moves_is_drawn_alike_each_time() -> None:
    trace = dusty()
    moved = [Rounding(trace).moved("z1") for _ in range(2)]
    assert moved[0].max() > 0
    np.testing.assert_array_equal(*moved)


def test_each_rounding_moves_a_number_by_half_a_unit_of_its_last_place() -> None:
    """Of 0.3 × 0.7 + 0 four take part: both numbers, the product, and the sum; by at most 2.06 units together."""
    network = cr.Network([1, 1], output="identity", loss="mean_squared_error", parameters={"W1": [[0.7]]})
    trace = network.trace([[0.3]], [[0.0]])
    (moved,) = Rounding(trace, zeros=False).moved("z1").ravel() / (0.3 * 0.7)
    assert 0.3 < moved / np.finfo(np.float64).eps < 2.06


@pytest.mark.parametrize(
    ("count", "choices", "dz1"),
    [
        (1, 1, "z1[0, 0] > 0 is decided by rounding"),
        (2, 2, "z1[0, 0] > 0 and z1[1, 0] > 0 are decided by rounding"),
        (3, 3, "z1[0, 0] > 0 and 2 more are decided by rounding"),
        (60, 48, "z1[0, 0] > 0 and 59 more are decided by rounding"),
    ],
)
def test_two_are_named_more_are_counted_and_48_written_out(count: int, choices: int, dz1: str) -> None:
    rounding = Rounding(dusty([[3, -1]] * count, [1] * count))
    assert rounding.words("dz1") == [dz1]
    assert len(rounding.choices("dz1")) == choices
    among = Rounding(dusty([[3, -1]] * count + [[1, 1]], [1] * (count + 1)))
    first = {1: "z1[0, 0] is", 2: "z1[0, 0] and z1[1, 0] are"}.get(
        count, f"z1[0, 0] and {count - 1} more are"
    )
    assert among.words("z1") == [f"{first} 0 but for rounding"]


@pytest.mark.parametrize(
    ("value", "of", "small"),
    [
        (1e-8, [1.0], True), (-1e-8, [1.0], True), (1.1e-8, [1.0], False), (0.0, [1.0], False),
        (1e-6, [1.0, -100.0], True), (1e-6, [1.0, 99.0], False),  # against the largest
        (np.array([1.0, 1e-9]), [np.array([1.0, 1.0])], True), (np.array([1.0, 1e-9]), [np.array([1.0, 1e-3])], False),
        (np.float32(1e-3), [np.float32(1.01)], True), (np.float32(1.1e-3), [np.float32(1.0)], False),
        (np.float32(1e-3), [np.float64(1.01)], False),  # by the precision of what it is made of
    ],
)  # fmt: skip
def test_small_is_a_hundred_millionth_or_in_float32_a_thousandth(
    value: Any, of: list[Any], small: bool
) -> None:
    assert _small(value, *of) is small


def test_beside_what_was_put_in_the_other_entries_still_move() -> None:
    trace = dusty().what_if({"z1[0, 0]": 1e-17})
    moved = Rounding(trace, zeros=False).moved("z1").ravel()
    assert moved[0] == 0
    assert moved[1] > 1e-18


def told_choices(stated: Any) -> list[str]:
    """What rounding decides in v, which is stated of two sums that are 0 but for rounding, and of one that is not."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.v = stated(q.a)
            q.l = q.v.sum(axis=1)

    net = cr.Network(
        [cr.Dense(2, 3, bias=False)], loss=Of(), parameters={"W1": [[0.1, 0.2, 1.0], [0.3, 0.6, 0.0]]}
    )
    trace = net.trace([[3.0, -1.0]], [[0.0] * 3])
    assert (trace["a1"] != 0).all()
    return Rounding(trace).choices("v1")


def test_a_comparison_is_decided_by_what_both_sides_are_moved_together() -> None:
    """Of u > u - 10^-18 both sides move alike, so it is sure; a sum beside 0, or beside another one, is not."""
    assert told_choices(lambda a: 1.0 * (a > 0)) == ["a1[0, 0] > 0", "a1[0, 1] > 0"]
    assert told_choices(lambda a: 1.0 * (a <= 0)) == ["a1[0, 0] <= 0", "a1[0, 1] <= 0"]
    assert told_choices(lambda a: 1.0 * (a >= 0)) == []  # as it would between equal numbers
    assert told_choices(lambda a: np.sign(a) + 0 * a) == ["sign(a1[0, 0])", "sign(a1[0, 1])"]
    assert told_choices(lambda a: 1.0 * (2 * a > a)) == ["2×a1[0, 0] > a1[0, 0]", "2×a1[0, 1] > a1[0, 1]"]
    assert told_choices(lambda a: 1.0 * (1024 * a + 1 > 1024 * a)) == []
    assert told_choices(lambda a: 1 / a) == ["1/a1[0, 0]", "1/a1[0, 1]"]
    assert told_choices(lambda a: a / 3) == []


@pytest.mark.parametrize(("dusty_output", "close"), [(0, False), (1, True)])
def test_where_the_second_of_two_says_yes_above_a_threshold_it_alone_decides(
    dusty_output: int, close: bool
) -> None:
    W = np.array([[0.1, 1.0], [0.3, 0.5]])[:, :: 1 - 2 * dusty_output]  # the sum of one is 0 but for rounding
    net = cr.Network([2, 2], output="identity", loss="hinge", parameters={"W1": W})
    trace = net.trace([[3, -1], [1, 1]], [0, 1])
    answers = Answers(2, separate=False, threshold=0.5, of_classes=True, second_above=0.0)
    assert Rounding(trace).close_rows(answers).tolist() == [close, False]
    each = Answers(2, separate=True, threshold=0.0, of_classes=True)
    assert Rounding(trace).close_rows(each).tolist() == [True, False]
