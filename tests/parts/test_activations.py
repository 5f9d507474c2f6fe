"""Each activation alone, over bare arrays and over symbols, against formulas written here and PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.expressions import Name, Scope, Symbol, derive, evaluate
from chainrule.parts.contract import Activation, Array
from strategies import leaky, mish
from thorough import examples

torch.set_num_threads(1)
RNG = np.random.default_rng(7)
Z, DA = 2 * RNG.standard_normal((5, 4)), RNG.standard_normal((5, 4))
HAND_WRITTEN = [part for part in Activation.registry().values() if "backward" in vars(part)]

FORMULAS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "relu": lambda z: np.where(z > 0, z, 0),
    "sigmoid": lambda z: np.exp(z) / (np.exp(z) + 1),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_forward_is_the_formula(name: str) -> None:
    q = Scope({"z": Z})
    Activation.of(name).forward(q)
    np.testing.assert_allclose(q.a, FORMULAS[name](Z), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("part", HAND_WRITTEN, ids=lambda part: part.name())
def test_the_backward_rule_is_the_derivative_of_the_forward_rule(part: type[Activation]) -> None:
    leaves: dict[str, Any] = {"z": Z, **part().parameters(4, None, RNG)}
    values = {**leaves, "da": DA}
    part().forward(Scope(values))
    part().backward(Scope(values))
    symbols: dict[str, Any] = {name: Symbol(Name(name), value) for name, value in leaves.items()}
    part().forward(Scope(symbols))
    derived = derive(symbols["a"].expr, Symbol(Name("da"), DA), {**leaves, "da": DA})
    assert derived.keys() == leaves.keys()
    for name in leaves:
        by_chain_rule = evaluate(derived[name].expr, {**leaves, "da": DA})
        np.testing.assert_allclose(values[f"d{name}"], by_chain_rule, rtol=1e-11, atol=1e-13)


# --- against PyTorch ----------------------------------------------------------------------------------------

F = torch.nn.functional
TORCH: dict[str, Callable[..., torch.Tensor]] = {
    "identity": lambda z: 1 * z,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "prelu": F.prelu,
    "elu": F.elu,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": lambda z: F.softplus(z, threshold=40),  # beyond which PyTorch takes z itself
    "swish": F.silu,
    "silu": F.silu,
    "hard_swish": F.hardswish,
    "gelu": F.gelu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "mish": F.mish,
    "softmax": lambda z: F.softmax(z, dim=1),
    "log_softmax": lambda z: F.log_softmax(z, dim=1),
}
SET: list[tuple[Activation, Callable[..., torch.Tensor]]] = [
    *((Activation.of(name), TORCH[name]) for name in TORCH),
    (cr.LeakyReLU(0), lambda z: F.leaky_relu(z, 0.0)),
    (cr.LeakyReLU(slope=1.5), lambda z: F.leaky_relu(z, 1.5)),
    (cr.ELU(0.3), lambda z: F.elu(z, 0.3)),
    (cr.ELU(alpha=2), lambda z: F.elu(z, 2.0)),
]
EDGES = [0.0, -0.0, 1e-300, -1e-300, 1e-9, -1e-9, 3.0, -3.0, 80.0, -80.0, 745.0, -745.0, 1e4, -1e4]
every = pytest.mark.parametrize(("part", "function"), [pytest.param(*pair, id=str(pair[0])) for pair in SET])


def ours(part: Activation, z: Array, da: Array, **parameters: Array) -> dict[str, Array]:
    """The quantities that the rules give over bare arrays."""
    values: dict[str, Any] = {"z": z, "da": da, **parameters}
    with np.errstate(all="ignore"):
        part.forward(Scope(values))
        part.backward(Scope(values))
    return values


def compare(part: Activation, function: Callable[..., torch.Tensor], z: Array, da: Array) -> None:
    """Values and gradients, which are finite, within 1e-10 of PyTorch's."""
    rng = np.random.default_rng(6)
    parameters = {n: rng.standard_normal(a.shape) for n, a in part.parameters(z.shape[1], None, rng).items()}
    found = ours(part, z, da, **parameters)
    leaves = {n: torch.from_numpy(a.copy()).requires_grad_() for n, a in {"z": z, **parameters}.items()}
    a = function(*leaves.values())
    a.backward(torch.from_numpy(da))
    np.testing.assert_allclose(found["a"], a.detach().numpy(), rtol=1e-10, atol=1e-10)
    for name, leaf in leaves.items():
        assert leaf.grad is not None
        assert np.isfinite(found[f"d{name}"]).all()
        np.testing.assert_allclose(
            found[f"d{name}"], leaf.grad.numpy(), rtol=1e-10, atol=1e-10, err_msg=f"d{name}"
        )


def test_every_activation_is_compared_with_pytorchs() -> None:
    assert set(TORCH) == set(Activation.registry())


@every
@examples(40)
@given(st.data())
def test_values_and_gradients_are_pytorchs(
    part: Activation, function: Callable[..., torch.Tensor], data: st.DataObject
) -> None:
    shape = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 6)))
    numbers = st.sampled_from(EDGES) | st.integers(-4, 4).map(float) | st.floats(-30, 30)
    z = data.draw(hnp.arrays(np.float64, shape, elements=numbers))
    compare(part, function, z, data.draw(hnp.arrays(np.float64, shape, elements=st.floats(-5, 5))))


