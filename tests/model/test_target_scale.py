"""Targets that a network scales: it trains as on targets scaled by hand, and speaks in their own unit."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import Fixed, InputError, KindError, LanguageError, PrecisionWarning
from chainrule.walkthrough.gradient_check import check_gradient

RNG = np.random.default_rng(3)
X = RNG.normal(size=(60, 3))
# Prices, and a second column of another unit.
Y = np.column_stack([350_000 + 8_000 * X @ [1.0, -2.0, 0.5] + 500 * RNG.normal(size=60), 1e-3 * X[:, 1] - 7])
CENTER, SCALE = np.array([350_000.0, -7.0]), np.array([20_000.0, 1e-3])
BY_HAND = (Y - CENTER) / SCALE


def network(scaled: bool = True, **how: Any) -> cr.Network:
    """Its targets are scaled within, or are to be scaled by hand."""
    how = {"output": "identity", "loss": "half_squared_error", **how}
    layers = how.pop("layers", [3, 5, 2])
    if not all(isinstance(layer, int) for layer in layers):
        how.pop("output")
    return cr.Network(layers, scale_target=cr.Standardize(CENTER, SCALE) if scaled else None, **how)


KINDS: list[dict[str, Any]] = [
    {},
    {"loss": "huber", "hidden": "tanh", "scaling": cr.Standardize(0.5, 2)},
    {"loss": "quantile", "dtype": "float32"},
    {"loss": lambda a, y: np.abs(a - y).sum(axis=1), "penalty": cr.L2(0.01)},
    {"layers": [cr.Dense(3, 6), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.3), cr.Dense(6, 2)], "dtype": "float32"},
    {"layers": [3, 64, 2], "dtype": "float32", "scaling": cr.Standardize(0.5, 2)},
]  # fmt: skip


@pytest.mark.some(4)
@pytest.mark.parametrize("kind", range(len(KINDS)))
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_it_trains_as_on_targets_scaled_by_hand(kind: int, engine: str) -> None:
    inside, by_hand = network(**KINDS[kind]), network(False, **KINDS[kind])
    weight = RNG.uniform(0.5, 2, 60)
    how: dict[str, Any] = {"epochs": 4, "batch_size": 7, "engine": engine, "progress": False}
    told = inside.fit(X, Y, validation_data=(X[:9], Y[:9]), sample_weight=weight, **how)
    same = by_hand.fit(X, BY_HAND, validation_data=(X[:9], BY_HAND[:9]), sample_weight=weight, **how)
    if engine == "numpy":
        np.testing.assert_array_equal(inside.parameters.flat, by_hand.parameters.flat)
        assert (told.loss, told.validation_loss) == (same.loss, same.validation_loss)
        assert inside.loss(X, Y) == by_hand.loss(X, BY_HAND)
    bound = 1e-5 if inside.dtype == np.float32 else 1e-9
    np.testing.assert_allclose(inside.parameters.flat, by_hand.parameters.flat, rtol=bound, atol=bound)
    np.testing.assert_allclose(told.validation_loss, same.validation_loss, rtol=10 * bound)
    restored = by_hand.predict(X).astype(np.float64) * SCALE + CENTER
    for rows in (X, X[:1], X[:5]):
        for asked in ("numpy", "compiled"):
            found = inside.predict(rows, engine=asked)
            assert found.dtype == inside.dtype
            far = np.abs(found - restored[: len(rows)]) / SCALE
            assert far.max() < (1e-3 if inside.dtype == np.float32 else 1e-9)  # of a price in float32, 0.03


def test_pytorch_gives_the_same_steps_and_predictions() -> None:
    torch = pytest.importorskip("torch")
    net = network(hidden="tanh", loss="mean_squared_error")
    weights = {name: torch.tensor(array.copy(), requires_grad=True) for name, array in net.parameters.items()}
    x, y = torch.tensor(X), torch.tensor(Y)

    def outputs() -> Any:
        return torch.tanh(x @ weights["W1"] + weights["b1"]) @ weights["W2"] + weights["b2"]

    steps = torch.optim.SGD(weights.values(), lr=0.1)
    for _ in range(20):
        steps.zero_grad()
        loss = torch.nn.functional.mse_loss(outputs(), (y - torch.tensor(CENTER)) / torch.tensor(SCALE))
        loss.backward()
        steps.step()
    net.fit(X, Y, epochs=20, optimizer=cr.SGD(0.1), progress=False)
    for name, array in net.parameters.items():
        np.testing.assert_allclose(array, weights[name].detach(), rtol=1e-11, atol=1e-13)
    prices = outputs().detach().numpy() * SCALE + CENTER
    np.testing.assert_allclose(net.predict(X), prices, rtol=1e-12)


def test_of_default_scale_a_linear_price_is_learnt() -> None:
    rng = np.random.default_rng(0)
    size = rng.uniform(100, 250, 200)
    price = 2_000 * size + 5_000 * rng.normal(size=200)
    held, kept = slice(0, 40), slice(40, None)
    found = {}
    for scaled in (True, False):
        target = cr.Standardize.fitted(price[kept]) if scaled else None
        net = cr.Network(
            [1, 32, 1], output="identity", loss="half_squared_error", scale_target=target,
            scaling=cr.Standardize.fitted(size[kept, None]),
        )  # fmt: skip
        net.fit(size[kept, None], price[kept], epochs=200, batch_size=32, progress=False)
        errors = net.predict(size[held, None])[:, 0] - price[held]
        found[scaled] = 1 - np.square(errors).sum() / np.square(price[held] - price[held].mean()).sum()
    assert found[True] > 0.95
    assert found[False] < 0


def test_steps_traces_and_the_script_are_fit() -> None:
    for dtype in ("float64", "float32"):
        nets = [network(dtype=dtype, scaling=cr.Standardize(0.5, 2)) for _ in range(3)]
        start = {name: array.copy() for name, array in nets[2].parameters.items()}
        space: dict[str, Any] = {"__name__": "script"}
        exec(nets[2].code(optimizer="adam", epochs=3, batch_size=8, data=(X, Y)), space)
        trained, losses = space["train"](X, Y, start)
        history = nets[0].fit(X, Y, epochs=3, batch_size=8, engine="numpy", progress=False)
        last = list(nets[1].steps(X, Y, epochs=3, batch_size=8))[-1]
        np.testing.assert_array_equal(nets[0].parameters.flat, nets[1].parameters.flat)
        for name, array in nets[0].parameters.items():
            np.testing.assert_array_equal(array, trained[name])
        assert losses == history.loss
        assert last["yhat"].dtype == last["y"].dtype == nets[1].dtype
        assert last["y_raw"].dtype == np.float64


def test_the_script_of_lbfgs_is_fit() -> None:
    pytest.importorskip("scipy")
    net = network()
    space: dict[str, Any] = {"__name__": "script"}
    exec(net.code(optimizer="lbfgs", epochs=5), space)
    trained, _ = space["train"](X, Y, {name: array.copy() for name, array in net.parameters.items()})
    net.fit(X, Y, epochs=5, optimizer="lbfgs", engine="numpy", progress=False)
    for name, array in net.parameters.items():
        np.testing.assert_array_equal(array, trained[name])


def test_the_lines_of_a_step_by_hand() -> None:
    net = cr.Network(
        [1, 1], output="identity", loss="half_squared_error", scale_target=cr.Standardize(100, 20),
        parameters={"W1": [[0.5]], "b1": [0.25]},
    )  # fmt: skip
    trace = net.trace([[1.0], [3.0]], [[120.0], [150.0]], cr.SGD(0.1))
    assert trace["y"].tolist() == [[1.0], [2.5]]
    assert trace["a1"].tolist() == [[0.75], [1.75]]
    assert trace["yhat"].tolist() == [[115.0], [135.0]]
    assert trace.loss == (0.25**2 / 2 + 0.75**2 / 2) / 2
    assert trace["dW1"].tolist() == [[(-0.25 * 1 - 0.75 * 3) / 2]]
    program = trace.program
    assert (program.data, program.target, program.activation, program.output) == ("x", "y_raw", "a1", "yhat")
    assert list(program.quantities)[:6] == ["z1", "a1", "yhat", "y", "l", "L"]
    assert net.predict([[3.0]]).tolist() == [[135.0]]
    assert net.trace([[3.0]])["yhat"].tolist() == [[135.0]]
    assert "y_raw" not in net.program(targets=False).leaves


def test_what_if_and_gradients() -> None:
    net = network()
    trace = net.trace(X[:4], Y[:4], "sgd")
    for entry in ((0, 0), (1, 2), (2, 4)):
        found = check_gradient(trace, "dW1", entry)
        assert found is not None
        assert found.finding == "agrees"
    moved = trace.what_if({"y_raw[1, 0]": 370_000.0})
    assert moved["y"][1, 0] == 1
    assert moved["yhat"].tolist() == trace["yhat"].tolist()
    held = trace.what_if({"y[1, 0]": 1.0})
    np.testing.assert_allclose(held["dW1"], moved["dW1"], rtol=1e-12)
    other = trace.what_if({"yhat[0, 0]": 0.0, "a2[0, 0]": 2.0})
    assert other["yhat"][0, 0] == 0
    assert other["dW2"][0, 0] == pytest.approx((trace["a1"][1:, 0] * trace["dz2"][1:, 0]).sum())
    assert "y_center[0]" in str(trace.why("yhat[0, 0]"))


def test_digits_far_from_0_are_kept_in_float32() -> None:
    seconds = 1_700_000_000 + np.arange(60.0)
    net = cr.Network(
        [3, 4, 1], output="identity", loss="half_squared_error", dtype="float32",
        scale_target=cr.Standardize.fitted(seconds),
    )  # fmt: skip
    trace = net.trace(X, seconds)
    assert len(np.unique(trace["y"])) == 60
    np.testing.assert_allclose(trace["y"][:, 0], (np.arange(60) - 29.5) / np.arange(60).std(), rtol=1e-6)
    net.fit(X, seconds, progress=False)  # and no PrecisionWarning
    with pytest.warns(
        PrecisionWarning, match=r"take scale_target=Standardize\.fitted\(y\), or dtype='float64'"
    ):
        cr.Network([3, 4, 1], output="identity", loss="half_squared_error", dtype="float32").fit(
            X, seconds, progress=False
        )


def test_another_scale_is_no_new_program() -> None:
    first, other = network(), cr.Network(
        [3, 5, 2], output="identity", loss="half_squared_error", scale_target=cr.Standardize([1, 2], [3, 4])
    )  # fmt: skip
    assert first.program() is other.program()
    assert first.program() is not network(False).program()
    assert other.predict(X)[0] == pytest.approx((first.predict(X)[0] - CENTER) / SCALE * [3, 4] + [1, 2])


def test_copies_and_the_fitted_scale() -> None:
    net = network()
    for same in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        np.testing.assert_array_equal(same.predict(X), net.predict(X))
        assert same.loss(X, Y) == net.loss(X, Y)
    flat, columns = cr.Standardize.fitted(Y[:, 0]), cr.Standardize.fitted(Y)
    np.testing.assert_allclose([*flat.center, *flat.scale], [columns.center[0], columns.scale[0]], rtol=1e-14)
    np.testing.assert_allclose(columns.center, Y.mean(axis=0))


def test_targets_of_one_column_may_be_flat() -> None:
    net, same = (
        cr.Network([3, 4, 1], output="identity", loss="huber", scale_target=cr.Standardize.fitted(Y[:, 0]))
        for _ in range(2)
    )
    net.fit(X, Y[:, 0], progress=False)
    same.fit(X, Y[:, :1], progress=False)
    np.testing.assert_array_equal(net.parameters.flat, same.parameters.flat)


def test_it_is_told() -> None:
    assert str(network()).splitlines()[-3:] == [
        "  Standardize(…), taken back  yhat   (m, 2)",
        "  32 parameters, 256 bytes",
        "  the loss is of the scaled target: y = (y_raw - y_center) / y_scale, y_center = 350000, -7, y_scale = 20000, "
        "0.001",
    ]


class Halved(cr.Layer):
    """A scaling of one's own, by functions of each entry."""

    takes, gives = "x_raw", "x"

    def forward(self, q: Any) -> None:
        q.x = np.sign(q.x_raw) * np.sqrt(np.abs(q.x_raw))

    def restore(self, q: Any) -> None:
        q.size = np.square(q.x)
        q.x_raw = np.sign(q.x) * q.size


