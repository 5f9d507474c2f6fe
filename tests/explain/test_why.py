"""One number, derived; and the nudge beside every gradient."""

from __future__ import annotations

import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.explain.why import Why
from chainrule.walkthrough.gradient_check import check_gradient


@pytest.fixture
def trace() -> cr.Trace:
    net = cr.worked_example()
    return net.trace(net.x, net.y, optimizer=cr.SGD(0.01))


def every(why: Why) -> list[Why]:
    return [why, *(inner for part in why.parts for inner in every(part))]


def test_the_worked_examples_number_as_the_textbook_derives_it(trace):
    lines = trace.why("dW1[0, 1]").to_text().splitlines()
    # numbers from the seed example's table
    assert lines[0] == "dW1[0, 1] = 0.685542"
    assert lines[1] == "  = x[0, 0]×dz1[0, 1] = 0.5×1.371084"
    assert lines[2].split() == ["├─", "x[0,", "0]", "=", "0.5", "input"]
    assert lines[3].startswith("  └─ dz1[0, 1] = 1.371084")
    assert lines[3].endswith("nudge 1.371084, agrees")
    assert lines[-2:] == [
        "nudge W1[0, 1] by ±0.00001:",
        "  (1.94440907761 - 1.94439536677) / 0.00002 = 0.685542   agrees",
    ]
    assert max(map(len, lines)) <= 80


def test_each_entry_is_derived_once_and_ends_at_what_comes_from_outside(trace):
    told = every(trace.why("dW1[0, 1]"))
    derived = [part.entry for part in told if part.formula]
    assert len(derived) == len(set(derived))
    for part in told:
        if not part.parts:
            assert part.kind in ("input", "parameter", "target", "told above")
    given = {part.entry for part in told if part.kind in ("input", "parameter", "target")}
    # everything that dz1[0, 1] depends on; unit 0 is off, so its weights in W2 count nothing
    assert given == {
        "x[0, 0]", "x[0, 1]", "y[0, 0]", "y[0, 1]", "b1[0]", "b1[1]", "b1[2]", "b2[0]", "b2[1]",
        *(f"W1[{i}, {j}]" for i in range(2) for j in range(3)),
        *(f"W2[{i}, {j}]" for i in (1, 2) for j in range(2)),
    }  # fmt: skip


def test_depth_limits_the_tree(trace):
    assert trace.why("dW1[0, 1]", depth=0).parts == ()
    one = trace.why("dW1[0, 1]", depth=1)
    assert [part.entry for part in one.parts] == ["x[0, 0]", "dz1[0, 1]"]
    assert all(part.parts == () for part in one.parts)


def test_every_gradient_has_a_nudge_that_agrees(trace):
    checked = 0
    for name in trace.program.quantities:
        if not name.startswith("d"):
            continue
        for index in np.ndindex(np.shape(trace[name])):
            found = check_gradient(trace, name, index)
            assert found is not None
            assert found.agrees, (name, index)
            assert found.slope == pytest.approx(trace[name][index], rel=1e-6, abs=1e-9)
            checked += 1
    assert checked == 2 + 2 + 6 + 2 + 3 + 3 + 6 + 3  # da2 dz2 dW2 db2 da1 dz1 dW1 db1


def test_only_gradients_of_the_loss_are_nudged(trace):
    assert check_gradient(trace, "z1", (0, 0)) is None
    assert check_gradient(trace, "W1_new", (0, 0)) is None


def test_a_kink_is_named_and_is_no_failure():
    net = cr.Network([1, 1, 2], parameters={"W1": [[1.0]], "b1": [0.0]})
    trace = net.trace([[0.0]], [1])  # z1 = 0: exactly on the kink
    found = check_gradient(trace, "db1", (0,))
    assert found is not None
    assert found.gradient == 0
    assert found.verdict().startswith("a kink: a1[0, 0] crosses that of max, slope 0 below and ")
    assert (found.slope_below, found.agrees, found.wrong) == (0, False, False)


def test_a_wrong_gradient_is_called_wrong():
    class Wrong(cr.Activation):
        def forward(self, q):
            q.a = np.tanh(q.z)

        def backward(self, q):
            q.dz = q.da * (1 - q.a)  # the square is missing

    net = cr.Network([2, 3, 2], hidden=Wrong())
    found = check_gradient(net.trace([[0.3, -0.4]], [1]), "dW1", (0, 0))
    assert found is not None
    assert found.verdict() == "DIFFERS"


