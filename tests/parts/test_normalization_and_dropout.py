"""Batch normalization, layer normalization and dropout, in training and for predictions, against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import chainrule as cr
from chainrule.errors import InputError
from chainrule.expressions import Scope
from chainrule.parts.contract import Array, Layer
from thorough import examples

RNG = np.random.default_rng(5)
ENTRIES = st.one_of(
    st.floats(-5, 5, allow_subnormal=False), st.sampled_from([0.0, -0.0, 1e-300, -1e-300, 1e4, -1e4, 1.0])
)


def matrices(rows: int = 4, columns: int = 3) -> st.SearchStrategy[Array]:
    return hnp.arrays(np.float64, (rows, columns), elements=ENTRIES)


def run(layer: Layer, z: Array, dn: Array, **parameters: Array) -> Any:
    q = Scope({"z": z, "dn": dn, "m": len(z), **parameters, **layer.buffers(z.shape[1])})
    layer.forward(q)
    layer.backward(q)
    return q


def close(found: Array, expected: Any, scale: float = 1) -> None:
    """Within 1e-10 of numbers of that size."""
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=1e-10, atol=1e-10 * max(1.0, scale))


def rounding(z: Array, dn: Array) -> float:
    """How far z - mu may be off, divided by √ε at least: the same number rounded twice is not 0 in PyTorch's sums."""
    return float(np.abs(dn).max() * (1 + 1e-3 * np.abs(z).max()))


@examples(100)
@given(matrices(), matrices(), matrices(1), matrices(1))
def test_batch_norm_equals_pytorchs(z: Array, dn: Array, gamma: Array, beta: Array) -> None:
    gamma, beta = gamma[0], beta[0]
    q = run(cr.BatchNorm(), z, dn, gamma=gamma, beta=beta)
    theirs = torch.nn.BatchNorm1d(3, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(gamma))
        theirs.bias.copy_(torch.tensor(beta))
    x = torch.tensor(z, requires_grad=True)
    out = theirs(x)
    out.backward(torch.tensor(dn))
    # A column whose entries are nearly equal divides by as little as √ε: that is how far rounding is stretched.
    stretch = float((np.abs(gamma) * np.abs(dn).max() / np.sqrt(z.var(axis=0) + 1e-5)).max())
    close(q.n, out, float(np.abs(z).max() * np.abs(gamma).max()))
    close(q.dz, x.grad, stretch)
    close(q.dgamma, theirs.weight.grad, rounding(z, dn))
    close(q.dbeta, theirs.bias.grad, float(np.abs(dn).max()))
    close(q.mu_run_new, theirs.running_mean, float(np.abs(z).max()))
    close(q.var_run_new, theirs.running_var, float(np.square(z).max()))


@examples(100)
@given(matrices(), matrices(), matrices(1), matrices(1))
def test_layer_norm_equals_pytorchs(z: Array, dn: Array, gamma: Array, beta: Array) -> None:
    gamma, beta = gamma[0], beta[0]
    q = run(cr.LayerNorm(), z, dn, gamma=gamma, beta=beta)
    x, weight, bias = (torch.tensor(a, requires_grad=True) for a in (z, gamma, beta))
    out = torch.nn.functional.layer_norm(x, (3,), weight, bias)
    out.backward(torch.tensor(dn))
    stretch = np.abs(gamma).max() * np.abs(dn).max() / np.sqrt(z.var(axis=1).min() + 1e-5)
    close(q.n, out, float(np.abs(z).max() * np.abs(gamma).max()))
    close(q.dz, x.grad, float(stretch))
    close(q.dgamma, weight.grad, rounding(z, dn))
    close(q.dbeta, bias.grad, float(np.abs(dn).max()))


