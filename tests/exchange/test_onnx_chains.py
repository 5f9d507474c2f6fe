"""Networks from ONNX graphs: predictions are onnxruntime's, gradients are PyTorch's, however a layer is written."""

from __future__ import annotations

import copy
import io
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnx.reference
import pytest
import torch
from onnx_graphs import RNG, Made, ran
from torch import nn

import chainrule as cr

X, LABELS = RNG.normal(size=(20, 5)), RNG.integers(0, 3, 20)


def far(shape: tuple[int, ...]) -> Any:
    """Rows with numbers near 0 and up to some hundred."""
    rng = np.random.default_rng(8)
    return rng.normal(size=shape) * 10 ** rng.uniform(-3, 1.5, (shape[0], 1))


# --- as PyTorch has it ------------------------------------------------------------------------------------------


def module(activation: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    made = nn.Sequential(
        nn.Linear(5, 6), nn.BatchNorm1d(6, momentum=0.3, eps=1e-4), copy.deepcopy(activation),
        nn.Linear(6, 6, bias=False), nn.LayerNorm(6, eps=1e-3), nn.Tanh(), nn.Linear(6, 3),
    ).double()  # fmt: skip
    with torch.no_grad():
        for array in [*made.parameters(), made[1].running_mean]:
            array.normal_(0, 0.7)
        made[1].running_var.uniform_(0.5, 2)
    return made


def _of(tensor: Any) -> Any:
    return tensor.detach().numpy()


def written(made: nn.Sequential, activate: Callable[[Made], Any]) -> Any:
    """The same module as a graph in double precision, by hand."""
    first, norm, _, second, layer, _, third = made
    graph = Made()
    graph.add("Gemm", "x", _of(first.weight), _of(first.bias), transB=1)
    arrays = [_of(each) for each in (norm.weight, norm.bias, norm.running_mean, norm.running_var)]
    graph.add("BatchNormalization", graph.last, *arrays, epsilon=1e-4, momentum=0.7)
    activate(graph)
    graph.add("MatMul", graph.last, _of(second.weight).T)
    graph.add("LayerNormalization", graph.last, _of(layer.weight), _of(layer.bias), epsilon=1e-3)
    graph.add("Tanh")
    graph.add("MatMul", graph.last, _of(third.weight).T)
    graph.add("Add", graph.last, _of(third.bias))
    return graph.model(("m", 5))


def _gelu(graph: Made) -> None:
    z = graph.last
    gate = graph.add("Add", graph.add("Erf", graph.add("Div", z, math.sqrt(2))), 1.0)
    graph.add("Mul", graph.add("Mul", z, gate), 0.5)


def _mish(graph: Made) -> None:
    z = graph.last
    graph.add("Mul", z, graph.add("Tanh", graph.add("Softplus", z)))


def _silu(graph: Made) -> None:
    z = graph.last
    graph.add("Mul", z, graph.add("Sigmoid", z))


def node(kind: str, **attributes: Any) -> Callable[[Made], Any]:
    return lambda graph: graph.add(kind, **attributes)


SLOPES = RNG.normal(size=6)


ACTIVATIONS: list[tuple[nn.Module, Callable[[Made], Any], type[cr.Layer]]] = [
    (nn.ReLU(), node("Relu"), cr.ReLU),
    (nn.LeakyReLU(0.2), node("LeakyRelu", alpha=0.2), cr.LeakyReLU),
    (nn.LeakyReLU(), node("LeakyRelu"), cr.LeakyReLU),
    (nn.ELU(0.7), node("Elu", alpha=0.7), cr.ELU),
    (nn.ELU(), node("Celu"), cr.ELU),
    (nn.SELU(), node("Selu"), cr.SELU),
    (nn.Sigmoid(), node("Sigmoid"), cr.Sigmoid),
    (nn.Tanh(), node("Tanh"), cr.Tanh),
    (nn.Softplus(threshold=40), node("Softplus"), cr.Softplus),
    (nn.Hardswish(), node("HardSwish"), cr.HardSwish),
    (nn.GELU(), node("Gelu"), cr.GELU),
    (nn.GELU(), _gelu, cr.GELU),
    (nn.GELU("tanh"), node("Gelu", approximate="tanh"), cr.GELUTanh),
    (nn.Mish(), node("Mish"), cr.Mish),
    (nn.Mish(), _mish, cr.Mish),
    (nn.SiLU(), _silu, cr.SiLU),
    (nn.Softmax(dim=1), node("Softmax", axis=1), cr.Softmax),
    (nn.LogSoftmax(dim=1), node("LogSoftmax"), cr.LogSoftmax),
]


@pytest.mark.parametrize(
    ("activation", "activate", "part"),
    ACTIVATIONS,
    ids=[f"{i}{a[2].__name__}" for i, a in enumerate(ACTIVATIONS)],
)
def test_gradients_are_those_of_torch(
    activation: nn.Module, activate: Callable[[Made], Any], part: type[cr.Layer]
) -> None:
    made = module(activation)
    net = cr.from_onnx(written(made, activate))
    assert type(net.layers[2]) is part
    trace = net.trace(X, LABELS)

    made.train()
    loss = nn.functional.cross_entropy(made(torch.tensor(X)), torch.tensor(LABELS))
    loss.backward()
    assert trace.loss == pytest.approx(loss.item(), rel=1e-12)
    names = {
        "W1": (0, "weight"), "b1": (0, "bias"), "gamma1": (1, "weight"), "beta1": (1, "bias"), "W2": (3, "weight"),
        "gamma2": (4, "weight"), "beta2": (4, "bias"), "W3": (6, "weight"), "b3": (6, "bias"),
    }  # fmt: skip
    assert set(net.parameters) == {*names, "b2"}
    assert net.frozen == {"b2"}
    for name, (place, local) in names.items():
        expected = getattr(made[place], local).grad.numpy().T
        np.testing.assert_allclose(trace[f"d{name}"], expected, rtol=1e-10, atol=1e-13, err_msg=name)
    np.testing.assert_allclose(trace["mu1_run_new"], _of(made[1].running_mean), rtol=1e-12)


def test_gradients_of_a_learned_slope_are_those_of_torch() -> None:
    made = module(nn.PReLU(6))
    slopes = _of(made[2].weight).copy()
    net = cr.from_onnx(written(made, lambda graph: graph.add("PRelu", graph.last, slopes)))
    trace = net.trace(X, LABELS)
    nn.functional.cross_entropy(made.train()(torch.tensor(X)), torch.tensor(LABELS)).backward()
    np.testing.assert_allclose(trace["dalpha1"], made[2].weight.grad, rtol=1e-10)
    np.testing.assert_allclose(trace["dW1"], made[0].weight.grad.T, rtol=1e-10, atol=1e-13)


def test_a_network_trained_elsewhere_is_explained() -> None:
    page = str(cr.from_onnx(written(module(nn.ReLU()), node("Relu"))).trace(X[:2], [0, 2]).explain())
    assert "LOSS" in page
    assert "p3 = e3 / s3" in page


@pytest.mark.some(20)
@pytest.mark.parametrize("opset", [11, 13, 17])
@pytest.mark.parametrize(
    "activation",
    [nn.ReLU(), nn.LeakyReLU(0.2), nn.PReLU(6), nn.ELU(0.7), nn.SELU(), nn.Sigmoid(), nn.Tanh(), nn.Softplus(),
     nn.SiLU(), nn.Hardswish(), nn.GELU(), nn.Mish(), nn.Softmax(dim=1), nn.LogSoftmax(dim=1)],
    ids=repr,
)  # fmt: skip
def test_what_pytorchs_exporter_writes(activation: nn.Module, opset: int) -> None:
    torch.manual_seed(1)
    made = nn.Sequential(
        nn.Flatten(), nn.Linear(6, 6), nn.BatchNorm1d(6), copy.deepcopy(activation), nn.Dropout(0.2),
        nn.Linear(6, 5, bias=False), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 3), nn.Softmax(dim=1),
    ).eval()  # fmt: skip
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        given = torch.zeros(2, 2, 3)
        torch.onnx.export(made, (given,), file, dynamo=False, opset_version=opset, dynamic_axes={"x": {0: "m"}},
                          input_names=["x"])  # fmt: skip
    net = cr.from_onnx(file.getvalue())
    parts = [type(layer).__name__ for layer in net.layers]
    names = {"LeakyReLU": "LeakyReLU", "Hardswish": "HardSwish"}
    name = type(activation).__name__
    assert parts[:3] == ["Dense", "BatchNorm", names.get(name, name)]
    assert parts[3:] == ["Dense", "LayerNorm", "Tanh", "Dense", "Softmax"]
    rows = far((200, 6)).astype(np.float32)
    expected = made(torch.tensor(rows.reshape(200, 2, 3))).detach().numpy()
    np.testing.assert_allclose(net.predict(rows), expected, rtol=2e-5, atol=2e-6)
    np.testing.assert_array_equal(net.parameters["W1"], _of(made[1].weight).T)