def test_a_scaling_of_ones_own() -> None:
    net = cr.Network([3, 4, 1], output="identity", loss="half_squared_error", scale_target=Halved())
    same = cr.Network([3, 4, 1], output="identity", loss="half_squared_error")
    y = np.linspace(-4, 9, 60)
    for engine in ("numpy", "compiled"):
        net.fit(X, y, epochs=3, engine=engine, progress=False)
        same.fit(X, np.sign(y) * np.sqrt(np.abs(y)), epochs=3, engine=engine, progress=False)
        np.testing.assert_allclose(net.parameters.flat, same.parameters.flat, rtol=1e-11)
        a = same.predict(X)
        np.testing.assert_allclose(net.predict(X, engine=engine), np.sign(a) * a**2, rtol=1e-10)
    assert "y_size" in net.trace(X)


class Lost(Halved):
    def restore(self, q: Any) -> None:
        q.something = q.x


class Short(Halved):
    def restore(self, q: Any) -> None:
        q.x_raw = q.x.sum(axis=1)


class OneWay(Halved):
    def forward(self, q: Any) -> None:
        q.x = 2 * q.x_raw


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"scale_target": 3}, KindError,
         "scale_target = 3 is no layer that can be taken back: give Standardize.fitted(y), of the targets that are "
         "trained with."),
        ({"scale_target": OneWay()}, KindError,
         "scale_target = OneWay() is no layer that can be taken back: give Standardize.fitted(y), of the targets that "
         "are trained with."),
        ({"loss": "cross_entropy", "output": "softmax"}, InputError,
         "scale_target scales targets that are numbers, and cross-entropy takes classes: leave it out."),
        ({"loss": "poisson"}, InputError,
         "scale_target scales targets that are numbers, and poisson takes counts: leave it out."),
        ({"scale_target": cr.Standardize([1, 2, 3], 1)}, InputError,
         "scale_target scales 3 targets, and the network has 2: give one for each."),
        ({"scale_target": Lost()}, LanguageError, "Lost() did not state q.x_raw in restore(q)."),
        ({"scale_target": Short()}, LanguageError,
         "Short(): q.x_raw has the shape (2,) in restore(q), for targets of the shape (2, 2): it must keep it."),
    ],
)  # fmt: skip
def test_what_is_refused(how: dict[str, Any], error: type[Exception], message: str) -> None:
    given = {"scale_target": cr.Standardize(0, 1), "output": "identity", "loss": "half_squared_error", **how}
    with pytest.raises(error) as told:
        cr.Network([3, 4, 2], **given)
    assert str(told.value) == message