@every
def test_values_and_gradients_are_pytorchs_at_the_edges(
    part: Activation, function: Callable[..., torch.Tensor]
) -> None:
    edges = np.array(EDGES)
    da = np.random.default_rng(3).uniform(0.5, 2, edges.size)
    for z in (edges[None], edges[:, None], np.stack([edges, edges[::-1], edges[0] + 0 * edges])):
        compare(part, function, z, np.resize(da, z.shape))


@every
def test_float32_stays_float32(part: Activation, function: Callable[..., torch.Tensor]) -> None:
    z = np.concatenate([np.random.default_rng(4).normal(0, 3, (6, 7)), np.resize(EDGES, (2, 7))])
    z, da = z.astype(np.float32), np.random.default_rng(5).normal(0, 1, z.shape).astype(np.float32)
    parameters = {name: a.astype(np.float32) for name, a in part.parameters(7, None, RNG).items()}
    single = ours(part, z, da, **parameters)
    double = ours(
        part, *(a.astype(float) for a in (z, da)), **{n: a.astype(float) for n, a in parameters.items()}
    )
    for name, found in single.items():
        assert found.dtype == np.float32, name
        np.testing.assert_allclose(found, double[name], rtol=1e-5, atol=2e-5, err_msg=name)


def test_slopes_where_there_are_two() -> None:
    """Those of PyTorch: of the straight line outside for hard swish, else of the lower half."""
    z = np.array([[0.0, -0.0, 3.0, -3.0]])
    slopes = {str(part): ours(part, z, np.ones((1, 4)), alpha=np.full(4, 0.25))["dz"][0].tolist() for part in (
        cr.ReLU(), cr.LeakyReLU(0.1), cr.PReLU(), cr.ELU(2), cr.HardSwish(),
    )}  # fmt: skip
    assert [slope[:2] for slope in slopes.values()] == [[0, 0], [0.1, 0.1], [0.25, 0.25], [2, 2], [0.5, 0.5]]
    assert slopes["HardSwish()"][2:] == [1, 0]