# --- composed forms ---------------------------------------------------------------------------------------------


def _softmax_by_hand(graph: Made) -> None:
    z = graph.last
    e = graph.add("Exp", graph.add("Sub", z, graph.add("ReduceMax", z, np.array([1]))))
    graph.add("Div", e, graph.add("ReduceSum", e, np.array([-1])))


def _log_softmax_by_hand(graph: Made) -> None:
    z = graph.last
    graph.add("Sub", z, graph.add("ReduceLogSumExp", z, np.array([1])))


def _sigmoid_by_hand(graph: Made) -> None:
    graph.add("Div", 1.0, graph.add("Add", 1.0, graph.add("Exp", graph.add("Neg"))))


def _sigmoid_by_tanh(graph: Made) -> None:
    half = graph.add("Tanh", graph.add("Mul", graph.last, 0.5))
    graph.add("Add", graph.add("Mul", half, 0.5), 0.5)


def _softplus_by_hand(graph: Made) -> None:
    graph.add("Log", graph.add("Add", graph.add("Exp"), 1.0))


def _hard_swish_by_clip(graph: Made) -> None:
    z = graph.last
    clipped = graph.add("Clip", graph.add("Add", z, 3.0), 0.0, 6.0)
    graph.add("Div", graph.add("Mul", z, clipped), 6.0)