def test_targets_that_are_refused() -> None:
    net = network(dtype="float32")
    with pytest.raises(InputError) as told:
        net.fit(X, np.arange(60) % 2, progress=False)
    assert str(told.value) == (
        "y has the shape (60,) for 2 outputs: these are labels of classes, and scale_target scales numbers: give y as "
        "(60, 2), or leave scale_target out."
    )
    with pytest.raises(InputError) as told:
        net.loss(X, np.where(np.arange(120).reshape(60, 2) == 5, 1e38, Y))
    assert str(told.value) == (
        "y[2, 1] is 1e+38, and prepared, more than float32 can hold: scale it, or take dtype='float64'."
    )
    with pytest.raises(InputError) as told:
        net.classify(X)
    assert str(told.value) == (
        "the network gives 2 numbers a sample, for half squared error: there are no classes; take predict(X)."
    )
    with pytest.raises(Fixed) as fixed:
        net.scale_target = None  # type: ignore[assignment]
    assert str(fixed.value) == (
        "net.scale_target can't be set once the network is made: make a new network; "
        "Network(…, parameters=net.parameters) keeps the weights."
    )


def test_a_name_that_it_takes_is_the_owners() -> None:
    class Called(cr.Layer):
        takes, gives = "x_raw", "x"

        def forward(self, q: Any) -> None:
            q.yhat = 2 * q.x_raw
            q.x = q.yhat

    with pytest.raises(InputError) as told:
        network(layers=[Called(), cr.Dense(3, 2)])
    assert str(told.value) == (
        "yhat is the quantity yhat of Called(), and can't be the quantity x_raw of Standardize(…) as well: give one of "
        "them another name, or put a layer with weights between the two."
    )
