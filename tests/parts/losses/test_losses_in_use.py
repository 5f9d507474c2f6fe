"""Every loss all the way: told, derived, trained, compiled, written as a script, saved; with weights; in threes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from loss_rows import ROWS, Row, counts, identity, labels, nothing, numbers, of_classes, own, shares, told
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.expressions import names
from chainrule.parts.contract import Array, Loss

SAMPLES = 6


def own_sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def own_softmax(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def network(row: Row, dtype: str = "float64") -> cr.Network:
    """A small network with that loss."""
    several = row.outputs[0] > 1
    output = row.output if row.output is not identity else own_softmax if several else own_sigmoid
    outputs = 3 if several else min(2, row.outputs[1])
    net = cr.Network([2, 3, outputs], hidden="tanh", output=output, loss=row.loss, seed=4, dtype=dtype)
    if output == "relu":  # away from its kink, beyond which rates are 0
        net.parameters["b2"][...] = 2
    return net


def samples(row: Row) -> tuple[Array, Array | None]:
    """Data for it."""
    rng, k = np.random.default_rng(1), network(row).outputs
    X = rng.standard_normal((SAMPLES, 2))
    targets = {
        numbers: lambda: rng.standard_normal((SAMPLES, k)),
        shares: lambda: rng.uniform(0, 1, (SAMPLES, k)),
        of_classes: lambda: rng.dirichlet(np.ones(k), SAMPLES),
        labels: lambda: rng.integers(0, max(k, 2), SAMPLES),
        counts: lambda: rng.poisson(2, (SAMPLES, k)),
        nothing: lambda: None,
    }
    return X, targets[row.y]()


every = pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])


# --- told and derived ---------------------------------------------------------------------------------------


@pytest.mark.some(4)
@every
def test_the_walk_through_tells_every_quantity_once(row: Row) -> None:
    X, y = samples(row)
    trace = network(row).trace(X, y, optimizer="sgd")
    quiet = {name for q in trace.program.quantities.values() for name in (q.name,) if q.local in q.part.quiet}
    for how in ({}, {"arithmetic": "by_hand", "digits": 8}):
        explanation = trace.explain(**how)
        told = [line.name for _, steps in explanation.sections for step in steps for line in step.lines]
        lines = [name for name in told if name not in trace.program.leaves]
        assert lines == [name for name in trace.program.quantities if name not in quiet]
        texts = [
            str(explanation), explanation.to_markdown(), explanation.to_latex(), explanation.to_html(),
        ]  # fmt: skip
        assert all("nan" not in text and "None" not in text for text in texts)
        assert explanation.to_dict()


@pytest.mark.some(8)
@every
def test_a_nudge_agrees_with_every_gradient(row: Row) -> None:
    X, y = samples(row)
    trace = network(row).trace(X, y)
    for quantity in trace.program.quantities.values():
        if quantity.section == "backward" and quantity.name[1:] in trace.results:
            for index in np.ndindex(trace[quantity.name].shape):
                nudge = trace.why(f"{quantity.name}{list(index)}", depth=0).nudge
                assert nudge is not None
                assert nudge.agrees, (quantity.name, index, nudge)


@pytest.mark.some(20)
@every
def test_a_whole_derivation_reaches_the_inputs(row: Row) -> None:
    X, y = samples(row)
    told = str(network(row).trace(X, y).why("dW1[0, 1]"))
    assert "x[0, 0]" in told
    assert "DIFFERS" not in told


# --- trained ------------------------------------------------------------------------------------------------

HOW: dict[str, Any] = {"epochs": 4, "batch_size": 3, "progress": False}


@pytest.mark.some(20)
@every
def test_steps_and_the_script_give_the_bits_of_fit(row: Row) -> None:
    X, y = samples(row)
    fitted, stepped, fresh = network(row), network(row), network(row)
    history = fitted.fit(X, y, optimizer=cr.Adam(0.01), engine="numpy", **HOW)
    for _ in stepped.steps(X, y, optimizer=cr.Adam(0.01), epochs=4, batch_size=3):
        pass
    space: dict[str, Any] = {"__name__": "script"}
    exec(fresh.code(optimizer=cr.Adam(0.01), epochs=4, batch_size=3), space)
    parameters, losses = space["train"](X, y, dict(fresh.parameters))
    assert losses == history.loss
    for name, array in fitted.parameters.items():
        np.testing.assert_array_equal(stepped.parameters[name], array)
        np.testing.assert_array_equal(parameters[name], array)


@pytest.mark.some(8)
@every
def test_the_compiled_engine_gives_numpys_numbers_or_leaves_it_to_numpy(row: Row) -> None:
    X, y = samples(row)
    nets, histories = [network(row), network(row)], []
    for net, engine in zip(nets, ("numpy", "compiled"), strict=True):
        histories.append(net.fit(X, y, optimizer=cr.SGD(0.1), engine=engine, **HOW))
    assert histories[1].engine == ("compiled" if row.group == 1 else "numpy")
    np.testing.assert_allclose(nets[1].parameters.flat, nets[0].parameters.flat, rtol=0, atol=1e-9)
    np.testing.assert_allclose(histories[1].loss, histories[0].loss, rtol=1e-9)
    assert histories[1].accuracy == histories[0].accuracy


@every
def test_in_float32_nothing_turns_into_float64(row: Row) -> None:
    X, y = samples(row)
    trace = network(row, "float32").trace(X, y)
    for name, value in trace.items():
        if isinstance(value, np.ndarray) and value.ndim:
            assert value.dtype == np.float32, name
    np.testing.assert_allclose(trace.loss, network(row).loss(X, y), rtol=1e-5)


@every
def test_a_saved_network_has_the_loss_with_its_settings(row: Row, tmp_path: Path) -> None:
    X, y = samples(row)
    net = network(row)
    if row.output is identity or row.loss is own:
        with pytest.raises(KindError):
            net.save(tmp_path / "net.safetensors")
        return
    net.save(tmp_path / "net.safetensors")
    loaded = cr.load(tmp_path / "net.safetensors")
    assert str(loaded.loss_part) == str(net.loss_part)
    assert loaded.loss_part.settings() == net.loss_part.settings()
    assert loaded.loss(X, y) == net.loss(X, y)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", cr.BinaryCrossEntropy(from_logits=True)])
def test_outputs_above_0_say_yes(loss: Any) -> None:
    net = cr.Network([1, 1], output="identity", loss=loss, parameters={"W1": [[1.0]]})
    X, y = [[0.3], [-0.3], [2.0]], [1, 0, 0]
    assert net.classify(X).tolist() == [1, 0, 1]
    for engine in ("numpy", "compiled"):
        history = net.fit(X, y, optimizer=cr.SGD(0.0), engine=engine, validation_data=(X, y))
        assert history.accuracy == history.validation_accuracy == [2 / 3]
    assert "2 of 3 samples have the right class; sample 2 is wrong" in str(net.trace(X, y).explain())


@pytest.mark.parametrize("name", sorted(Loss.registry()))
def test_labels_become_a_1_among_zeros_or_yes_and_no(name: str) -> None:
    outputs = {"softmax": 3, "sigmoid": 1, "identity": 3}
    output = "softmax" if "cross_entropy" in name or name in ("focal", "kl_divergence") else "identity"
    output = "sigmoid" if name == "binary_cross_entropy" else output
    net = cr.Network([2, outputs[output]], output=output, loss=name)
    y = [0, 1, 1] if output == "sigmoid" else [0, 2, 1]
    expected = [[0], [1], [1]] if output == "sigmoid" else [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert net.trace(np.ones((3, 2)), y)["y"].tolist() == expected


# --- weights ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outputs", [1, 3])
def test_balanced_class_weights_are_scikit_learns(outputs: int) -> None:
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((40, 2)), np.minimum(rng.geometric(0.6, 40) - 1, max(outputs, 2) - 1)
    output = "sigmoid" if outputs == 1 else "softmax"
    weights = compute_class_weight("balanced", classes=np.unique(y), y=y)
    nets = [cr.Network([2, outputs], output=output) for _ in range(3)]
    nets[0].fit(X, y, class_weight="balanced", batch_size=7, epochs=2)
    nets[1].fit(X, y, class_weight=dict(enumerate(weights.tolist())), batch_size=7, epochs=2)
    nets[2].fit(X, y, sample_weight=compute_sample_weight("balanced", y), batch_size=7, epochs=2)
    for net in nets[1:]:
        np.testing.assert_allclose(net.parameters.flat, nets[0].parameters.flat, rtol=1e-12)


@pytest.mark.parametrize("row", [p for p in every.args[1] if p.values[0].group == 1])
def test_a_sample_of_weight_2_counts_as_two_and_one_of_0_not_at_all(row: Row) -> None:
    X, y = samples(row)
    assert y is not None
    twice = np.array([0, 0, 1, 2, 3, 3])
    weighted = network(row).trace(X, y, sample_weight=[2, 1, 1, 2, 0, 0])
    plain = network(row).trace(X[twice], y[twice])
    assert weighted.loss == pytest.approx(plain.loss, rel=1e-12)
    for name in network(row).parameters:
        np.testing.assert_allclose(weighted[f"d{name}"], plain[f"d{name}"], rtol=1e-11, atol=1e-14)


# --- rows in threes -----------------------------------------------------------------------------------------

ROWS_OF_TWO = np.random.default_rng(5).standard_normal((9, 2))


def test_a_triplet_needs_no_targets_and_reads_none() -> None:
    net = cr.Network([2, 2], output="identity", loss="triplet")
    trace = net.trace(ROWS_OF_TWO, None, optimizer="sgd")
    assert trace["l"].shape == (3,)
    assert trace.loss == net.loss(ROWS_OF_TWO, None) == pytest.approx(trace["l"].mean())
    assert net.loss(ROWS_OF_TWO, np.ones((9, 2))) == trace.loss
    assert "y" not in {name.name for q in trace.program.needed(["L", "dW1"]) for name in names(q.rule)}


def test_threes_are_shuffled_as_a_whole() -> None:
    net = cr.Network([2, 2], output="identity", loss="triplet")
    X = np.repeat(np.arange(6.0), 3)[:, None] + [[0.0, 1.0]]
    seen = [trace["x"] for trace in net.steps(X, None, batch_size=6, seed=1)]
    assert [len(x) for x in seen] == [6, 6, 6]
    first = np.concatenate(seen)[:, 0].reshape(-1, 3)
    assert (first == first[:, :1]).all()
    assert sorted(first[:, 0]) == [0, 1, 2, 3, 4, 5]
    assert list(first[:, 0]) != [0, 1, 2, 3, 4, 5]


def test_training_draws_alike_together_and_others_apart() -> None:
    rng = np.random.default_rng(0)
    anchors = np.sign(rng.standard_normal((60, 1)))
    X = np.hstack(
        [np.stack([anchors, anchors, -anchors], axis=1).reshape(-1, 1), rng.standard_normal((180, 1))]
    )
    net = cr.Network([2, 8, 2], output="identity", loss="triplet")
    history = net.fit(X, None, epochs=30, batch_size=30, optimizer=cr.Adam(0.01), validation_data=(X, None))
    assert history.validation_loss[-1] < 0.3 * history.loss[0]


def test_rows_that_are_no_threes_are_refused_before_training() -> None:
    net = cr.Network([2, 2], output="identity", loss="triplet")
    before = net.parameters.flat.copy()
    assert told(lambda: net.fit(ROWS_OF_TWO[:6], None, batch_size=4), InputError) == (
        "a batch has 2 rows, and triplet takes rows in groups of 3: take a batch_size, and a number of rows, that 3 "
        "divides."
    )
    for ask in (net.fit, net.loss, net.trace):
        assert told(lambda: ask(ROWS_OF_TWO[:8], None), InputError) == (  # noqa: B023
            "X has 8 rows, and triplet takes rows in groups of 3: give a number of rows that 3 divides."
        )
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert told(lambda: net.fit(ROWS_OF_TWO, None, sample_weight=np.ones(9)), InputError) == (
        "triplet takes rows in groups of 3, and weighs none of them: leave sample_weight and class_weight out."
    )
    assert told(lambda: net.trace(ROWS_OF_TWO, None, sample_weight=np.ones(9)), InputError) == (
        "triplet takes rows in groups of 3, and weighs none of them: leave sample_weight out."
    )


def test_a_triplet_is_not_compiled_and_says_so() -> None:
    net = cr.Network([2, 2], output="identity", loss="triplet")
    history = net.fit(ROWS_OF_TWO, None, engine="compiled")
    assert (history.engine, history.why) == (
        "numpy",
        "what stands outside the compiled language: pick_rows has no compiled form",
    )


DA1 = """\
2 → 2 identity    triplet, margin = 1    exact, 6 decimals