# --- settings, names, and what is learned -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: cr.LeakyReLU(-0.1), InputError, "LeakyReLU: slope = -0.1 is out of range: it must be at least 0."),
        (
            lambda: cr.LeakyReLU(slope=np.nan),
            InputError,
            "LeakyReLU: slope = nan is out of range: it must be at least 0.",
        ),
        (lambda: cr.LeakyReLU("0.1"), KindError, "LeakyReLU: slope = '0.1' is no number: give one that is at least 0."),
        (lambda: cr.ELU(0), InputError, "ELU: alpha = 0 is out of range: it must be above 0."),
        (lambda: cr.ELU(alpha=-1.5), InputError, "ELU: alpha = -1.5 is out of range: it must be above 0."),
        (lambda: cr.ELU(np.inf), InputError, "ELU: alpha = inf is out of range: it must be above 0."),
        (lambda: cr.ELU(True), KindError, "ELU: alpha = True is no number: give one that is above 0."),
    ],
)  # fmt: skip
def test_bad_settings(make: Callable[[], Activation], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_names() -> None:
    for part in Activation.registry().values():
        assert getattr(cr, part.__name__) is part
    assert {name: type(Activation.of(name)) for name in ("silu", "gelu_tanh", "prelu", "hard_swish")} == {
        "silu": cr.SiLU, "gelu_tanh": cr.GELUTanh, "prelu": cr.PReLU, "hard_swish": cr.HardSwish,
    }  # fmt: skip
    assert [str(part) for part in (cr.LeakyReLU(), cr.ELU(2), cr.PReLU())] == [
        "LeakyReLU(0.01)",
        "ELU(2.0)",
        "PReLU()",
    ]


def test_prelu_learns_a_slope_for_each_unit() -> None:
    net, frozen = (cr.Network([3, 5, 4, 2], hidden="prelu", dtype="float32", seed=2) for _ in range(2))
    assert [name for name in net.parameters if name.startswith("alpha")] == ["alpha1", "alpha2"]
    assert net.parameters["alpha1"].tolist() == [0.25] * 5
    assert net.parameters["alpha2"].dtype == np.float32
    rng = np.random.default_rng(8)
    X, y = rng.standard_normal((60, 3)), rng.integers(0, 2, 60)
    for each in (net, frozen.freeze("alpha1")):
        each.fit(X, y, epochs=3, batch_size=20, optimizer=cr.Adam(0.01))
        assert (each.parameters["alpha2"] != 0.25).all()
    assert (net.parameters["alpha1"] != 0.25).all()
    assert (frozen.parameters["alpha1"] == 0.25).all()


def test_the_log_of_softmax_is_softmaxs_log() -> None:
    found = ours(cr.LogSoftmax(), Z, DA)["a"]
    np.testing.assert_allclose(found, np.log(ours(cr.Softmax(), Z, DA)["a"]), rtol=1e-13)


# --- at the ends --------------------------------------------------------------------------------------------


def test_relus_slope_at_the_kink_is_0() -> None:
    q = Scope({"z": np.array([[-0.0, 0.0, 1e-300, -1e-300]]), "da": np.full((1, 4), 2.0)})
    cr.ReLU().forward(q)
    cr.ReLU().backward(q)
    assert q.a.tolist() == [[0, 0, 1e-300, 0]]
    assert q.dz.tolist() == [[0, 0, 2, 0]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")  # e^1000 in 1 / (1 + e^1000) = 0
def test_far_out_outputs_stay_right(dtype: str) -> None:
    z = np.array([[1000.0, -1000.0, 0.0], [-1e4, 1e4, 1e4], [-500.0, -501.0, -1e4]], dtype)
    q = Scope({"z": z})
    cr.Sigmoid().forward(q)
    np.testing.assert_allclose(
        q.a, [[1, 0, 0.5], [0, 1, 1], [np.exp(np.float64(-500)).astype(dtype), 0, 0]], rtol=1e-6, atol=1e-37
    )
    q = Scope({"z": z})
    cr.Softmax().forward(q)
    e = np.exp(-1)
    np.testing.assert_allclose(q.a, [[1, 0, 0], [0, 0.5, 0.5], [1 / (1 + e), e / (1 + e), 0]], rtol=1e-6)
    assert q.a.dtype == np.dtype(dtype)


def test_softmax_is_the_textbooks_below_80_and_shifted_from_there() -> None:
    q = Scope({"z": np.array([[79.9, -79.9], [80.0, 1.0], [-80.5, 2.0]])})
    cr.Softmax().forward(q)
    assert q.shift.tolist() == [[0], [80], [2]]
    assert q.e[0].tolist() == [np.exp(79.9), np.exp(-79.9)]


@pytest.mark.parametrize(
    ("own", "torchs"),
    [
        (mish, torch.nn.functional.mish),
        (leaky, lambda z: torch.nn.functional.leaky_relu(z, 0.1)),
        (lambda z: z / (1 + np.exp(-1.702 * z)), lambda z: z * torch.sigmoid(1.702 * z)),
        (lambda z: np.clip(z, -1, 1), lambda z: torch.clamp(z, -1, 1)),
        (np.arctan, torch.atan),
        (lambda z: (z - z.mean(axis=1, keepdims=True)) / 2, lambda z: (z - z.mean(dim=1, keepdim=True)) / 2),
    ],
)
def test_an_own_function_gives_pytorchs_outputs_and_gradients(
    own: Callable[[Any], Any], torchs: Callable[[Any], Any]
) -> None:
    net = cr.Network([cr.Dense(3, 4), own, cr.Dense(4, 2)], loss="half_squared_error", seed=5)
    X, y = RNG.standard_normal((6, 3)), RNG.standard_normal((6, 2))
    trace = net.trace(X, y)
    z = torch.from_numpy(trace["z1"].copy()).requires_grad_()
    a = torchs(z)
    a.backward(torch.from_numpy(trace["da1"].copy()))
    assert z.grad is not None
    np.testing.assert_allclose(trace["a1"], a.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(trace["dz1"], z.grad.numpy(), rtol=1e-11, atol=1e-13)


class _Scaled:
    """An activation as an object with a state that stays."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, z: Any) -> Any:
        return np.tanh(self.factor * z)


def test_an_own_function_may_be_an_object_a_closure_or_a_ufunc() -> None:
    X = RNG.standard_normal((3, 2))
    nets = [cr.Network([2, 3, 2], hidden=f) for f in ("tanh", _Scaled(1.0), lambda z: np.tanh(z), np.tanh)]
    first, *others = [net.predict(X) for net in nets]
    for other in others:
        np.testing.assert_array_equal(other, first)
    assert [net.title() for net in nets] == [
        "2 → 3 tanh → 2 softmax",
        "2 → 3 _Scaled → 2 softmax",
        "2 → 3 own function → 2 softmax",
        "2 → 3 tanh → 2 softmax",
    ]


def test_a_layer_of_one_unit_sums_over_it() -> None:
    """1 unit: sums over units and over the layer have an axis of length 1."""
    net = cr.Network([2, 1, 2], hidden=lambda z: z * z.sum(axis=1, keepdims=True), seed=3)
    X, y = RNG.standard_normal((4, 2)), [0, 1, 1, 0]
    trace = net.trace(X, y)
    np.testing.assert_allclose(trace["dz1"], trace["da1"] * 2 * trace["z1"], rtol=1e-13)


def test_sums_over_samples_in_a_layer_of_one_unit() -> None:
    net = cr.Network([2, 1, 2], hidden=lambda z: z - z.sum(axis=0) + z * z.sum(), seed=3)
    X, y = RNG.standard_normal((4, 2)), [0, 1, 1, 0]
    trace = net.trace(X, y)
    da, z = trace["da1"], trace["z1"]
    expected = da - da.sum(axis=0) + da * z.sum() + (da * z).sum()
    np.testing.assert_allclose(trace["dz1"], expected, rtol=1e-12)