def test_after_a_what_if_the_nudge_sees_what_was_put_in(trace):
    changed = trace.what_if({"W2": np.ones((3, 2)), "b2": [0.5, 1.0]})
    for entry in ("dW1[0, 1]", "dz2[0, 0]", "db2[1]"):
        name, index = changed.locate(entry)
        found = check_gradient(changed, name, index)
        assert found is not None
        assert found.agrees


def test_a_long_sum_shows_its_largest_terms_and_the_rest_as_one():
    rng = np.random.default_rng(0)
    net = cr.Network([784, 16, 3], dtype="float32")
    trace = net.trace(rng.random((1, 784)), [2])
    why = trace.why("z1[0, 0]")
    terms = trace["x"][0] * trace["W1"][:, 0]
    largest = sorted(np.argsort(-np.abs(terms))[:3])
    assert [part.entry for part in why.parts] == [
        *(entry for i in largest for entry in (f"x[0, {i}]", f"W1[{i}, 0]")),
        "b1[0]",
    ]
    rest = float(why.numbers.partition("(the other 781: ")[2].partition(")")[0])
    assert rest == pytest.approx(terms.sum() - terms[largest].sum(), abs=1e-5)


def test_the_tree_of_a_large_network_is_told_within_a_second_or_so_and_stays_finite():
    rng = np.random.default_rng(0)
    net = cr.Network([784, 128, 10], dtype="float32")
    text = str(net.trace(rng.random((1, 784)), [3]).why("dW1[5, 7]"))
    assert 20 < len(text.splitlines()) < 1500
    assert text.count("agrees") == text.count("nudge ")


def test_it_is_json(trace):
    told = json.loads(json.dumps(trace.why("dW1[0, 1]").to_dict(), allow_nan=False))
    assert told["entry"] == "dW1[0, 1]"
    assert told["value"] == pytest.approx(0.685542, abs=5e-7)
    assert told["nudge"]["agrees"] is True
    assert [part["entry"] for part in told["parts"]] == ["x[0, 0]", "dz1[0, 1]"]


def test_ascii(trace):
    text = trace.why("dW1[0, 1]").to_text(ascii=True)
    assert text.isascii()
    assert "`- dz1[0, 1] = 1.371084" in text


@pytest.mark.parametrize(
    ("entry", "kind", "message"),
    [
        ("dW1", cr.ChainruleError, "dW1 has 6 entries: name one of them, such as dW1[0, 0]."),
        ("dW1[2, 0]", ValueError, "dW1 has the shape (2, 3): there is no entry [2, 0]."),
        ("dW1[0]", ValueError, "dW1 has the shape (2, 3): there is no entry [0]."),
        ("dW1[a]", ValueError, "'dW1[a]': an entry is given by whole numbers, as in dW1[0, 1]."),
        (
            "dW1[0, 1",
            ValueError,
            "'dW1[0, 1' names no quantity: write a name, such as dW1, or one entry, dW1[0, 1].",
        ),
    ],
)
def test_what_can_not_be_asked_for(trace, entry, kind, message):
    with pytest.raises(kind) as caught:
        trace.why(entry)
    assert str(caught.value) == message


def test_depth_is_checked(trace):
    with pytest.raises(ValueError, match=r"^depth = -1: it is a whole number of at least 0\.$"):
        trace.why("L", depth=-1)


def test_a_long_derivation_stops_where_it_can_be_read_and_says_how_to_go_on():
    rng = np.random.default_rng(0)
    net = cr.Network([64, 32, 10], seed=0)
    trace = net.trace(rng.random((32, 64)), rng.integers(0, 10, 32), "adam")
    for entry in ("L", "dW1[30, 5]", "W2_new[3, 4]"):
        derivation = trace.why(entry)
        lines = str(derivation).splitlines()
        assert derivation.cut is not None
        assert 10 < len(lines) <= 100
        levels = "1 level" if derivation.cut == 1 else f"{derivation.cut} levels"
        assert f"Told {levels} down. Ask for depth {derivation.cut + 1}, or for an entry above." in lines
        assert derivation.to_dict()["cut"] == derivation.cut


def test_a_derivation_that_fits_is_told_whole(trace):
    assert trace.why("dW1[0, 1]").cut is None
    assert "Told" not in str(trace.why("dW1[0, 1]"))
    assert trace.why("dW1[0, 1]", depth=1).cut is None


def test_numbers_that_are_printed_rounded_give_the_result_not_quite(trace):
    lines = str(trace.why("s2")).splitlines()
    assert "  = e2[0, 0] + e2[0, 1] ≈ 2.447336 + 0.408608" in lines  # 2.855944, and it is 2.855943
    assert trace.why("s2").relation == "≈"
    assert trace.why("z1[0, 1]").relation == "="
