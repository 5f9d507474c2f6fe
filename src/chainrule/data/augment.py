"""Images that are moved a little before each step, so that a network sees no image twice."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from chainrule.data.moving import Move, Moving, border, move, moved_dtype
from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array, Part, setting


class Augment(Part):
    """Shifts, turns, scales images and adds noise, by chance anew for each image and step: a transform for `fit`.

    Each image gets a map of its own, drawn evenly within the limits. An entry p of the new image, a row and a column,
    is read from the old one at

        c + R(-θ) (p - c - s) / k,    R(θ) the rotation by θ, s the shift, k the scale, c the image's centre,

    between the four entries around that place in proportion to its nearness to each (bilinear); the centre moves by
    the shift alone. Then normal noise is added.

    Where a training runs in machine code, so does the moving, with the same bits; with noise, it is made in NumPy.

    Parameters
    ----------
    shape : of one image: (height, width), or (height, width, channels), the order in which its row holds them
    shift : the largest one, in pixels, up, down, left and right, at least 0
    rotation : the largest one, in degrees, to either side, at least 0
    scaling : the largest part by which an image grows or shrinks, 0.1 for ±10 %, at least 0 and below 1
    noise : the standard deviation of what is added to each entry, in the unit of the entries, at least 0
    fill : what stands outside of the image

    Raises
    ------
    InputError, KindError

    Source: P. Simard, D. Steinkraus, J. Platt, Best practices for convolutional neural networks applied to visual
    document analysis, 2003.

    >>> import chainrule as cr
    >>> X = np.zeros((1, 25))
    >>> X[0, 12] = 1
    >>> change = cr.data.Augment((5, 5), shift=1)
    >>> change(X, np.random.default_rng(0)).reshape(5, 5).round(2)
    array([[0.  , 0.  , 0.  , 0.  , 0.  ],
           [0.  , 0.  , 0.  , 0.  , 0.  ],
           [0.  , 0.33, 0.39, 0.  , 0.  ],
           [0.  , 0.13, 0.15, 0.  , 0.  ],
           [0.  , 0.  , 0.  , 0.  , 0.  ]])
    """

    shape: tuple[int, ...] = (28, 28)
    shift: float = setting(default=0.0, ge=0, kw_only=True)
    rotation: float = setting(default=0.0, ge=0, kw_only=True)
    scaling: float = setting(default=0.0, ge=0, lt=1, kw_only=True)
    noise: float = setting(default=0.0, ge=0, kw_only=True)
    fill: float = setting(default=0.0, kw_only=True)

    kind: ClassVar[str] = "transform"
    ahead: ClassVar[bool] = (
        True  # it reads its arguments alone, so another thread may call it before it is time
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = self.shape
        allowed = "(height, width) or (height, width, channels), whole numbers of at least 1"
        whole = isinstance(shape, tuple | list) and all(
            isinstance(n, int | np.integer) and not isinstance(n, bool) for n in shape
        )
        if not whole:
            raise KindError(f"Augment: shape = {shape!r} is no shape of an image: give {allowed}.")
        if len(shape) not in (2, 3) or min(shape) < 1:
            raise InputError(f"Augment: shape = {shape!r} is out of range: it must be {allowed}.")
        self.shape = tuple(map(int, shape))

    def check(self, inputs: int) -> None:
        """Raise InputError where a sample of so many inputs is no image of this shape."""
        if inputs != math.prod(self.shape):
            raise InputError(
                f"Augment: a sample has {inputs} inputs, and an image of the shape {self.shape} has "
                f"{math.prod(self.shape)}: give shape=(height, width) or (height, width, channels) of your images."
            )

    def __call__(self, X: Any, rng: np.random.Generator) -> Array:
        """Other images (m, inputs) in place of these, on the same scale: float32, or float64 where they need it.

        Parameters
        ----------
        X : images, flattened (m, inputs); they stay as they are
        rng : draws for all images the rotations, then the scales, then the shifts along rows, then those along
            columns, then the noise; what is 0 is not drawn
        """
        X = np.asarray(X)
        if X.ndim != 2:
            raise InputError(f"Augment: the samples have the shape {X.shape}: give (samples, inputs).")
        self.check(X.shape[1])
        count = len(X)
        made: Array = np.array(X, moved_dtype(X.dtype))
        if (how := self._how()) is not None:
            numbers = np.empty((count, how.numbers))
            self._draw(numbers, rng)
            move(made.reshape(-1, *how.shape), numbers, how)
        if self.noise:
            added: Array = np.empty_like(made)
            rng.standard_normal(out=added, dtype=added.dtype)
            np.multiply(added, self.noise, out=added)
            np.add(made, added, out=made)
        return made

    def _how(self) -> Move | None:
        """How images are moved, what is the same for all of them; None where they stay."""
        turned = bool(self.rotation or self.scaling)
        if not (turned or self.shift):
            return None
        height, width, channels = (*self.shape, 1)[:3]
        shape = height, width, channels
        return Move(shape, turned, border(shape, self.shift, turned), float(self.fill))

    def _draw(self, into: Array, rng: np.random.Generator) -> None:
        """Draw the numbers by which images are moved, a row for each; see `Move`."""
        count = len(into)
        if self.rotation or self.scaling:
            angle = np.deg2rad(_drawn(rng, self.rotation, count))
            scale = 1 + _drawn(rng, self.scaling, count)
            np.divide(np.sin(angle), scale, out=into[:, 2])
            np.divide(np.cos(angle), scale, out=into[:, 3])
        into[:, 0] = _drawn(rng, self.shift, count)
        into[:, 1] = _drawn(rng, self.shift, count)


_CALL = Augment.__call__


def moving(transform: Any) -> Moving | None:
    """What moves images, where it is known that a transform does nothing else: then it need not be called.

    One of a class that is derived from `Augment` may do more, and so may `Augment` with another `__call__`.
    """
    own = type(transform) is Augment and Augment.__call__ is _CALL
    if not own or transform.noise or (how := transform._how()) is None:
        return None
    return Moving(how, transform._draw)


def _drawn(rng: np.random.Generator, limit: float, count: int) -> Any:
    return rng.uniform(-limit, limit, count) if limit else 0.0
