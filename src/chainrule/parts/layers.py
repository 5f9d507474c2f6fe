"""The layers that are not activations."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array, Layer, Rule, setting
from chainrule.utils import checks
from chainrule.utils.chunks import extremes, pieces


class Dense(Layer):
    """Fully connected layer: z = x · W + b.

    Parameters
    ----------
    inputs, outputs : numbers of units, at least 1; W is (inputs, outputs), b (outputs,)
    bias : whether there is a b; without it z = x · W

    Raises
    ------
    KindError, InputError : for a number of units that is not a whole number of at least 1, a bias that is no truth

    Source: Goodfellow et al., Deep Learning, 2016, section 6.5.4.
    """

    inputs: int
    outputs: int
    bias: bool = True

    takes: ClassVar[str] = "x"
    gives: ClassVar[str] = "z"
    has_weights: ClassVar[bool] = True
    weights: ClassVar = ("W",)
    shift: ClassVar[str] = "b"  # where there is one
    _advice: ClassVar = {
        "activation": "an activation is a layer of its own: write Dense(2, 3), ReLU()",
    }

    def __post_init__(self) -> None:
        for name, value in (("inputs", self.inputs), ("outputs", self.outputs)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise KindError(f"Dense: {name} = {value!r} is no whole number: give the number of units.")
            if value < 1:
                raise InputError(f"Dense: {name} = {value} is out of range: it must be at least 1.")
        checks.truth(self.bias, "Dense: bias")

    def settings(self) -> dict[str, Any]:
        found = super().settings()
        if self.bias:
            del found["bias"]  # as files of earlier versions have it, and the usual one
        return found

    def width(self, incoming: int | None) -> int:
        if incoming not in (None, self.inputs):
            raise InputError(f"{self} takes {self.inputs} inputs, and the layer before it gives {incoming}.")
        return self.outputs

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        drawn = {"W": initializer.draw(rng, self.inputs, self.outputs)}
        return {**drawn, "b": np.zeros(self.outputs)} if self.bias else drawn

    def forward(self, q: Rule) -> None:
        q.z = q.x @ q.W + q.b if self.bias else q.x @ q.W

    def backward(self, q: Rule) -> None:
        q.dW = q.x.T @ q.dz
        if self.bias:
            q.db = q.dz.sum(axis=0)
        q.dx = q.dz @ q.W.T

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.inputs}, {self.outputs}{'' if self.bias else ', bias=False'})"


class Standardize(Layer):
    """Scaling of the inputs, the first line of a program: x = (x_raw - center) / scale, feature by feature.

    It is computed in double precision in a float32 network too, as the digits of a small difference of large numbers
    would be lost before it. As a network's `scale_target` it scales targets, y = (y_raw - y_center) / y_scale, and
    takes outputs back to their unit: yhat = a · y_scale + y_center.

    Parameters
    ----------
    center : what is taken off, (n_in,) or a number, e.g. each feature's mean over the training set
    scale : what is divided by, above 0, (n_in,) or a number, e.g. the standard deviation

    Source: Y. LeCun et al., Efficient BackProp, 1998, section 4.3.
    """

    takes: ClassVar[str] = "x_raw"
    gives: ClassVar[str] = "x"

    def __init__(self, center: Any, scale: Any) -> None:
        self.center = np.atleast_1d(checks.numbers(center, "Standardize: center")).astype(np.float64)
        self.scale = np.atleast_1d(checks.numbers(scale, "Standardize: scale")).astype(np.float64)
        if (
            self.center.ndim > 1
            or self.scale.ndim > 1
            or 1 != min(len(self.center), len(self.scale)) != max(len(self.center), len(self.scale))
        ):
            raise InputError(
                f"Standardize: center has the shape {self.center.shape} and scale {self.scale.shape}: "
                "each is a number, or has one for each feature."
            )
        if not (np.isfinite(self.center).all() and np.isfinite(self.scale).all() and (self.scale > 0).all()):
            raise InputError("Standardize: center must be finite and scale above 0 for every feature.")

    @classmethod
    def fitted(cls, X: Array) -> Standardize:
        """The scaling that gives the columns of X mean 0 and standard deviation 1; a constant column only shifts.

        X is (n, columns), or (n,) for a single one, as targets are. A column is constant where its deviation is within
        the rounding of its numbers, twice the machine epsilon of their mean. That is scikit-learn's bound for two
        samples; its own grows with them, as the rounding of its sums.
        """
        X = checks.numbers(X, "X")
        if X.shape[:1] in ((), (0,)):
            raise InputError(f"X has no samples: its shape is {X.shape}; give at least one row.")
        n, X = len(X), X[:, None] if X.ndim == 1 else X
        with np.errstate(all="ignore"):
            low, high = (end.astype(np.float64) for end in extremes(X))
            # In units of a power of two near its spread, which change no digit, no column's squares leave the range.
            power = np.maximum(np.frexp(high / 2 - low / 2)[1], -1021)
            unit = np.ldexp(1.0, -power)
            first = X[0] * unit  # the deviations of a constant column from it are 0, not nearly 0
            mean = sum((X[rows] * unit - first).sum(axis=0) for rows in pieces(X.shape)) / n
            variance = (
                sum(np.square(X[rows] * unit - first - mean).sum(axis=0) for rows in pieces(X.shape)) / n
            )
            center, scale = np.ldexp(first + mean, power), np.ldexp(np.sqrt(variance), power)
            rounding = np.square(2 * np.finfo(np.float64).eps * (first + mean))
        return cls(center, np.where((variance <= rounding) | (scale == 0), 1, scale))

    def settings(self) -> dict[str, Any]:
        return {}

    def width(self, incoming: int | None) -> int | None:
        size = max(len(self.center), len(self.scale))
        return size if size > 1 else incoming

    def constants(self) -> dict[str, Array]:
        return {"center": self.center, "scale": self.scale}

    def forward(self, q: Rule) -> None:
        q.x = (q.x_raw - q.center) / q.scale

    def restore(self, q: Rule) -> None:
        q.x_raw = q.x * q.scale + q.center

    def label(self) -> str:
        return "scaling"

    def __str__(self) -> str:
        return "Standardize(…)"


class BatchNorm(Layer):
    """Batch normalization: z_hat = (z - mu) / √(var + ε), n = γ ⊙ z_hat + β, unit by unit.

    In training mu and var are the batch's mean and variance, Σ (z - mu)² / m; beside it running averages are kept,
    run_new = (1 - ρ) run + ρ (that of the batch), the variance there as Σ (z - mu)² / (m - 1). Predictions take the
    averages. A training step needs two samples.

    Parameters
    ----------
    rate : ρ, what a step adds to the running averages, above 0 and at most 1
    epsilon : ε, above 0, keeps the division finite

    Source: S. Ioffe, C. Szegedy, Batch normalization, ICML 2015, algorithms 1 and 2; ρ and the unbiased variance as
    in PyTorch.
    """

    rate: float = setting(default=0.1, gt=0, le=1)
    epsilon: float = setting(default=1e-5, gt=0)

    takes: ClassVar[str] = "z"
    gives: ClassVar[str] = "n"
    min_samples: ClassVar[int] = 2
    ignores_shift: ClassVar[bool] = True
    signs: ClassVar = {"rate": "ρ"}
    notes: ClassVar = {
        "dmu": "by way of σ² nothing, since Σ (z - μ) = 0",
        "dz": "z moves μ and σ², too",
    }

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        return {"gamma": np.ones(width), "beta": np.zeros(width)}

    def buffers(self, width: int) -> dict[str, Array]:
        return {"mu_run": np.zeros(width), "var_run": np.ones(width)}

    def forward(self, q: Rule) -> None:
        q.mu = q.z.sum(axis=0) / q.m
        q.var = np.square(q.z - q.mu).sum(axis=0) / q.m
        q.sd = np.sqrt(q.var + self.epsilon)
        q.zhat = (q.z - q.mu) / q.sd
        q.n = q.gamma * q.zhat + q.beta
        q.mu_run_new = (1 - self.rate) * q.mu_run + self.rate * q.mu
        q.var_run_new = (1 - self.rate) * q.var_run + self.rate * (q.m / (q.m - 1)) * q.var

    def evaluate(self, q: Rule) -> None:
        q.zhat = (q.z - q.mu_run) / np.sqrt(q.var_run + self.epsilon)
        q.n = q.gamma * q.zhat + q.beta

    def backward(self, q: Rule) -> None:
        q.dgamma = (q.dn * q.zhat).sum(axis=0)
        q.dbeta = q.dn.sum(axis=0)
        q.dzhat = q.dn * q.gamma
        q.dvar = -(q.dzhat * (q.z - q.mu)).sum(axis=0) / (2 * q.sd**3)
        q.dmu = -q.dzhat.sum(axis=0) / q.sd
        q.dz = (q.dzhat - q.dzhat.sum(axis=0) / q.m - q.zhat * ((q.dzhat * q.zhat).sum(axis=0) / q.m)) / q.sd
        q.also(dz=q.dzhat / q.sd + 2 * q.dvar * (q.z - q.mu) / q.m + q.dmu / q.m)


class LayerNorm(Layer):
    """Layer normalization: z_hat = (z - mu) / √(var + ε), n = γ ⊙ z_hat + β, sample by sample.

    mu and var are the mean and the variance over the units of a sample, in training and for predictions alike.

    Parameters
    ----------
    epsilon : ε, above 0, keeps the division finite

    Source: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, 2016, eq. 3 and 4; ε as in PyTorch.
    """

    epsilon: float = setting(default=1e-5, gt=0)

    takes: ClassVar[str] = "z"
    gives: ClassVar[str] = "n"
    notes: ClassVar = {"dz": "z moves μ and σ², too"}

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        return {"gamma": np.ones(width), "beta": np.zeros(width)}

    def forward(self, q: Rule) -> None:
        q.mu = q.z.mean(axis=1, keepdims=True)
        q.var = np.square(q.z - q.mu).mean(axis=1, keepdims=True)
        q.sd = np.sqrt(q.var + self.epsilon)
        q.zhat = (q.z - q.mu) / q.sd
        q.n = q.gamma * q.zhat + q.beta

    def backward(self, q: Rule) -> None:
        q.dgamma = (q.dn * q.zhat).sum(axis=0)
        q.dbeta = q.dn.sum(axis=0)
        q.dzhat = q.dn * q.gamma
        mean = (q.dzhat * q.zhat).mean(axis=1, keepdims=True)
        q.dz = (q.dzhat - q.dzhat.mean(axis=1, keepdims=True) - q.zhat * mean) / q.sd


class Dropout(Layer):
    """Dropout: h = a ⊙ mask, where a unit of a sample is kept, times 1 / (1 - rate), or else off, by chance.

    So the mean of h is a, and predictions take h = a.

    Parameters
    ----------
    rate : the part that is off, at least 0 and below 1

    Source: N. Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, JMLR 2014; scaled
    in training, as is usual today.
    """

    rate: float = setting(default=0.5, ge=0, lt=1)

    takes: ClassVar[str] = "a"
    gives: ClassVar[str] = "h"
    noise: ClassVar = {"u": "uniform"}
    notes: ClassVar = {"mask": "u is drawn anew in every step"}

    def forward(self, q: Rule) -> None:
        q.mask = (q.u >= self.rate) / (1 - self.rate)
        q.h = q.a * q.mask

    def evaluate(self, q: Rule) -> None:
        q.h = q.a

    def backward(self, q: Rule) -> None:
        q.da = q.dh * q.mask
