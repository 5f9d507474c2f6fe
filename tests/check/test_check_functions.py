"""A learner's own functions checked by net.check: called on probes, by their parameters' names."""

from __future__ import annotations

import functools
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.check import Report
from chainrule.check.probing import probes
from chainrule.errors import InputError, KindError, UnknownName

NET = cr.Network([4, 5, 3])
SIGMOID = cr.Network([4, 6, 1], hidden="sigmoid", output="sigmoid", loss="binary_cross_entropy")


def relu(z: Any) -> Any:
    return np.maximum(0, z)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    z1 = x @ W1 + b1
    a1 = relu(z1)
    z2 = a1 @ W2 + b2
    return softmax(z2), (z1, a1, z2)


def backward(x: Any, y: Any, W2: Any, a2: Any, cache: Any) -> Any:
    z1, a1, _ = cache
    dz2 = (a2 - y) / len(y)
    dz1 = dz2 @ W2.T * (z1 > 0)
    return {"W1": x.T @ dz1, "b1": dz1.sum(0), "W2": a1.T @ dz2, "b2": dz2.sum(0)}


def in_columns(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    A2 = softmax((W2 @ A1 + b2).T).T
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * (Z1 > 0)
    m = X.shape[1]
    dW2, db2 = dZ2 @ A1.T / m, dZ2.sum(axis=1, keepdims=True) / m
    dW1, db1 = dZ1 @ X.T / m, dZ1.sum(axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


def with_labels(probs: Any, y: Any) -> Any:
    return -np.log(probs[np.arange(len(y)), y]).mean()


def in_place(params: Any, grads: Any, learning_rate: float) -> None:
    for name in params:
        params[name] -= learning_rate * grads[name]


def cached(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    out, cache = forward(x, W1, b1, W2, b2)
    return out, cache


def with_a_dict(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    result, (z, a, _) = forward(x, W1, b1, W2, b2)
    return result, {"Z1": z, "A1": a}


def other_order(x: Any, y: Any, W2: Any, a1: Any, z1: Any, a2: Any) -> Any:
    dz2 = (a2 - y) / len(y)
    dz1 = dz2 @ W2.T * (z1 > 0)
    return a1.T @ dz2, dz2.sum(0), x.T @ dz1, dz1.sum(0)


class Layers:
    def forward(self, x: Any, params: Any) -> Any:
        self.z1 = x @ params["W1"] + params["b1"]
        return softmax(relu(self.z1) @ params["W2"] + params["b2"])


RIGHT: list[tuple[cr.Network, dict[str, Any], str]] = [
    (NET, {"relu": relu, "softmax": softmax}, ""),
    (NET, {"forward": forward, "backward": backward}, ""),
    (NET, {"backprop": in_columns}, ""),
    (NET, {"forward": Layers().forward}, ""),
    (NET, {"forward": cached, "backward": backward}, ""),
    (NET, {"backward": other_order, "forward": with_a_dict}, ""),
    (NET, {"loss": with_labels, "cross_entropy": lambda y, yhat: -np.sum(y * np.log(yhat)) / len(y)}, ""),
    (NET, {"relu": functools.partial(np.maximum, 0)}, ""),
    (NET, {"relu": lambda z: [[max(0, each) for each in row] for row in z]}, ""),
    (NET, {"relu": lambda z: relu(z).astype(np.float32)}, ""),
    (NET, {"a1": relu, "dz1": lambda da1, a1: da1 * (a1 > 0), "dW1": lambda x, dz1: x.T @ dz1}, ""),
    (NET, {"z2": lambda a, W, b: a @ W + b, "db2": lambda dz: dz.sum(axis=0)}, ""),
    (NET, {"dz2": lambda a2, y, m: (a2 - y) / m, "da1": lambda delta2, W2: delta2 @ W2.T}, ""),
    (NET, {"update": in_place}, "sgd"),
    (NET, {"step": lambda params, grads, lr: {k: v - lr * grads[f"d{k}"] for k, v in params.items()}}, "sgd"),
    (NET, {"W1_new": lambda w, g, alpha: w - alpha * g}, "sgd"),
    (NET, {"vW1_new": lambda v, dw, mu: mu * v + dw}, "momentum"),
    (NET, {"mW1_new": lambda m, dW1, beta1: beta1 * m + (1 - beta1) * dW1,
           "vb2_hat": lambda v_new, beta2, t: v_new / (1 - beta2**t)}, "adam"),
    (SIGMOID, {"sigmoid": sigmoid, "sigmoid_derivative": lambda x: x * (1 - x)}, ""),
    (SIGMOID, {"sigmoid_prime": lambda z: sigmoid(z) * (1 - sigmoid(z)), "d_sigmoid": lambda a: a * (1 - a)}, ""),
    (SIGMOID, {"bce": lambda y_true, y_pred: -np.mean(
        y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))}, ""),
    (cr.Network([4, 6, 2], hidden="tanh", output="identity", loss="mean_squared_error"),
     {"tanh": np.tanh, "tanh_derivative": lambda z: 1 - np.tanh(z) ** 2,
      "mse": lambda y, yhat: np.mean((yhat - y) ** 2)}, ""),
    (cr.Network([4, 6, 5, 3], hidden="tanh"), {"tanh": np.tanh, "dW2": lambda a1, dz2: a1.T @ dz2}, ""),
    (cr.Network([cr.Dense(4, 6), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.3), cr.Dense(6, 3), cr.Softmax()]),
     {"relu": relu, "mu1": lambda z: z.mean(axis=0), "n1": lambda zhat, gamma, beta: gamma * zhat + beta}, ""),
    (cr.Network([4, 6, 3], dtype="float32"), {"forward": forward, "backward": backward}, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("net", "functions", "optimizer"),
    RIGHT,
    ids=lambda each: str(list(each)) if isinstance(each, dict) else "",
)
def test_right_functions(net: cr.Network, functions: dict[str, Any], optimizer: str) -> None:
    before = net.parameters.flat.copy()
    report = net.check(functions, optimizer or None)
    assert isinstance(report, Report)
    assert (report.right, report.exit_code, list(report.troubles)) == (True, 0, []), str(report)
    assert np.array_equal(net.parameters.flat, before)


WRONG: list[tuple[cr.Network, dict[str, Any], str, str, str]] = [
    (NET, {"relu": lambda z: z}, "", "a1", "activation_missing"),
    (NET, {"relu": relu, "softmax": lambda z: softmax(z.T).T}, "", "a2", "softmax_axis"),
    (NET, {"z1": lambda x, W1, b1: x @ W1}, "", "z1", "bias_missing"),
    (NET, {"loss": lambda a2, y: np.sum(y * np.log(a2)) / len(y)}, "", "L", "ce_no_minus"),
    (NET, {"db2": lambda dz2: dz2.sum()}, "", "db2", "db_sum_all"),
    (NET, {"da1": lambda dz2, W2: dz2 @ W2}, "", "da1", "da1_no_transpose"),  # where all widths are alike
    (NET, {"dz1": lambda da1, z1: da1}, "", "dz1", "slope_skipped"),
    (NET, {"dz2": lambda a2, y: y - a2, "dW2": lambda a1, dz2: -a1.T @ dz2, "db2": lambda dz2: dz2.sum(0)}, "",
     "dW2", "dW_sign"),
    (NET, {"dW2": lambda a1, dz2: a1.T @ dz2 / len(a1), "db2": lambda dz2: dz2.sum(0)}, "", "dW2", "one_over_m_mixed"),
    (NET, {"W1_new": lambda W1, dW1, lr: W1 + lr * dW1}, "sgd", "W1_new", "update_sign"),
    (NET, {"vW1_hat": lambda v_new, beta2: v_new / (1 - beta2)}, "adam", "vW1_hat", "adam_slip"),  # right at t = 1
    (SIGMOID, {"sigmoid_derivative": lambda z: z * (1 - z)}, "", "dz2", "form_of_z"),
    (cr.Network([4, 6, 3], penalty=cr.L2(0.1)), {"dW1": lambda x, dz1: x.T @ dz1}, "", "dW1", "l2_slip"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("net", "functions", "optimizer", "line", "mistake"),
    WRONG,
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_wrong_function_is_found_and_named(
    net: cr.Network, functions: dict[str, Any], optimizer: str, line: str, mistake: str
) -> None:
    report = net.check(functions, optimizer or None)
    assert (report.right, report.exit_code, report.line) == (False, 1, line), str(report)
    assert mistake in report.mistakes
    assert report.hint


def test_one_trial_is_not_enough_and_several_tell() -> None:
    """v / (1 - β2) is right at the first step: the probes are of several."""
    steps = [record.results["t"] for record in probes(NET, cr.Adam())]
    assert steps == [2, 1, 5]
    records = list(probes(NET, None))
    widths = {4, 5, 3}
    assert len({record.samples for record in records}) == 3
    for record in records:
        assert record.samples >= 5
        assert record.samples not in widths
        z1 = record.results["z1"]
        assert (z1 > 0).any()
        assert (z1 < 0).any()
        assert np.all(record.results["b1"] != 0)


def _raises(z1: Any) -> Any:
    raise ValueError("not today")


def _nothing(z1: Any) -> None:
    z1 + 1


PLACE = "test_check_functions.py, line "
TROUBLES: list[tuple[dict[str, Any], str]] = [
    ({"relu": _raises}, "raises ValueError: not today. It was given z1 (7, 5)."),
    ({"a1": _nothing}, "returns nothing: is there a return?"),
    ({"a1": lambda z1, factor: z1}, "wants 'factor', and I don't know what that is: name it as a walk-through does, "
     "such as x, W1, y, z1, dz1 or lr, or give it a default."),
    ({"relu": lambda z: "text"}, "returns a str for a1: give an array of numbers."),
    ({"relu": lambda z: z * 1j}, "returns complex numbers for a1: give an array of numbers."),
    ({"z1": lambda x, W1: (x @ W1)[:2, :2]}, "returns another shape: z1 has the shape (2, 2): it is (7, 5), samples "
     "in rows, or (5, 7), in columns."),
    ({"forward": lambda x: (1, 2, 3)}, "returns 3 things, and I can't tell which: return a2, or a1 and a2, or z1 and "
     "a1 and z2 and a2, or a dict by name."),
    ({"backward": lambda x: {"foo": x}}, "returns a dict of foo: name what is in it as a walk-through does, z1 or "
     "dW1."),
    ({"dz1": lambda da1: exit()}, "ends Python: take exit() or quit() out."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("functions", "told"), TROUBLES, ids=lambda each: each[:30] if isinstance(each, str) else ""
)
def test_what_cannot_be_judged_is_told_with_its_place(functions: dict[str, Any], told: str) -> None:
    report = NET.check(functions)
    [trouble] = report.troubles
    [name] = functions
    assert (trouble.function, trouble.told, trouble.unwritten) == (name, told, False)
    assert trouble.place.startswith(PLACE)
    assert str(trouble) == f"{name} ({trouble.place}) {told}"
    assert (report.right, report.exit_code) == (False, 1)
    assert report.verdict == str(trouble)
    assert " ".join(str(report).split()).startswith(" ".join(str(trouble).split()))
    assert report.to_dict()["troubles"] == [
        {"function": name, "place": trouble.place, "told": told, "unwritten": False}
    ]


def test_what_is_not_written_yet() -> None:
    def later(z1: Any) -> Any:
        raise NotImplementedError

    def calls(da1: Any, z1: Any) -> Any:
        return da1 * later(z1)

    report = NET.check({"a1": later, "dz1": calls})
    assert (report.right, report.exit_code) == (False, 3)
    assert report.troubles[0].told == "is not written yet."
    assert report.troubles[1].told.startswith("calls later (test_check_functions.py, line ")
    assert report.troubles[1].told.endswith("), which is not written yet.")


def test_a_change_in_place_is_told() -> None:
    def relu(z: Any) -> Any:
        z[z < 0] = 0
        return z

    report = NET.check({"relu": relu})
    assert report.right
    assert report.cautions == ["relu changes z in place: what reads it later gets other numbers"]
    assert f"  {report.cautions[0]}" in str(report).splitlines()


@pytest.mark.parametrize(
    ("functions", "error", "message"),
    [
        ([relu], KindError, "[<function relu at 0x"),
        ({"relu": 3}, KindError, "'relu': 3 is no function: give functions by names, {\"relu\": relu}."),
        ({}, InputError, 'there is nothing to check: give at least one function, such as {"relu": relu}.'),
        ({"rellu": relu}, UnknownName, "there is no quantity or function of the step 'rellu'. Did you mean 'relu'? "
         "There is: z1, a1, z2, top2, shift2, e2, s2, a2, log a2, l, L, da2, dz2, dW2, db2, da1, dz1, dW1, db1, relu, "
         "softmax, loss, forward, backward. An update is checked where an optimizer is given."),
    ],
)  # fmt: skip
def test_what_is_no_function_of_the_step(functions: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        NET.check(functions)
    assert str(raised.value) == message or (message[-2:] == "0x" and str(raised.value).startswith(message))


def test_the_report() -> None:
    report = NET.check({"softmax": lambda z: np.exp(z) / np.exp(z).sum()})
    lines = str(report).splitlines()
    assert lines[0] == f"{report.places['a2']}: a2 is the first line that is wrong."
    assert "should be  a2 = e^z2 / (Σ e^z2)" in lines
    assert any(line.startswith("           on trial numbers a2[0, 0] is then ") for line in lines)
    assert lines[-2:] == ["How I read it:", "  wrong:      a2"]
    hint = report.to_text(hint=True)
    assert "divided" not in hint
    assert report.to_text(ascii=True).isascii()
    assert max(map(len, report.to_text(width=60).splitlines())) <= 60
    assert report.to_dict()["functions"] == {"a2": report.places["a2"]}


PLAIN = [
    cr.Network([4, 6, 3], hidden=hidden)
    for hidden in ("relu", "tanh", "gelu", "swish", "leaky_relu", "softplus")
]
SCRIPTS = [
    *PLAIN,
    cr.Network([4, 6, 5, 3], hidden=["relu", "sigmoid"]),
    cr.Network([3, 5, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy"),
    cr.Network([3, 5, 2], output="identity", loss="mean_squared_error"),
    cr.Network([3, 5, 2], output="softmax", loss="mean_squared_error"),
    cr.Network([3, 5, 4], output="identity", loss="hinge"),
    cr.Network([3, 5, 4], penalty=cr.L2(0.1)),
    cr.Network([4, 6, 3], loss=cr.CrossEntropy(label_smoothing=0.1)),
    cr.Network([cr.Dense(4, 6), cr.BatchNorm(), cr.ReLU(), cr.Dense(6, 3), cr.Softmax()]),
    cr.Network([cr.Dense(4, 6), cr.LayerNorm(), cr.ReLU(), cr.Dense(6, 3), cr.Softmax()]),
    cr.Network([5, 5, 5]),
    cr.Network([1, 1, 1], output="identity", loss="mean_squared_error"),
    cr.Network([2, 3, 2], dtype="float32"),
]


@pytest.mark.parametrize("net", SCRIPTS, ids=repr)
def test_functions_of_an_exported_script_are_right(net: cr.Network, tmp_path: Path) -> None:
    """They return tuples whose names are in their source alone, so it is read."""
    path = tmp_path / "script.py"
    path.write_text(net.code(optimizer=cr.SGD(0.1)), encoding="utf-8")
    space = runpy.run_path(str(path))
    report = net.check({name: space[name] for name in ("forward", "loss", "backward")})
    assert report.right, str(report)
    assert {"L", *(f"d{name}" for name in net.gradients(*some_samples(net)) if name in net.weights)} <= set(
        report.places
    )


def some_samples(net: cr.Network) -> tuple[Any, Any]:
    y = np.arange(8) % 2 if net.paired_loss.is_classification else np.ones((8, net.outputs))
    return np.ones((8, net.inputs)), y


def test_an_optimizer_without_steps_of_its_own() -> None:
    assert NET.check({"relu": relu}, "lbfgs").right
    with pytest.raises(UnknownName):
        NET.check({"W1_new": relu}, "lbfgs")
    with pytest.raises(UnknownName):
        NET.check({"relu": relu}, "adamm")