def _hard_swish_by_sigmoid(graph: Made) -> None:
    z = graph.last
    graph.add("Mul", z, graph.add("HardSigmoid", z, alpha=1 / 6, beta=0.5))


def _gelu_tanh_by_hand(graph: Made) -> None:
    z = graph.last
    cubed = graph.add("Mul", graph.add("Pow", z, 3.0), 0.044715)
    inner = graph.add("Tanh", graph.add("Mul", graph.add("Add", z, cubed), math.sqrt(2 / math.pi)))
    graph.add("Mul", graph.add("Mul", 0.5, z), graph.add("Add", 1.0, inner))


def _gelu_half_first(graph: Made) -> None:
    z = graph.last
    half = graph.add("Mul", z, 0.5)
    graph.add("Mul", half, graph.add("Add", graph.add("Erf", graph.add("Mul", z, 0.7071067690849304)), 1.0))


def _mish_by_exponentials(graph: Made) -> None:
    z = graph.last
    w = graph.add("Exp")
    n = graph.add("Mul", w, graph.add("Add", w, 2.0))
    graph.add("Mul", z, graph.add("Div", n, graph.add("Add", n, 2.0)))


def _leaky_by_where(graph: Made) -> None:
    z = graph.last
    graph.add("Where", graph.add("Greater", z, 0.0), z, graph.add("Mul", z, 0.3))


def _leaky_by_max(graph: Made) -> None:
    z = graph.last
    graph.add("Max", z, graph.add("Mul", 0.3, z))


