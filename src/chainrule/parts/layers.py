"""The layers that are not activations."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array, Layer, Rule
from chainrule.pieces import pieces


class Dense(Layer):
    """Fully connected layer: z = x · W + b.

    Parameters
    ----------
    inputs, outputs : numbers of units, at least 1; W is (inputs, outputs), b (outputs,)

    Raises
    ------
    KindError, InputError : for a number of units that is not a whole number of at least 1

    Source: Goodfellow et al., Deep Learning, 2016, section 6.5.4.
    """

    inputs: int
    outputs: int

    takes: ClassVar[str] = "x"
    gives: ClassVar[str] = "z"
    counts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name, value in (("inputs", self.inputs), ("outputs", self.outputs)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise KindError(f"Dense: {name} = {value!r} is no whole number: give the number of units.")
            if value < 1:
                raise InputError(f"Dense: {name} = {value} is out of range: it must be at least 1.")

    def width(self, incoming: int | None) -> int:
        if incoming not in (None, self.inputs):
            raise InputError(f"{self} takes {self.inputs} inputs, and the layer before it gives {incoming}.")
        return self.outputs

    def parameters(self, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        return {"W": initializer.draw(rng, self.inputs, self.outputs), "b": np.zeros(self.outputs)}

    def forward(self, q: Rule) -> None:
        q.z = q.x @ q.W + q.b

    def backward(self, q: Rule) -> None:
        q.dW = q.x.T @ q.dz
        q.db = q.dz.sum(axis=0)
        q.dx = q.dz @ q.W.T

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.inputs}, {self.outputs})"


class Standardize(Layer):
    """Scaling of the inputs, the first line of a program: x = (x_raw - center) / scale, feature by feature.

    Parameters
    ----------
    center : what is taken off, (n_in,) or a number, e.g. each feature's mean over the training set
    scale : what is divided by, above 0, (n_in,) or a number, e.g. the standard deviation

    Source: Y. LeCun et al., Efficient BackProp, 1998, section 4.3.
    """

    takes: ClassVar[str] = "x_raw"
    gives: ClassVar[str] = "x"

    def __init__(self, center: Any, scale: Any) -> None:
        self.center = np.atleast_1d(np.asarray(center, dtype=np.float64))
        self.scale = np.atleast_1d(np.asarray(scale, dtype=np.float64))
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
        """The scaling that gives the columns of X mean 0 and standard deviation 1; a constant column only shifts."""
        X = np.asarray(X)
        if X.shape[:1] in ((), (0,)):
            raise InputError(f"X has no samples: its shape is {X.shape}; give at least one row.")
        first = X[0].astype(np.float64)  # the deviations of a constant column from it are 0, not nearly 0
        center = first + sum((X[rows] - first).sum(axis=0) for rows in pieces(X.shape)) / len(X)
        squares = sum(np.square(X[rows] - center).sum(axis=0) for rows in pieces(X.shape))
        scale = np.sqrt(squares / len(X))
        return cls(center, np.where(scale > 0, scale, 1))

    def settings(self) -> dict[str, Any]:
        return {}

    def width(self, incoming: int | None) -> int | None:
        size = max(len(self.center), len(self.scale))
        return size if size > 1 else incoming

    def constants(self) -> dict[str, Array]:
        return {"center": self.center, "scale": self.scale}

    def forward(self, q: Rule) -> None:
        q.x = (q.x_raw - q.center) / q.scale

    def label(self) -> str:
        return "scaling"

    def __str__(self) -> str:
        return "Standardize(…)"