BACKWARD
  da1 = put(-dv1, 2::3) + put(dv1, 0::3) + (put(-du1, 1::3) + put(du1, 0::3))
                        put(…, 1::3) stands in rows 1, 4, 7, …; the others are 0
        ⎡ 0  0       ⎤   ⎡1  -0.000001⎤   ⎛⎡0    0  ⎤   ⎡-0.6  -0.8⎤⎞
      = ⎢ 0  0       ⎥ + ⎢0   0       ⎥ + ⎜⎢0.6  0.8⎥ + ⎢ 0     0  ⎥⎟
        ⎣-1  0.000001⎦   ⎣0   0       ⎦   ⎝⎣0    0  ⎦   ⎣ 0     0  ⎦⎠
        ⎡ 0.4  -0.800001⎤
      = ⎢ 0.6   0.8     ⎥
        ⎣-1     0.000001⎦"""


def test_how_a_triplets_gradient_is_told() -> None:
    net = cr.Network([2, 2], output="identity", loss="triplet", parameters={"W1": np.eye(2)})
    trace = net.trace([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0]], None)
    assert str(trace.explain("da1")) == DA1
    assert str(trace.explain()).splitlines()[1] == (
        "3 samples, one a row, in groups of 3; the 1/1 of L enters once, at da1."
    )
    why = trace.why("da1[1, 0]", depth=0)
    assert why.formula == "0 + 0 + (-du1[0, 0] + 0)"
    assert "a_{1}[0::3] - a_{1}[1::3] + 0.000001" in trace.explain("u1").to_latex()
    put = r"\operatorname{put}_{1::3}\left(-\frac{\partial L}{\partial u_{1}}\right)"
    assert put in trace.explain("da1").to_latex()


def test_the_rows_that_a_rule_picks_and_puts_back() -> None:
    class Pairs(Loss):
        group = 2

        def forward(self, q: Any) -> None:
            q.l = np.square(q.a[0::2] - q.a[1::2]).sum(axis=1)

    net = cr.Network([2, 2], output="tanh", loss=Pairs(), seed=2)
    X = ROWS_OF_TWO[:8]
    trace = net.trace(X, X)
    leaf = torch.from_numpy(trace["a1"].copy()).requires_grad_()
    (leaf[0::2] - leaf[1::2]).square().sum(1).mean().backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(trace["da1"], leaf.grad.numpy(), rtol=1e-13, atol=1e-15)