def _elu_by_where(graph: Made) -> None:
    z = graph.last
    below = graph.add("Mul", 0.4, graph.add("Sub", graph.add("Exp", z), 1.0))
    graph.add("Where", graph.add("Less", z, 0.0), below, z)


def _prelu_by_relus(graph: Made) -> None:
    """As Keras has it: relu(z) - α relu(-z)."""
    z = graph.last
    above = graph.add("Relu", z)
    below = graph.add("Mul", graph.add("Relu", graph.add("Neg", z)), -SLOPES)
    graph.add("Add", above, below)


def _relu_by_clip(graph: Made) -> None:
    graph.add("Clip", graph.last, 0.0)


COMPOSED: dict[Callable[[Made], Any], cr.Layer] = {
    _softmax_by_hand: cr.Softmax(), _log_softmax_by_hand: cr.LogSoftmax(), _sigmoid_by_hand: cr.Sigmoid(),
    _sigmoid_by_tanh: cr.Sigmoid(), _softplus_by_hand: cr.Softplus(), _hard_swish_by_clip: cr.HardSwish(),
    _hard_swish_by_sigmoid: cr.HardSwish(), _gelu_tanh_by_hand: cr.GELUTanh(), _gelu_half_first: cr.GELU(),
    _gelu: cr.GELU(), _mish: cr.Mish(), _silu: cr.SiLU(), _mish_by_exponentials: cr.Mish(),
    _leaky_by_where: cr.LeakyReLU(0.3), _leaky_by_max: cr.LeakyReLU(0.3), _elu_by_where: cr.ELU(0.4),
    _prelu_by_relus: cr.PReLU(), _relu_by_clip: cr.ReLU(), node("Swish"): cr.SiLU(),
}  # fmt: skip


@pytest.mark.some(30)
@pytest.mark.parametrize("composed", COMPOSED, ids=[f"{i}{part}" for i, part in enumerate(COMPOSED.values())])
@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_composed_forms(composed: Callable[[Made], Any], norm: bool, dtype: str) -> None:
    graph = Made(dtype)
    graph.dense(3, 6)
    if norm:
        graph.add("LayerNormalization", graph.last, RNG.normal(size=6), RNG.normal(size=6))
    composed(graph)
    opset = 24 if graph.nodes[-1].op_type == "Swish" else 18
    if opset > onnx.defs.onnx_opset_version():
        pytest.skip(
            f"this onnx {onnx.__version__} does not know opset {opset}, and so can't say what is right"
        )
    graph.dense(6, 2)
    model = graph.model(opset=opset)
    net = cr.from_onnx(model)
    assert str(net.layers[1 + norm]) == str(COMPOSED[composed])
    assert len(net.layers) == 4 + norm  # the identity at the end is the last one
    if isinstance(COMPOSED[composed], cr.PReLU):
        np.testing.assert_allclose(net.parameters["alpha1"], SLOPES, rtol=1e-7)
    rows = RNG.normal(size=(300, 3)).astype(dtype)
    expected = onnx.reference.ReferenceEvaluator(model).run(None, {"x": rows})[0]
    tolerance = 1e-7 if dtype == "float64" else 2e-5
    np.testing.assert_allclose(net.predict(rows), expected, rtol=tolerance, atol=tolerance)


def test_forms_of_old_opsets() -> None:
    """Bounds and axes were attributes."""
    graph = Made()
    graph.dense(3, 6)
    graph.add("Clip", min=0.0)
    z = graph.dense(6, 4)
    e = graph.add("Exp", graph.add("Sub", z, graph.add("ReduceMax", z, axes=[1])))
    graph.add("Div", e, graph.add("ReduceSum", e, axes=[1]))
    model = graph.model(opset=9)
    net = cr.from_onnx(model)
    assert net.title() == "3 → 6 relu → 4 softmax"
    rows = RNG.normal(size=(30, 3))
    expected = onnx.reference.ReferenceEvaluator(model).run(None, {"x": rows})[0]
    np.testing.assert_allclose(net.predict(rows), expected, rtol=1e-12)


