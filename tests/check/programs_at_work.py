"""Programs of learners, run up to the end of one step: their numbers, read in their own frames.

`at` is a line (a text that stands in it alone) before which parameters, samples and outputs are read; `after` one
before which the parameters, or gradients, are read at the end of the step: a line, "again" for the same one `span`
hits later, or "return" for the end of its function. What is read is compared with finite differences of a loss that
is written here.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any
from unittest import mock

import numpy as np

Array = np.ndarray[Any, Any]
Layers = list[tuple[Array, Array | None]]

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "id": lambda z: z,
    "sig": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky01": lambda z: np.where(z > 0, z, 0.01 * z),
    "leaky1": lambda z: np.where(z > 0, z, 0.1 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "swish": lambda z: z / (1 + np.exp(-z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}
LOSSES: dict[str, Callable[[Array, Array], float]] = {
    "mse": lambda a, y: float(((a - y) ** 2).sum() / len(a)),
    "ce": lambda a, y: float(-(y * np.log(a)).sum() / len(a)),
    "bce": lambda a, y: float(-(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / len(a)),
}


@dataclass(frozen=True)
class Probe:
    """Where and as what a program's numbers are found; expressions are evaluated in its frame."""

    at: str
    params: str
    x: str
    y: str
    acts: str
    loss: str
    out: str = ""
    L: str = ""
    grads: str = ""
    mask: str = ""
    after: str = "again"
    hit: int = 1
    span: int = 1
    cols: bool = False
    l2: float = 0.0
    within: float = 1e-6
    edit: tuple[str, str] = ("", "")


@dataclass
class Step:
    """What was read before a step and after it."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


class Enough(BaseException):
    """A step is complete; a program's own `except Exception` does not catch it."""


def executed(cells: Sequence[str], path: str, tracer: Any = None, *, strict: bool = False) -> str:
    """What a program prints. Chance is seeded, plots are not shown."""
    text = "\n".join("\n".join("" if line[:1] == "%" else line for line in c.splitlines()) for c in cells)
    folder, known, made, printed = (
        os.path.dirname(path),
        set(sys.modules),
        np.random.default_rng,
        io.StringIO(),
    )
    random.seed(0)
    np.random.seed(0)
    scope = {"__name__": "__main__", "__file__": path}
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch("numpy.random.default_rng", lambda seed=0: made(seed)))
        stack.enter_context(mock.patch("sys.path", [folder, *sys.path]))
        stack.enter_context(mock.patch("sys.argv", [path]))
        stack.enter_context(mock.patch.dict(os.environ, MPLBACKEND="Agg"))
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.suppress(Enough))
        stack.callback(_forgotten, folder, known)
        warnings.filterwarnings("error" if strict else "ignore", category=RuntimeWarning)
        warnings.filterwarnings("ignore", message=".*non-interactive.*")
        stack.callback(sys.settrace, sys.gettrace())
        if tracer is not None:
            sys.settrace(tracer)
        exec(compile(text, path, "exec"), scope)
    return printed.getvalue()


def _forgotten(folder: str, known: set[str]) -> None:
    """Modules beside a program go: the next one may have one of the same name."""
    for name in set(sys.modules) - known:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(folder):
            del sys.modules[name]


