"""Steps of multilayer perceptrons in plain NumPy, with a mistake in one line where one is asked for.

It knows nothing of chainrule, nor of how chainrule looks for mistakes: each slip is written as somebody makes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Sheet = dict[str, Any]


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def softmax(z: Array, axis: int | None = 1) -> Array:
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: z * (z > 0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "identity": lambda z: z,
    "softmax": softmax,
}
SLOPES: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: (z > 0) * 1.0,
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "softplus": sigmoid,
    "leaky_relu": lambda z: np.where(z > 0, 1, 0.01),
    "identity": np.ones_like,
}
OF_A: dict[str, Callable[[Array], Array]] = {
    "tanh": lambda a: 1 - a**2,
    "sigmoid": lambda a: a * (1 - a),
}


@dataclass
class Setting:
    """A network with a batch: everything that a step takes."""

    sizes: list[int]
    hidden: list[str]
    output: str
    loss: str
    optimizer: str
    x: Array
    y: Array
    W: list[Array]
    b: list[Array]
    eta: float
    penalty: float = 0.0
    moments: dict[str, Array] = field(default_factory=dict)  # by their names in a step, vW1 and so on
    t: int = 1

    @property
    def depth(self) -> int:
        return len(self.W)


def step(s: Setting, slip: str | tuple[str, ...] = "", at: int = 0) -> Sheet:
    """Every line of a step, by name; with a slip in a line of layer `at`, and all after it computed from what is there.

    Or with several in one line, each made in what the one before it left.

    Where the slip can't be made there, the step is simply right.
    """
    return _Step(s, slip, at).all()


class _Step:
    def __init__(self, s: Setting, slip: str | tuple[str, ...], at: int) -> None:
        self.s, self.slips, self.at, self.q = s, (slip,) if isinstance(slip, str) else slip, at, Sheet()

    def on(self, slip: str, layer: int) -> bool:
        return slip in self.slips and self.at == layer

    def all(self) -> Sheet:
        self.forward()
        self.loss()
        self.backward()
        self.update()
        return self.q

    def before(self, n: int) -> Array:
        return self.s.x if n == 1 else self.q[f"a{n - 1}"]

    def name(self, n: int) -> str:
        return self.s.output if n == self.s.depth else self.s.hidden[n - 1]

    # --- forward

    def forward(self) -> None:
        for n in range(1, self.s.depth + 1):
            self.q[f"z{n}"] = self.z(n)
            self.q[f"a{n}"] = self.a(n)

    def z(self, n: int) -> Array:
        x, W, b = self.before(n), self.s.W[n - 1], self.s.b[n - 1]
        if self.on("bias_missing", n):
            b = 0 * b
        if self.on("bias_minus", n):
            b = -b
        if self.on("W_transposed", n) and W.shape[0] == W.shape[1]:
            W = W.T
        return x @ W + b

    def a(self, n: int) -> Array:
        z, name = self.q[f"z{n}"], self.name(n)
        f = FUNCTIONS[name]
        if self.on("softmax_axis", n) and name == "softmax":
            f = partial(softmax, axis=0)
        if self.on("softmax_all", n) and name == "softmax":
            f = partial(softmax, axis=None)
        if self.on("relu_output", n) and n == self.s.depth:
            f = FUNCTIONS["relu"]
        if self.on("other_function", n) and name in ("relu", "tanh") and n < self.s.depth:
            f = FUNCTIONS["sigmoid"]
        if self.on("activation_missing", n):
            f = FUNCTIONS["identity"]
        a = f(-z if self.on("sigmoid_sign", n) and name == "sigmoid" else z)
        if self.on("sigmoid_times_z", n) and name == "sigmoid":
            a = z * a
        if self.on("activation_twice", n) and name != "relu":
            a = f(a)
        return a

    # --- loss

    def loss(self) -> None:
        n, y = self.s.depth, self.s.y
        a, z, m, k = self.q[f"a{n}"], self.q[f"z{n}"], len(y), y.shape[1]
        e = a - y
        with np.errstate(all="ignore"):
            if self.s.loss == "ce":
                rows = -(y * np.log(a)).sum(axis=1)
                if self.on("bce_for_softmax", n):
                    rows = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1)
                if self.on("loss_grad_differ", n):
                    rows = (e**2).sum(axis=1)
                if self.on("ce_no_minus", n):
                    rows = -rows
            elif self.s.loss == "bce":
                rows = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1)
                if self.on("bce_half", n):
                    rows = -(y * np.log(a)).sum(axis=1)
                if self.on("loss_grad_differ", n):
                    rows = (e**2).sum(axis=1)
                if self.on("ce_no_minus", n):
                    rows = -rows
            else:
                if self.on("square_slip", n):
                    e = z - y
                rows = (e**2).sum(axis=1) / (k if self.s.loss == "mse" else 2)
                if self.on("loss_grad_differ", n):
                    rows = np.abs(e).sum(axis=1)
        L = rows.mean()
        if self.on("loss_of_argmax", n) and k > 1:
            L = ((np.eye(k)[a.argmax(axis=1)] - y) ** 2).sum() / m
        if self.on("square_root", n) and self.s.loss in ("mse", "half"):
            L = np.sqrt((e**2).mean())
        if self.on("y_shape", n) and k == 1 and self.s.loss in ("mse", "half"):
            L = ((e + y - y[:, 0]) ** 2).mean() / (1 if self.s.loss == "mse" else 2)
        self.q["L"] = L
        if not any(slip.startswith(("ce_", "bce", "loss", "square", "y_shape")) for slip in self.slips):
            self.q["l"] = rows
        if self.s.penalty:
            self.q["L"] = L + self.s.penalty / 2 * sum((W**2).sum() for W in self.s.W)

    # --- backward

    def backward(self) -> None:
        for n in range(self.s.depth, 0, -1):
            self.q[f"dz{n}"] = self.dz_out(n) if n == self.s.depth else self.dz(n)
            self.q[f"dW{n}"] = self.dW(n)
            self.q[f"db{n}"] = self.db(n)
            if n > 1:
                self.q[f"da{n - 1}"] = self.da(n)

    def slope(self, n: int) -> Array:
        z, a, name = self.q[f"z{n}"], self.q[f"a{n}"], self.name(n)
        right = OF_A[name](a) if name in OF_A else SLOPES[name](z)
        if self.on("slope_of_a", n) and name != "relu":
            return SLOPES[name](a)
        if self.on("form_of_z", n) and name in OF_A:
            return OF_A[name](z)
        if self.on("slope_flip", n) and name == "sigmoid":
            return a * (a - 1)
        if self.on("slope_minus", n) and name == "sigmoid":
            return a - (1 - a)
        if self.on("slope_rest", n) and name == "sigmoid":
            return 1 - a
        if self.on("slope_no_square", n) and name == "tanh":
            return 1 - a
        if self.on("slope_square", n) and name == "tanh":
            return -(a**2)
        if self.on("slope_tanh", n) and name == "tanh":
            return a
        if self.on("slope_of_other_function", n):
            return OF_A["tanh" if name == "sigmoid" else "sigmoid"](a)
        if self.on("slope_of_other_layer", n) and n + 1 <= self.s.depth and n < self.s.depth:
            other = self.q[f"z{n + 1}"]
            if other.shape == z.shape and self.name(n) in SLOPES:
                return SLOPES[self.name(n)](other)
        if self.on("relu_returns_z", n) and name == "relu":
            return np.maximum(z, 0)
        if self.on("relu_lets_through", n) and name == "relu":
            return (z < 0) * 1.0
        if self.on("slope_skipped", n) and n < self.s.depth:
            return np.ones_like(z)
        return right

    def dz_out(self, n: int) -> Array:
        y, k, m = self.s.y, self.s.y.shape[1], len(self.s.y)
        z, a = self.q[f"z{n}"], self.q[f"a{n}"]
        e = a - y
        if self.on("y_shape_error", n) and k == 1 and m > 1:
            e = (a - y[:, 0]).sum(axis=1, keepdims=True)
        if self.on("error_of_z", n):
            e = z - y
        if self.s.loss in ("ce", "bce"):
            d = e / m
            if self.on("output_slope_extra", n):
                d = e * a * (1 - a) / m
        else:
            d = (2 * e / k if self.s.loss == "mse" else e) / m
            if self.s.output == "softmax":
                if self.on("softmax_diag", n):
                    d = d * a * (1 - a)
                elif not self.on("output_slope_missing", n):
                    d = a * (d - (d * a).sum(axis=1, keepdims=True))
            elif not self.on("output_slope_missing", n):
                d = d * self.slope(n)
        if self.on("dz2_sign", n):
            d = -d
        if self.on("dz2_times_z", n):
            d = d * z
        if self.on("dz2_scalar", n):
            d = np.full_like(d, d.mean())
        if self.on("dz2_row_sum", n):
            d = np.repeat(d.sum(axis=1, keepdims=True), k, axis=1)
        return d

    def da(self, n: int) -> Array:
        """Of the layer before n."""
        dz, W = self.q[f"dz{n}"], self.s.W[n - 1]
        if n == self.s.depth and self.on("da1_from_error", n):
            dz = (self.q[f"a{n}"] - self.s.y) / len(dz)
        if self.on("da1_updated_W2", n) and self.s.optimizer == "sgd":
            W = W - self.s.eta * self.q[f"dW{n}"]
        if self.on("da1_dW2", n):
            W = self.q[f"dW{n}"]
        if self.on("da1_shares", n) and W.shape[1] > 1:
            W = W / W.sum(axis=0)
        if self.on("da1_some_outputs", n) and W.shape[1] > 1:
            dz, W = dz[:, :1], W[:, :1]
        if self.on("da1_no_transpose", n) and W.shape[0] == W.shape[1]:
            W = W.T
        return dz @ W.T

    def dz(self, n: int) -> Array:
        d = self.q[f"da{n}"] * self.slope(n)
        return -d if self.on("dz1_sign", n) else d

    def dW(self, n: int) -> Array:
        x, dz, W = self.before(n), self.q[f"dz{n}"], self.s.W[n - 1]
        if self.on("dW_from_z", n) and n > 1:
            x = self.q[f"z{n - 1}"]
        if self.on("dW_wrong_layer", n) and self.q[f"a{n}"].shape[1] == W.shape[0]:
            x = self.q[f"a{n}"]
        if self.on("dW1_from_da1", n) and n < self.s.depth:
            dz = self.q[f"da{n}"]
        if self.on("dW_last_sample", n):
            x, dz = x[-1:], dz[-1:]
        d = x.T @ dz
        if self.on("dW_transposed", n) and W.shape[0] == W.shape[1]:
            d = d.T
        if self.on("one_over_m_twice", n):
            d = d / len(self.s.y)
        if self.s.penalty and not self.on("l2_missing", n):
            d = (
                d
                + (2 if self.on("l2_double", n) else 1)
                * (-1 if self.on("l2_minus", n) else 1)
                * self.s.penalty
                * W
            )
        return -d if self.on("dW_sign", n) else d

    def db(self, n: int) -> Array:
        dz = self.q[f"dz{n}"]
        if self.on("db_from_dW", n):
            dz = self.q[f"dW{n}"]
        if self.on("db_from_da", n) and n < self.s.depth:
            dz = self.q[f"da{n}"]
        if self.on("db_last_sample", n):
            dz = dz[-1:]
        d = dz.sum(axis=0)
        if self.on("db_wrong_axis", n) and dz.shape[0] == dz.shape[1]:
            d = dz.sum(axis=1)
        if self.on("db_sum_all", n):
            d = np.full(dz.shape[1], dz.sum())
        if self.on("db_mean_all", n):
            d = np.full(dz.shape[1], dz.mean())
        if self.on("one_over_m_mixed", n):
            d = d / len(self.s.y)
        return d

    # --- update

    def update(self) -> None:
        for n in range(1, self.s.depth + 1):
            for name, w in ((f"W{n}", self.s.W[n - 1]), (f"b{n}", self.s.b[n - 1])):
                self.move(n, name, w, self.q[f"d{name}"])

    def move(self, n: int, name: str, w: Array, d: Array) -> None:
        s, eta, bias = self.s, self.s.eta, name[0] == "b"
        here = (lambda slip: self.on(slip, n) and not bias) if not bias else (lambda slip: False)
        if self.on("bias_not_updated", n) and bias:
            self.q[f"{name}_new"] = w.copy()
            return
        sign = 1.0 if here("update_sign") else -1.0
        if here("eta_missing"):
            eta = 1.0
        g = w if here("update_with_W") else d
        if s.optimizer == "sgd":
            moved = g
        elif s.optimizer == "momentum":
            v, mu = s.moments[f"v{name}"], 0.9
            kept = (1 - mu if here("momentum_twice") else mu) * (w if here("momentum_slip") else v)
            new = kept + g
            self.q[f"v{name}_new"] = new
            moved = v if here("momentum_old") else new
        else:
            b1, b2, t = 0.9, 0.999, s.t
            m = b1 * s.moments[f"m{name}"] + (1 - b1) * g
            v = b2 * s.moments[f"v{name}"] + (1 - b2) * g**2
            if here("adam_no_square"):
                v = b2 * s.moments[f"v{name}"] + (1 - b2) * g
            self.q[f"m{name}_new"], self.q[f"v{name}_new"] = m, v
            m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
            if here("adam_slip"):
                m_hat = m / (1 - b1)
            if here("adam_uncorrected"):
                m_hat = m
            self.q[f"m{name}_hat"], self.q[f"v{name}_hat"] = m_hat, v_hat
            under = v if here("adam_raw_v") else v_hat
            moved = m_hat / ((under if here("adam_no_root") else np.sqrt(under)) + 1e-8)
        self.q[f"{name}_new"] = w + sign * eta * moved


# The line that each slip is in, by the layer that it is asked for in; slips of a kind share the catalogue's name.
LINES: dict[str, tuple[str, str]] = {
    **{s: ("z{}", s) for s in ("bias_missing", "bias_minus", "W_transposed")},
    **{
        s: ("a{}", s)
        for s in ("sigmoid_sign", "sigmoid_times_z", "activation_missing", "activation_twice", "softmax_axis",
                  "softmax_all", "relu_output")
    },
    "other_function": ("a{}", "other_function"),
    **{s: ("L", s) for s in ("ce_no_minus", "bce_half", "bce_for_softmax", "loss_grad_differ", "loss_of_argmax",
                             "square_slip", "y_shape")},
    "square_root": ("L", "square_slip"),
    **{s: ("dz{}", s) for s in ("output_slope_missing", "output_slope_extra", "softmax_diag", "dz2_times_z",
                                "dz2_scalar", "slope_of_a", "form_of_z", "slope_flip", "slope_of_other_function",
                                "slope_of_other_layer", "slope_skipped", "dz2_sign")},
    "dz1_sign": ("dz{}", "dz_sign"),
    "y_shape_error": ("dz{}", "y_shape"), "error_of_z": ("dz{}", "square_slip"), "dz2_row_sum": ("dz{}", "dz2_scalar"),
    **dict.fromkeys(("slope_minus", "slope_rest", "slope_no_square", "slope_square", "slope_tanh"),
                    ("dz{}", "slope_formula")),
    **dict.fromkeys(("relu_returns_z", "relu_lets_through"), ("dz{}", "relu_slope_wrong")),
    **{s: ("da{-}", s) for s in ("da1_from_error", "da1_no_transpose", "da1_updated_W2", "da1_dW2",
                                 "da1_some_outputs", "da1_shares")},
    **{s: ("dW{}", s) for s in ("dW_from_z", "dW_wrong_layer", "dW1_from_da1", "dW_transposed", "one_over_m_twice")},
    "dW_last_sample": ("dW{}", "last_sample_only"), "db_last_sample": ("db{}", "last_sample_only"),
    "dW_sign": ("dW{}", "dW_sign"),
    **dict.fromkeys(("l2_missing", "l2_minus", "l2_double"), ("dW{}", "l2_slip")),
    **{s: ("db{}", s) for s in ("db_sum_all", "one_over_m_mixed", "db_from_dW", "db_wrong_axis")},
    "db_mean_all": ("db{}", "db_sum_all"), "db_from_da": ("db{}", "db_from_da"),
    "bias_not_updated": ("b{}_new", "bias_not_updated"),
    **{s: ("W{}_new", s) for s in ("update_sign", "eta_missing")},
    "update_with_W": ("W{}_new", "update_with_b"),
    "momentum_slip": ("vW{}_new", "momentum_slip"), "momentum_twice": ("vW{}_new", "momentum_slip"),
    "momentum_old": ("W{}_new", "momentum_slip"),
    "adam_no_square": ("vW{}_new", "adam_slip"),
    "adam_slip": ("mW{}_hat", "adam_slip"), "adam_uncorrected": ("mW{}_hat", "adam_slip"),
    "adam_no_root": ("W{}_new", "adam_slip"), "adam_raw_v": ("W{}_new", "adam_slip"),
}  # fmt: skip


def line_of(slip: str, at: int, optimizer: str = "sgd") -> str:
    """The line that a slip is in."""
    if slip == "update_with_W" and optimizer != "sgd":
        return f"{'v' if optimizer == 'momentum' else 'm'}W{at}_new"
    return LINES[slip][0].replace("{-}", str(at - 1)).replace("{}", str(at))


def random_setting(rng: np.random.Generator, depth: int | None = None) -> Setting:
    """A network and a batch at random: of depth 2 to 4 unless given."""
    depth = int(rng.integers(2, 5)) if depth is None else depth
    sizes = [int(rng.integers(2, 6)) for _ in range(depth + 1)]
    output, loss = [("softmax", "ce"), ("sigmoid", "bce"), ("sigmoid", "mse"), ("identity", "mse"),
                    ("identity", "half"), ("tanh", "half"), ("softmax", "mse")][int(rng.integers(7))]  # fmt: skip
    if output == "softmax":
        sizes[-1] = max(sizes[-1], 3)
    elif rng.random() < 0.2:
        sizes[-1] = 1
    kinds = ["relu", "tanh", "sigmoid", "softplus", "leaky_relu"]
    optimizer = ["sgd", "sgd", "momentum", "adam"][int(rng.integers(4))]
    m, k = int(rng.integers(2, 9)), sizes[-1]
    y = rng.uniform(-1, 1, (m, k))
    if loss == "ce" or (loss == "mse" and output == "softmax"):
        y = np.eye(k)[rng.integers(0, k, m)]
    elif loss == "bce":
        y = rng.integers(0, 2, (m, k)).astype(float)
    W = [rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
    b = [rng.normal(size=n) * 0.5 for n in sizes[1:]]
    s = Setting(
        sizes, [kinds[int(rng.integers(5))] for _ in range(depth - 1)], output, loss, optimizer,
        rng.normal(size=(m, sizes[0])), y, W, b, float(rng.choice([0.01, 0.05, 0.1, 0.5])),
        penalty=0.1 if rng.random() < 0.2 else 0.0,
    )  # fmt: skip
    if optimizer != "sgd":
        s.t = 1 if optimizer == "momentum" else 3
        for n in range(1, depth + 1):
            for name, w in ((f"W{n}", W[n - 1]), (f"b{n}", b[n - 1])):
                s.moments[f"v{name}"] = (
                    rng.normal(size=w.shape) if optimizer == "momentum" else rng.uniform(0.1, 1, w.shape)
                )
                if optimizer == "adam":
                    s.moments[f"m{name}"] = rng.normal(size=w.shape)
    return s


def again(rng: np.random.Generator, s: Setting, samples: int) -> Setting:
    """The same network on other numbers, of so many samples."""
    y = rng.permuted(s.y[rng.integers(0, len(s.y), samples)], axis=1)
    if s.loss != "ce" and s.output != "softmax":
        y = rng.integers(0, 2, y.shape).astype(float) if s.loss == "bce" else rng.uniform(-1, 1, y.shape)
    return replace(
        s, x=rng.normal(size=(samples, s.sizes[0])), y=y, W=[rng.normal(size=w.shape) for w in s.W],
        b=[rng.normal(size=b.shape) for b in s.b],
        moments={name: rng.uniform(0.1, 1, value.shape) for name, value in s.moments.items()},
    )  # fmt: skip


def pair_kinds() -> list[tuple[str, str]]:
    """Every two slips that stand in one line."""
    return [(a, b) for a, b in itertools.combinations(LINES, 2) if LINES[a][0] == LINES[b][0]]