def _normed(graph: Made, form: str, gamma: Any, beta: Any, epsilon: float) -> None:
    z, axes = graph.last, np.array([1])
    mean = graph.add("ReduceMean", z, axes)
    if form == "means":  # (z - μ) / √(mean (z - μ)² + ε) · γ + β, as PyTorch writes it before opset 17
        centred = graph.add("Sub", z, mean)
        variance = graph.add("ReduceMean", graph.add("Pow", centred, 2.0), axes)
        hat = graph.add("Div", centred, graph.add("Sqrt", graph.add("Add", variance, epsilon)))
        graph.add("Add", graph.add("Mul", hat, gamma), beta)
    elif form == "plain":
        centred = graph.add("Sub", z, mean)
        variance = graph.add("ReduceMean", graph.add("Mul", centred, centred), axes)
        graph.add("Div", centred, graph.add("Sqrt", graph.add("Add", variance, epsilon)))
    else:  # z · (γ / √…) + (β - μ · (γ / √…)), as TensorFlow writes it
        variance = graph.add("ReduceMean", graph.add("Pow", graph.add("Sub", z, mean), 2.0), axes)
        inverse = graph.add("Reciprocal", graph.add("Sqrt", graph.add("Add", variance, epsilon)))
        factor = graph.add("Mul", inverse, gamma)
        shift = graph.add("Sub", beta, graph.add("Mul", mean, factor))
        graph.add("Add", graph.add("Mul", z, factor), shift)


@pytest.mark.parametrize("form", ["means", "scaled"])
def test_epsilon_is_the_one_that_is_written_where_a_large_shift_hides_its_digits(form: str) -> None:
    graph = Made()
    graph.dense(3, 6)
    _normed(graph, form, np.full(6, 0.01), np.full(6, 70.0), 0.3)
    graph.dense(6, 2)
    layer = cr.from_onnx(graph.model(opset=18)).layers[1]
    assert isinstance(layer, cr.LayerNorm)
    assert layer.epsilon == 0.3


@pytest.mark.some(12)
@pytest.mark.parametrize("form", ["means", "plain", "scaled"])
@pytest.mark.parametrize("epsilon", [1e-5, 1e-3, 1e-12, 0.5])
@pytest.mark.parametrize("after", ["", "Relu", "Sigmoid"])
def test_layer_normalization_by_means(form: str, epsilon: float, after: str) -> None:
    graph = Made()
    graph.dense(3, 6)
    gamma, beta = RNG.normal(size=6), RNG.normal(size=6)
    _normed(graph, form, gamma, beta, epsilon)
    if after == "Sigmoid":
        _sigmoid_by_hand(graph)
    elif after:
        graph.add(after)
    graph.dense(6, 2)
    model = graph.model(opset=18)
    net = cr.from_onnx(model)
    layer = net.layers[1]
    assert isinstance(layer, cr.LayerNorm)
    assert layer.epsilon == epsilon
    if form == "plain":
        assert {"gamma1", "beta1"} <= net.frozen
        gamma, beta = np.ones(6), np.zeros(6)
    else:
        assert net.frozen == frozenset()
    np.testing.assert_allclose(net.parameters["gamma1"], gamma, rtol=1e-12)
    np.testing.assert_allclose(net.parameters["beta1"], beta, rtol=1e-12)
    rows = RNG.normal(size=(50, 3))
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=1e-9, atol=1e-9)


# --- products and scalings --------------------------------------------------------------------------------------


def test_every_way_to_write_a_product() -> None:
    graph = Made()
    graph.add("Gemm", "x", RNG.normal(size=(4, 3)), RNG.normal(size=(1, 4)), transB=1, alpha=0.5, beta=2.0)
    graph.add("Relu")
    graph.add("Gemm", graph.last, RNG.normal(size=(4, 5)), RNG.normal(size=(1,)))
    graph.add("Relu")
    graph.add("Add", RNG.normal(size=5), graph.add("MatMul", graph.last, RNG.normal(size=(5, 5))))
    graph.add("Relu")
    graph.add("Sub", graph.add("MatMul", graph.last, RNG.normal(size=(5, 5))), RNG.normal(size=5))
    graph.add("Relu")
    graph.add("Add", graph.dense(5, 4), RNG.normal(size=(1, 4)))
    graph.add("Relu")
    graph.add("Gemm", graph.last, RNG.normal(size=(4, 2)))
    model = graph.model()
    net = cr.from_onnx(model)
    assert net.title() == "3 → 4 relu → 5 relu → 5 relu → 5 relu → 4 relu → 2 identity"
    assert net.frozen == {"b6"}
    rows = RNG.normal(size=(100, 3))
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=1e-11, atol=1e-12)