def one_step(cells: Sequence[str], path: str, probe: Probe) -> Step:
    """A step of a program, stopped when it is complete."""
    lines = [line for cell in cells for line in cell.splitlines()]
    start = _line(lines, probe.at)
    stop = {"again": start, "return": 0}.get(probe.after) if probe.after in ("again", "return") else None
    end = _line(lines, probe.after) if stop is None else stop
    step, hits, frames = Step(), [0, 0], list[FrameType]()

    def ended(frame: FrameType) -> None:
        step.after = _read(frame, probe, ("params", "grads"))
        raise Enough

    def local(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_name in ("<genexpr>", "<listcomp>", "<dictcomp>", "<lambda>"):
            return local
        if event == "return" and not end and frame in frames:
            ended(frame)
        if event == "line" and frames and frame.f_lineno == end:
            hits[1] += 1
            if hits[1] == probe.span:
                ended(frame)
        if event == "line" and not frames and frame.f_lineno == start:
            hits[0] += 1
            if hits[0] == probe.hit:
                frames.append(frame)
                step.before = _read(frame, probe, ("params", "x", "y", "out", "mask", "L"))
        return local

    executed(cells, path, lambda frame, *_: local if frame.f_code.co_filename == path else None, strict=True)
    assert step.after, f"{path} ended before its step did"
    return step


def _line(lines: Sequence[str], text: str) -> int:
    """The one line that holds a text; if the text ends in a new line, the one that is it."""
    whole = text.endswith("\n")
    (found,) = [
        n for n, line in enumerate(lines, 1) if (line.strip() == text.strip() if whole else text in line)
    ]
    return found


def _read(frame: FrameType, probe: Probe, names: Sequence[str]) -> dict[str, Any]:
    scope = {"np": np, **frame.f_globals, **frame.f_locals}
    found = {name: eval(getattr(probe, name), scope) for name in names if getattr(probe, name)}
    return {
        name: _kept(value) if name in ("params", "grads") else np.array(value, float)
        for name, value in found.items()
    }


def _kept(value: Any) -> Any:
    """A copy: of layers a list of what each has, else an array."""
    if isinstance(value, tuple) or (isinstance(value, list) and value and isinstance(value[0], tuple)):
        return [_kept(each) for each in value]
    try:
        return np.array(value, float)
    except ValueError:
        return [_kept(each) for each in value]


# --- compared ---------------------------------------------------------------------------------------------


def layers(read: Any, probe: Probe) -> Layers:
    """Weights of shape (inputs, outputs), and biases of shape (outputs,)."""
    found: Layers = []
    for each in read:
        weights, bias = (each, None) if isinstance(each, np.ndarray) else each
        if weights.ndim == 1:
            weights = weights[None] if probe.cols else weights[:, None]
        found.append((weights.T if probe.cols else weights, None if bias is None else bias.reshape(-1)))
    return found


def rows(read: Array, probe: Probe, width: int) -> Array:
    """Samples as rows."""
    if read.ndim == 1:
        return read[None] if read.size == width else read[:, None]
    return read.T if probe.cols else read


def entries(found: Layers) -> Iterator[Array]:
    return (each for layer in found for each in layer if each is not None)


def flat(found: Layers) -> Array:
    return np.concatenate([each.ravel() for each in entries(found)])


@dataclass
class Reference:
    """The same network, written here."""

    found: Layers
    x: Array
    y: Array
    probe: Probe
    mask: Any = None

    @classmethod
    def of(cls, step: Step, probe: Probe) -> Reference:
        found = layers(step.before["params"], probe)
        x = rows(step.before["x"], probe, len(found[0][0]))
        y = rows(step.before["y"], probe, found[-1][0].shape[1])
        return cls(found, x, y, probe, step.before.get("mask"))

    def outputs(self) -> Array:
        a = self.x
        for number, ((weights, bias), name) in enumerate(
            zip(self.found, self.probe.acts.split(), strict=True)
        ):
            a = ACTIVATIONS[name](a @ weights + (0 if bias is None else bias))
            if self.mask is not None and number == 0:
                a = a * self.mask
        return a

    def loss(self) -> float:
        penalty = sum(float((weights**2).sum()) for weights, _ in self.found)
        return LOSSES[self.probe.loss](self.outputs(), self.y) + self.probe.l2 * penalty

    def gradient(self, nudge: float = 1e-6) -> Array:
        """Of all parameters, by central differences."""
        slopes = []
        for each in entries(self.found):
            for index in np.ndindex(each.shape):
                kept = each[index]
                each[index] = kept + nudge
                above = self.loss()
                each[index] = kept - nudge
                slopes.append((above - self.loss()) / (2 * nudge))
                each[index] = kept
        return np.array(slopes)


@dataclass(frozen=True)
class Compared:
    """How far a step is from one down the gradient (`step`, relative), and outputs are from the reference's.

    `factor` is by how much the step is the gradient's multiple, `loss` the program's loss by the reference's, if
    it was read.
    """

    step: float
    outputs: float
    factor: float
    loss: float


def compared(step: Step, probe: Probe) -> Compared:
    reference = Reference.of(step, probe)
    outputs, loss = reference.outputs(), reference.loss()
    slopes = reference.gradient()
    if probe.grads:
        moved = flat(layers(step.after["grads"], probe))
    else:
        moved = flat(reference.found) - flat(layers(step.after["params"], probe))
    factor = float(moved @ slopes / (slopes @ slopes))
    theirs = rows(step.before["out"], probe, outputs.shape[1]) if probe.out else outputs
    return Compared(
        float(np.abs(moved - factor * slopes).max() / np.abs(moved).max()),
        float(np.abs(theirs - outputs).max()),
        factor,
        float(step.before["L"]) / loss if probe.L else 1.0,
    )
