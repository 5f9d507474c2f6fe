"""Each check by a network that has what it looks for, with its number counted here, and by one that has it not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis import CHECKS, CURVE_CHECKS, Finding
from chainrule.errors import Diverged

X, Y = cr.data.moons(120, seed=0)
# Checks whose numbers are too small, where they find something.
BELOW = {
    "nothing_moves", "constant_target", "constant_inputs", "constant_output", "vanishing_gradients", "rate_too_low",
    "diverges",
}  # fmt: skip
FITTING: dict[str, Any] = {"epochs": 40, "batch_size": 20, "optimizer": cr.Adam(0.02)}


def net(**others: Any) -> cr.Network:
    return cr.Network(others.pop("layers", [2, 12, 2]), **{"seed": 1, **others})


def found(name: str, network: cr.Network, X: Any, y: Any, trials: bool = False, **fitting: Any) -> Finding:
    """The finding of that name, which is the first one."""
    diagnosis = network.diagnose(X, y, trials=trials, **{**FITTING, **fitting})
    assert diagnosis.names[0] == name, diagnosis
    for finding in diagnosis:
        if finding.name != "wrong_gradient":  # whose number may be on either side of 1
            small = (
                finding.name in BELOW or "nearly 0" in finding.sentence or "small numbers" in finding.sentence
            )
            beyond = finding.number <= finding.threshold if small else finding.number >= finding.threshold
            assert beyond, finding
    return diagnosis[0]


def names(network: cr.Network, X: Any, y: Any, trials: bool = False, **fitting: Any) -> list[str]:
    return network.diagnose(X, y, trials=trials, **{**FITTING, **fitting}).names


@pytest.mark.parametrize("trials", [True, False])
def test_of_a_network_that_learns_nothing_is_found(trials: bool) -> None:
    assert names(net(), X, Y, trials, epochs=60) == []


def test_nothing_moves() -> None:
    finding = found("nothing_moves", net(), X, Y, trials=True, optimizer=cr.SGD(0.0))
    assert (finding.number, finding.threshold) == (0, 0)
    assert finding.fix == "learning_rate=0.01"  # the default of SGD
    assert finding.trial is not None
    assert finding.trial.with_fix[-1] < finding.trial.without[-1]
    frozen = net().freeze("W1", "b1", "W2", "b2")
    assert found("nothing_moves", frozen, X, Y).fix == "net.unfreeze()"
    assert frozen.frozen == {"W1", "b1", "W2", "b2"}
    assert "nothing_moves" not in names(net().freeze("W1"), X, Y)


def test_constant_target_and_inputs() -> None:
    assert found("constant_target", net(), X, np.zeros(120, int)).concerned == "all 120 rows"
    assert found("constant_inputs", net(), np.ones((120, 2)), Y).number == 0


def test_the_target_of_a_loss_without_one_is_not_looked_at() -> None:
    triplet = net(output="identity", loss="triplet")
    assert "constant_target" not in names(triplet, X, None, batch_size=30)


def test_constant_output() -> None:
    def softmax(z: Any) -> Any:
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    one = net(layers=[2, 8, 1], output=softmax, loss="mean_squared_error")
    finding = found("constant_output", one, X, Y.astype(float), trials=True)
    assert finding.number == 0
    assert finding.fix == "take output='sigmoid', or an output for each class"
    assert "The output is 1 whatever the weights are" in finding.sentence


class Flipped(cr.Loss):
    """Squared errors whose gradient has the wrong sign."""

    def forward(self, q: Any) -> None:
        q.l = np.square(q.a - q.y).sum(axis=1)

    def backward(self, q: Any) -> None:
        q.da = -2 * (q.a - q.y) / q.m


class Doubled(Flipped):
    """And one that is twice too large."""

    def forward(self, q: Any) -> None:
        q.l = np.square(q.a - q.y).sum(axis=1)

    def backward(self, q: Any) -> None:
        q.da = 4 * (q.a - q.y) / q.m


@pytest.mark.parametrize(("loss", "factor"), [(Flipped(), -1), (Doubled(), 2)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_wrong_gradient(loss: Any, factor: float, dtype: str) -> None:
    wrong = net(layers=[2, 8, 1], hidden="tanh", output="identity", loss=loss, dtype=dtype)
    finding = found("wrong_gradient", wrong, X, X[:, 0] * X[:, 1])
    assert finding.number == pytest.approx(factor, rel=1e-3)
    assert ("the opposite sign" in finding.sentence) == (factor < 0)


def test_a_right_gradient_of_ones_own_is_not_accused() -> None:
    class Right(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.abs(q.a - q.y).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = np.sign(q.a - q.y) / q.m

    for start in ("glorot", "zeros"):
        own = net(layers=[2, 8, 1], output="identity", loss=Right(), initializer=start)
        assert "wrong_gradient" not in names(own, X, X[:, 0] * X[:, 1])


def test_uphill() -> None:
    class Ascent(cr.Optimizer):
        learning_rate: float = 0.01

        def update(self, q: Any) -> None:
            q.w_new = q.w + q.eta * q.dw

    assert found("uphill", net(), X, Y, optimizer=Ascent()).number == pytest.approx(1)
    for optimizer in ("sgd", "adam", "lion", cr.AdamW(0.01), cr.Lookahead(cr.RMSprop(0.01))):
        assert "uphill" not in names(net(), X, Y, optimizer=optimizer)


@pytest.mark.parametrize(("output", "out"), [("sigmoid", (0, 1)), ("tanh", (-1, 1)), ("relu", (0, np.inf))])
def test_targets_out_of_reach(output: str, out: tuple[float, float]) -> None:
    y = 2 * X[:, 0]
    wrong = net(layers=[2, 8, 1], output=output, loss="mean_squared_error")
    finding = found("targets_out_of_reach", wrong, X, y, trials=True)
    beyond = (y < out[0]) | (y > out[1])
    assert finding.number == pytest.approx(beyond.mean())
    assert f"{beyond.sum()} of 120 rows, the first one row {beyond.argmax()}" == finding.concerned
    assert finding.fix == "output='identity'"


def test_targets_of_probabilities_are_in_reach() -> None:
    assert "targets_out_of_reach" not in names(net(output="log_softmax"), X, Y)
    inside = net(layers=[2, 8, 1], output="sigmoid", loss="mean_squared_error")
    assert "targets_out_of_reach" not in names(inside, X, Y.astype(float))


def test_several_labels() -> None:
    tags = np.column_stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 0] > X[:, 1]]).astype(float)
    finding = found("several_labels", net(layers=[2, 12, 3], loss="mean_squared_error"), X, tags, trials=True)
    assert finding.number == pytest.approx((tags.sum(axis=1) != 1).mean())
    assert finding.fix == "output='sigmoid', loss='cross_entropy'"
    each = net(layers=[2, 12, 3], output="sigmoid")
    assert {"several_labels", "separate_outputs"}.isdisjoint(names(each, X, tags))


def test_separate_outputs_are_a_warning() -> None:
    finding = found("separate_outputs", net(output="sigmoid"), X, np.eye(2)[Y], epochs=100)
    assert (finding.warning, finding.fix) == (True, "take output='softmax', one class of several")


def test_unrelated_targets() -> None:
    shuffled = np.random.default_rng(0).permutation(Y)
    assert "in the same order" in found("unrelated_targets", net(), X, shuffled).fix
    assert "unrelated_targets" not in names(net(), X[:40], shuffled[:40])  # too few to tell
    xor = np.random.default_rng(1).uniform(-1, 1, (200, 2))
    assert "unrelated_targets" not in names(net(), xor, (xor.prod(axis=1) > 0).astype(int))


@pytest.mark.parametrize("trials", [True, False])
def test_unscaled_inputs_large_and_small(trials: bool) -> None:
    wide = X * [1000, 1]
    finding = found("unscaled_inputs", net(), wide, Y, trials)
    assert finding.number == pytest.approx(np.sqrt(np.mean(wide[:, 0] ** 2)))
    assert (finding.threshold, finding.concerned) == (10, "1 of 2 columns: 0")
    tiny = found("unscaled_inputs", net(), X / 5000, Y, trials, optimizer=cr.SGD(0.1))
    assert tiny.number == pytest.approx(np.sqrt(np.mean((X / 5000) ** 2, axis=0)).max())
    assert tiny.threshold == 0.05
    assert "unscaled_inputs" not in names(net(scaling=cr.Standardize.fitted(wide)), wide, Y, trials)


def test_a_wrong_scale_is_replaced() -> None:
    wrong = net(scaling=cr.Standardize(0.0, 1e-3))
    finding = found("unscaled_inputs", wrong, X, Y, trials=True)
    assert finding.trial is not None
    assert finding.trial.with_fix[-1] < 0.5


def test_constant_columns_do_not_hide_unscaled_inputs() -> None:
    both = np.column_stack([X * 300, np.full(120, 3.0)])
    told = names(net(layers=[3, 12, 2]), both, Y)
    assert (told[0], told[-1]) == ("unscaled_inputs", "constant_columns")
    bias = np.column_stack([X, np.zeros(120)])
    assert names(net(layers=[3, 12, 2]), bias, Y, epochs=60) == []


def test_unscaled_targets() -> None:
    y = 4000 + 300 * X[:, 0]
    wrong = net(layers=[2, 12, 1], output="identity", loss="mean_squared_error")
    finding = found("unscaled_targets", wrong, X, y, trials=True)
    assert finding.number == pytest.approx(np.sqrt(np.mean(y**2)))
    assert finding.trial is not None
    assert finding.trial.measure == "unexplained part of y"
    scaled = net(
        layers=[2, 12, 1], output="identity", loss="mean_squared_error", scale_target=cr.Standardize.fitted(y)
    )
    assert "unscaled_targets" not in names(scaled, X, y)


def test_equal_units() -> None:
    for start in (cr.Constant(0.3), "zeros"):
        finding = found("equal_units", net(initializer=start), X, Y, trials=True)
        assert (finding.number, finding.concerned) == (1, "12 of 12 units of layer 1")
    half = net()
    half.parameters["W1"][:, :8] = half.parameters["W1"][:, :1]
    half.parameters["W2"][:8] = half.parameters["W2"][:1]
    assert found("equal_units", half, X, Y).number == pytest.approx(8 / 12)
    half.parameters["W2"][:8] += np.arange(8)[:, None]  # equal sums, other gradients: they part
    assert "equal_units" not in names(half, X, Y)


def test_units_behind_dead_ones_are_not_called_equal() -> None:
    off = net(layers=[2, 12, 12, 2])
    off.parameters["b1"][...] = -50
    assert found("dead_units", off, X, Y, trials=True).concerned.startswith(
        "12 of 12 units of layer 1: 0, 1, 2"
    )


def test_penalty_too_strong() -> None:
    strong = net(penalty=cr.L2(20.0))
    finding = found("penalty_too_strong", strong, X, Y, trials=True)
    trace = strong.trace(X, Y)
    pull, data = (
        np.sqrt(sum(np.square(trace[f"dW{i}_{of}"]).sum() for i in (1, 2))) for of in ("penalty", "data")
    )
    assert finding.number == pytest.approx(pull / data)
    assert finding.fix == "penalty=L2(0.02)"
    assert names(net(penalty=cr.L2(1e-4)), X, Y, trials=True, epochs=60) == []


def test_first_loss() -> None:
    large = net(initializer=cr.Normal(8.0), hidden="tanh")
    finding = found("first_loss", large, X, Y, trials=True, optimizer=cr.SGD(0.05))
    assert finding.number == pytest.approx(
        large.loss(X, Y) / np.log(2), rel=1e-6
    )  # two classes, 60 rows each


def test_a_guess_of_numbers_is_their_variance() -> None:
    y = X[:, 0] + 3
    wide = net(layers=[2, 12, 1], output="identity", loss="mean_squared_error", initializer=cr.Normal(5.0))
    finding = found("first_loss", wide, X, y)
    assert finding.number == pytest.approx(wide.loss(X, y) / y.var(), rel=1e-6)


def test_target_in_inputs() -> None:
    rng = np.random.default_rng(0)
    numbers = X[:, 0] * X[:, 1] + rng.standard_normal(120)
    leak = np.column_stack([X, 7 - 3 * numbers])
    own = net(layers=[3, 12, 1], output="identity", loss="mean_squared_error")
    finding = own.diagnose(leak, numbers, trials=False, epochs=100, optimizer=cr.Adam(0.02))[-1]
    assert (finding.name, finding.warning, finding.concerned) == ("target_in_inputs", True, "column 2")
    codes = np.array([5.0, -2.0])[Y]
    assert "target_in_inputs" in names(net(layers=[3, 12, 2]), np.column_stack([X, codes]), Y)
    noisy = np.column_stack([X, numbers + 1e-3 * rng.standard_normal(120)])
    assert "target_in_inputs" not in names(own, noisy, numbers)


def test_a_toy_whose_target_is_a_column_is_no_leak() -> None:
    table = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    one = net(layers=[2, 4, 1], output="sigmoid")
    for rows in (table, np.tile(table, (30, 1))):
        assert "target_in_inputs" not in names(one, rows, rows[:, 0], epochs=300)


def test_dead_units_later() -> None:
    # A first step that is far too large turns most units off for good.
    thrown = net(layers=[2, 12, 12, 2])
    assert names(thrown, X, Y, optimizer=cr.SGD(30.0)) == ["rate_too_high", "dead_units"]
    finding = thrown.diagnose(X, Y, trials=False, **{**FITTING, "optimizer": cr.SGD(30.0)})[1]
    thrown.fit(X, Y, epochs=40, batch_size=20, optimizer=cr.SGD(30.0), engine="numpy")
    trace = thrown.trace(X)
    off = [(trace[name] == 0).all(axis=0).mean() for name in ("a1", "a2")]
    assert finding.number == pytest.approx(next(share for share in off if share >= 0.5))
    assert "after 240 steps" in finding.sentence


def test_saturated_units() -> None:
    wide = net(hidden="tanh")
    wide.parameters["W1"][...] *= 60
    finding = found("saturated_units", wide, X, Y, optimizer=cr.SGD(0.01))
    a1 = wide.trace(X)["a1"]
    assert finding.number == pytest.approx((np.abs(a1) > 0.98).mean(), abs=1e-9)


def test_vanishing_and_exploding_gradients() -> None:
    deep = net(layers=[2, 12, 12, 12, 2], hidden="sigmoid", initializer=cr.Normal(0.05))
    finding = found("vanishing_gradients", deep, X, Y, trials=True, optimizer=cr.SGD(0.1))
    trace = deep.trace(X, Y)
    assert finding.number == pytest.approx(np.sqrt(np.mean(trace["dz1"] ** 2) / np.mean(trace["dz4"] ** 2)))
    growing = net(layers=[2, 12, 12, 12, 2], initializer=cr.Normal(3.0))
    trace = growing.trace(X, Y)
    assert np.sqrt(np.mean(trace["dz1"] ** 2) / np.mean(trace["dz4"] ** 2)) > 30
    check = next(check for check in CHECKS if check.name == "exploding_gradients")
    assert check.threshold == 30


def test_diverges_and_says_where() -> None:
    linear = net(layers=[2, 12, 1], output="identity", loss="mean_squared_error")
    finding = found("diverges", linear, X, X[:, 0], trials=True, optimizer=cr.SGD(50.0))
    with pytest.raises(Diverged) as caught:
        linear.fit(X, X[:, 0], epochs=40, batch_size=20, optimizer=cr.SGD(50.0), engine="numpy")
    assert finding.sentence == f"Training diverges: {caught.value.where}"
    assert "the first number that is not finite is" in finding.sentence
    assert finding.fix.startswith("learning_rate=")


def test_rate_too_high_and_too_low() -> None:
    assert found("rate_too_high", net(hidden="tanh"), X, Y, trials=True, optimizer=cr.Adam(5.0)).fix in (
        "learning_rate=0.5", "learning_rate=0.05", "learning_rate=0.005",
    )  # fmt: skip
    own = net()
    finding = found("rate_too_low", own, X, Y, trials=True, optimizer=cr.Adam(1e-6))
    before = own.parameters.flat.copy()
    own.fit(X, Y, epochs=40, batch_size=20, optimizer=cr.Adam(1e-6), engine="numpy")
    moved = np.linalg.norm(own.parameters.flat - before) / np.linalg.norm(before)
    assert finding.number == pytest.approx(moved, rel=1e-9)


def test_a_schedule_is_kept_with_another_rate() -> None:
    finding = found("rate_too_low", net(), X, Y, trials=True, optimizer=cr.Adam(cr.Cosine(1e-6)))
    assert finding.fix.startswith("learning_rate=")


def test_too_short() -> None:
    finding = found("too_short", net(), X, Y, trials=True, epochs=2, batch_size=None, optimizer=cr.SGD(0.5))
    assert finding.concerned == "2 steps"
    assert finding.sentence.startswith("Not broken, too short")
    assert finding.fix.endswith("times as many epochs")


def test_overfitting() -> None:
    rng = np.random.default_rng(3)
    few, y = X[::4], np.where(rng.random(30) < 0.3, 1 - Y[::4], Y[::4])
    large = net(layers=[2, 64, 64, 2])
    finding = found("overfitting", large, few, y, trials=True, epochs=150, batch_size=10,
                    optimizer=cr.Adam(0.01), validation_data=(X[1::4], Y[1::4]))  # fmt: skip
    history = large.fit(few, y, epochs=150, batch_size=10, optimizer=cr.Adam(0.01), engine="numpy",
                        validation_data=(X[1::4], Y[1::4]))  # fmt: skip
    held_out = history.validation_loss
    assert finding.number == pytest.approx(held_out[-1] / min(held_out), rel=1e-9)
    assert history.diagnose().names == ["overfitting"]


def test_every_check_has_a_name_a_measure_and_a_threshold() -> None:
    for check in (*CHECKS, *CURVE_CHECKS):
        assert check.name.replace("_", "").isalpha()
        assert check.stage in ("proof", "symptom")
        assert check.measure
        assert isinstance(check.threshold, int | float)
        assert (type(check).__doc__ or "").endswith(".")
    stages = [check.stage for check in CHECKS if not check.warning]
    assert stages == sorted(stages)  # proofs come first


def test_a_rate_of_0_is_told_even_where_another_one_helps_little() -> None:
    good = net()
    good.fit(X, Y, epochs=200, batch_size=20, optimizer=cr.Adam(0.02), engine="numpy")
    finding = found("nothing_moves", good, X, Y, trials=True, optimizer=cr.SGD(0.0))
    assert (finding.fix, finding.trial) == ("take a learning rate above 0", None)