def test_a_bias_of_0_is_one_that_is_trained() -> None:
    """Also where casts that change nothing stand between, as Keras writes them."""
    graph = Made()
    graph.add("MatMul", "x", RNG.normal(size=(3, 4)))
    graph.add("Cast", to=onnx.TensorProto.DOUBLE)
    graph.add("Add", graph.last, np.zeros(4))
    graph.add("Relu", graph.add("Cast", to=onnx.TensorProto.DOUBLE))
    net = cr.from_onnx(graph.model())
    assert net.title() == "3 → 4 relu"
    assert net.frozen == frozenset()


def test_weights_that_other_nodes_make() -> None:
    graph = Made()
    turned = graph.add("Transpose", RNG.normal(size=(4, 3)), perm=[1, 0])
    value = onnx.numpy_helper.from_array(RNG.normal(size=4))
    graph.nodes.append(onnx.helper.make_node("Constant", [], ["made"], value=value))
    twice = graph.add("Mul", "made", 2.0)
    graph.add("Gemm", "x", turned, twice)
    graph.add("Identity", graph.add("Tanh"))
    model = graph.model()
    net = cr.from_onnx(model)
    assert net.title() == "3 → 4 tanh"
    rows = RNG.normal(size=(20, 3))
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=1e-12)


def test_a_normalization_that_was_folded_goes_into_the_weights() -> None:
    graph = Made()
    graph.dense(3, 4)
    graph.add("Add", graph.add("Mul", graph.last, RNG.normal(size=4)), RNG.normal(size=4))
    graph.add("Relu")
    graph.add(
        "Add", graph.add("Mul", graph.last, RNG.normal(size=4)), RNG.normal(size=4)
    )  # after the activation
    graph.dense(4, 2)
    model = graph.model()
    net = cr.from_onnx(model)
    assert net.title() == "3 → 4 relu → 2 identity"
    assert net.frozen == frozenset()
    rows = RNG.normal(size=(50, 3))
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=1e-11, atol=1e-12)


CENTER, SCALE = np.array([5.0, -3.0, 1e4]), np.array([2.0, 0.1, 30.0])


@pytest.mark.parametrize("form", ["sub div", "mul add", "scaler", "div", "negative"])
def test_scaling_of_the_inputs(form: str) -> None:
    graph = Made("float32" if form == "scaler" else "float64")
    if form == "sub div":
        graph.add("Div", graph.add("Sub", "x", CENTER), SCALE)
    elif form == "mul add":
        graph.add("Add", graph.add("Mul", "x", 1 / SCALE), -CENTER / SCALE)
    elif form == "div":
        graph.add("Div", "x", 255.0)
    elif form == "scaler":
        graph.add("Scaler", "x", offset=CENTER.tolist(), scale=(1 / SCALE).tolist())
    else:
        graph.add("Sub", 1.0, "x")
    graph.dense(3, 2)
    graph.add("Sigmoid")
    model = graph.model()
    net = cr.from_onnx(model)
    scaled = form != "negative"
    assert isinstance(net.layers[0], cr.Standardize) is scaled
    if form == "sub div":
        np.testing.assert_array_equal(net.layers[0].center, CENTER)
        np.testing.assert_array_equal(net.layers[0].scale, SCALE)
    rows = (
        CENTER + SCALE * RNG.normal(size=(100, 3))
        if form not in ("div", "negative")
        else RNG.normal(size=(100, 3))
    )
    rows = rows.astype(graph.dtype)
    rtol = 1e-4 if form == "scaler" else 1e-10
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=rtol)