def twin(net: cr.Network) -> torch.nn.Sequential:
    """The network 2 → 4 batch norm tanh → 3 layer norm relu → 2 in PyTorch, with the same parameters."""
    theirs = torch.nn.Sequential(
        torch.nn.Linear(2, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(),
        torch.nn.Linear(4, 3), torch.nn.LayerNorm(3), torch.nn.ReLU(), torch.nn.Linear(3, 2),
    ).double()  # fmt: skip
    with torch.no_grad():
        for place, number in ((0, 1), (3, 2), (6, 3)):
            theirs[place].weight.copy_(torch.tensor(net.parameters[f"W{number}"].T))
            theirs[place].bias.copy_(torch.tensor(net.parameters[f"b{number}"]))
    return theirs


def test_a_whole_training_and_its_predictions_equal_pytorchs() -> None:
    net = cr.Network(
        [
            cr.Dense(2, 4), cr.BatchNorm(), cr.Tanh(), cr.Dense(4, 3), cr.LayerNorm(), cr.ReLU(), cr.Dense(3, 2),
            cr.Softmax(),
        ],
        seed=4,
    )  # fmt: skip
    theirs = twin(net)
    rng = np.random.default_rng(3)  # its own: 30 steps can make much of the last bits of some samples
    X, y = rng.standard_normal((20, 2)), rng.integers(0, 2, 20)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1)
    for _ in range(30):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(theirs(torch.tensor(X)), torch.tensor(y)).backward()
        optimizer.step()
    net.fit(X, y, epochs=30, optimizer=cr.SGD(0.1), engine="numpy")
    theirs.eval()
    with torch.no_grad():
        close(net.predict(X), torch.softmax(theirs(torch.tensor(X)), 1))
        loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(X)), torch.tensor(y))
    assert net.loss(X, y) == pytest.approx(float(loss), abs=1e-10)
    close(net.buffers["mu1_run"], theirs[1].running_mean)
    close(net.buffers["var1_run"], theirs[1].running_var)


def test_dropout_keeps_its_part_and_the_mean() -> None:
    net = cr.Network([cr.Dense(3, 200), cr.Dropout(0.3), cr.Dense(200, 2), cr.Softmax()], seed=1)
    X, y = RNG.standard_normal((500, 3)), RNG.integers(0, 2, 500)
    trace = net.trace(X, y)
    mask = trace["mask1"]
    assert set(np.unique(mask)) == {0.0, 1 / 0.7}
    # 100,000 draws: five standard deviations of their mean are 0.007
    assert np.mean(mask == 0) == pytest.approx(0.3, abs=0.0073)
    np.testing.assert_array_equal(trace["h1"], trace["z1"] * mask)
    np.testing.assert_array_equal(trace["dz1"], trace["dh1"] * mask)
    alone = cr.Network([cr.Dense(3, 200), cr.Dense(200, 2), cr.Softmax()], parameters=dict(net.parameters))
    np.testing.assert_array_equal(net.predict(X), alone.predict(X))