@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_inputs_of_another_kind(kind: str) -> None:
    graph = Made("float32")
    graph.add("Cast", "x", to=onnx.TensorProto.FLOAT)
    graph.dense(3, 2)
    model = graph.model(input_kind=kind)
    net = cr.from_onnx(model)
    assert net.dtype == np.float32
    rows = RNG.integers(-5, 5, (20, 3)).astype(kind)
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=1e-6)


def _flat_by_shape(graph: Made) -> None:
    """As PyTorch writes x.view(x.size(0), -1)."""
    first = graph.add("Gather", graph.add("Shape", "x"), np.array(0), axis=0)
    shape = graph.add("Concat", graph.add("Unsqueeze", first, np.array([0])), np.array([-1]), axis=0)
    graph.add("Reshape", "x", shape)


@pytest.mark.parametrize("form", ["flatten", "reshape", "shape", "squeeze"])
def test_samples_with_several_axes_are_given_flat(form: str) -> None:
    graph = Made()
    if form == "flatten":
        graph.add("Flatten", "x")
    elif form == "reshape":
        graph.add("Reshape", "x", np.array([-1, 6]))
    elif form == "shape":
        _flat_by_shape(graph)
    else:
        graph.add("Reshape", graph.add("Squeeze", "x", np.array([1])), np.array([0, 6]))
    graph.dense(6, 2)
    model = graph.model(("m", 1, 2, 3))
    net = cr.from_onnx(model)
    rows = RNG.normal(size=(7, 1, 2, 3))
    np.testing.assert_allclose(net.predict(rows.reshape(7, 6)), ran(model, rows)[0], rtol=1e-12)


def test_dropout_is_read_with_its_rate() -> None:
    old, new = Made(), Made()
    for graph in (old, new):
        graph.dense(3, 4)
        graph.add("Relu")
    old.add("Dropout", old.last, ratio=0.3)
    new.add("Dropout", new.last, np.float64(0.3), np.array(False))
    for graph, opset in ((old, 11), (new, 17)):
        graph.dense(4, 2)
        assert str(cr.from_onnx(graph.model(opset=opset)).layers[2]) == "Dropout(0.3)"


def test_one_slope_for_all_units_is_leaky_relu() -> None:
    graph = Made()
    graph.dense(3, 4)
    graph.add("PRelu", graph.last, np.array([0.25]))
    assert str(cr.from_onnx(graph.model()).layers[1]) == "LeakyReLU(0.25)"


def test_what_the_last_sums_mean() -> None:
    graph = Made()
    graph.dense(3, 4)
    graph.add("Relu")
    graph.dense(4, 3)
    model = graph.model()
    assert str(cr.from_onnx(model).loss_part) == str(cr.CrossEntropy(from_logits=True))
    assert str(cr.from_onnx(model, output="identity", loss="huber").loss_part) == "Huber(1.0)"
    probable = cr.from_onnx(model, output="softmax", features=["a", "b", "c"], classes=["u", "v", "w"])
    assert probable.title() == "3 → 4 relu → 3 softmax"
    assert probable.features == ("a", "b", "c")
    assert probable.classes == ("u", "v", "w")


def test_what_stands_before_the_first_weights() -> None:
    graph = Made()
    arrays = [RNG.normal(size=3), RNG.normal(size=3), RNG.normal(size=3), RNG.uniform(1, 2, 3)]
    graph.add("BatchNormalization", graph.add("Div", "x", 2.0), *arrays)
    graph.add("Tanh")
    graph.dense(3, 2)
    model = graph.model()
    net = cr.from_onnx(model)
    assert net.title() == "3 batch norm tanh → 2 identity"
    assert isinstance(net.layers[0], cr.Standardize)
    rows = RNG.normal(size=(50, 3))
    np.testing.assert_allclose(net.predict(rows), ran(model, rows)[0], rtol=1e-11, atol=1e-12)