def test_a_mask_is_that_of_the_seed_and_may_be_put_in() -> None:
    net = cr.Network([cr.Dense(3, 8), cr.ReLU(), cr.Dropout(), cr.Dense(8, 2), cr.Softmax()])
    X, y = RNG.standard_normal((5, 3)), [0, 1, 0, 1, 1]
    first, again, other = (net.trace(X, y, seed=seed)["mask1"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(next(net.steps(X, y, seed=1))["mask1"], other)
    given = net.trace(X, y).what_if({"mask1": np.ones((5, 8))})
    plain = cr.Network(
        [cr.Dense(3, 8), cr.ReLU(), cr.Dense(8, 2), cr.Softmax()], parameters=dict(net.parameters)
    )
    for name in ("L", "dW1", "db2"):
        np.testing.assert_array_equal(given[name], plain.trace(X, y)[name])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_trace_step_fit_and_code_agree_bit_for_bit(dtype: str) -> None:
    layers = [
        cr.Dropout(0.1), cr.Dense(3, 8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.4), cr.Dense(8, 5), cr.LayerNorm(),
        cr.Tanh(), cr.Dense(5, 2), cr.Softmax(),
    ]  # fmt: skip
    X, y = RNG.standard_normal((23, 3)), RNG.integers(0, 2, 23)
    how: dict[str, Any] = {"epochs": 3, "batch_size": 7, "seed": 3}
    fitted, stepped, written = (cr.Network(layers, dtype=dtype, seed=2) for _ in range(3))
    fitted.fit(X, y, optimizer=cr.Adam(0.01), engine="numpy", **how)
    for trace in stepped.steps(X, y, optimizer=cr.Adam(0.01), **how):
        assert trace["u1"].dtype == np.dtype(dtype)
    namespace: dict[str, Any] = {"__name__": "script"}
    exec(written.code(optimizer=cr.Adam(0.01), **how), namespace)
    trained, _ = namespace["train"](X, y, dict(written.parameters))
    for name, array in {**fitted.parameters, **fitted.buffers}.items():
        np.testing.assert_array_equal({**stepped.parameters, **stepped.buffers}[name], array)
        np.testing.assert_array_equal(trained[name], array)
    np.testing.assert_array_equal(namespace["predict"](X.astype(dtype), trained), fitted.predict(X))


@pytest.mark.parametrize("threads", [1, 2])
def test_the_compiled_engine_draws_the_same_masks(threads: int) -> None:
    layers = [cr.Dense(3, 8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.4), cr.Dense(8, 2), cr.Softmax()]
    X, y = RNG.standard_normal((23, 3)), RNG.integers(0, 2, 23)
    nets = [cr.Network(layers, seed=2) for _ in range(2)]
    for net, how in zip(nets, ({"engine": "numpy"}, {"engine": "compiled", "threads": threads}), strict=True):
        history = net.fit(X, y, epochs=2, batch_size=8, optimizer=cr.SGD(0.1), **how)  # type: ignore[arg-type]
        assert history.engine == how["engine"]
    for name, array in {**nets[0].parameters, **nets[0].buffers}.items():
        np.testing.assert_allclose(
            {**nets[1].parameters, **nets[1].buffers}[name], array, rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize(
    ("samples", "size", "message"),
    [
        (1, None, "a batch has 1 sample, and batch norm needs at least 2 in a training step: take another batch_size, "
         "or another number of samples."),
        (9, 4, "the last batch has 1 sample, and batch norm needs at least 2 in a training step: take another "
         "batch_size, or another number of samples."),
        (4, 1, "a batch has 1 sample, and batch norm needs at least 2 in a training step: take another batch_size, "
         "or another number of samples."),
    ],
)  # fmt: skip
def test_batch_norm_on_a_single_sample_is_refused_before_training(
    samples: int, size: int | None, message: str
) -> None:
    net = cr.Network([cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()])
    X, y = RNG.standard_normal((samples, 2)), RNG.integers(0, 2, samples)
    before = net.parameters.flat.copy()
    for train in (net.fit, net.steps):
        with pytest.raises(InputError) as caught:
            train(X, y, batch_size=size)
        assert str(caught.value) == message
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert net.predict(X[:1]).shape == (1, 2)  # predictions need no second one


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Dropout(1), "Dropout: rate = 1 is out of range: it must be at least 0 and below 1."),
        (lambda: cr.BatchNorm(0), "BatchNorm: rate = 0 is out of range: it must be above 0 and at most 1."),
        (lambda: cr.LayerNorm(-1), "LayerNorm: epsilon = -1 is out of range: it must be above 0."),
    ],
)
def test_settings_out_of_range(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message


def test_a_layer_with_memory_must_say_what_comes_next() -> None:
    class Forgetful(cr.Layer):
        takes, gives = "z", "n"

        def buffers(self, width: int) -> dict[str, Array]:
            return {"kept": np.zeros(width)}

        def forward(self, q: Any) -> None:
            q.n = q.z - q.kept

    with pytest.raises(cr.ChainruleError) as caught:
        cr.Network([cr.Dense(2, 3), Forgetful(), cr.Softmax()])
    assert str(caught.value) == "no layer stated kept1_new, the next value of its buffer kept1."


def test_running_averages_are_saved(tmp_path: Any) -> None:
    net = cr.Network(
        [cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()], penalty=cr.L1(0.5)
    )
    X, y = RNG.standard_normal((20, 2)), RNG.integers(0, 2, 20)
    net.fit(X, y, epochs=3, batch_size=5)
    net.save(tmp_path / "n.safetensors")
    again = cr.load(tmp_path / "n.safetensors")
    np.testing.assert_array_equal(again.predict(X), net.predict(X))
    assert again.loss(X, y) == net.loss(X, y)
    assert str(again.penalty) == "L1(0.5)"


@pytest.mark.parametrize("norm", [cr.BatchNorm(), cr.LayerNorm()])
def test_it_normalizes_whatever_comes_before_it(norm: cr.Layer) -> None:
    """As the first layer its z is x, and behind an activation it is a: none of these is called z."""
    axis = 0 if isinstance(norm, cr.BatchNorm) else 1
    X = np.array([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0], [2.0, 0.5, -1.0]])
    first = cr.Network([norm, cr.Dense(3, 2), cr.Softmax()], seed=1)
    later = cr.Network([cr.Dense(3, 4), cr.Tanh(), norm, cr.Dense(4, 2), cr.Softmax()], seed=1)
    for net, taken, made in ((first, "x", "n"), (later, "a1", "n1")):
        trace = net.trace(X, [0, 1, 1])
        z = trace[taken]
        expected = (z - z.mean(axis=axis, keepdims=True)) / np.sqrt(z.var(axis=axis, keepdims=True) + 1e-5)
        np.testing.assert_allclose(trace[made], expected, rtol=1e-12)
