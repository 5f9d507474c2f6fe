"""What the page shows of a training as it stands: the numbers of a picture, and no more than it wants."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from chainrule.engines.numpy_engine import measure
from chainrule.errors import InputError
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.page.course import Course
from chainrule.page.histograms import histograms
from chainrule.page.numbers import settle
from chainrule.page.samples import Samples
from chainrule.page.structure import Column, columns
from chainrule.parts.contract import Array

QUICK = 20_000_000  # samples times parameters, up to which all samples are measured for a picture
FINEST = 200  # points along a side of the plane
LONG = 0.004  # seconds that a wish may take for every picture
PATIENCE = 8.0  # else it takes an eighth of the time
RESTS = {
    "losses": 0.1,
    "points": 0.1,
    "plane": 0.1,
    "curves": 0.1,
    "confusion": 0.25,
}  # seconds between two, since to draw them takes long
Arrays = dict[str, Array]
Answer = tuple[dict[str, Any], Arrays]


@dataclass(frozen=True)
class Met:
    """A wish that was met: when, how long that took, and what of the header and which arrays it gave."""

    when: float
    took: float
    header: dict[str, Any]
    names: list[str]

    def will_do(self, rest: float) -> bool:
        """Whether it has to do for a while: at least so many seconds, and longer where it took long."""
        return perf_counter() - self.when < max(rest, PATIENCE * self.took if self.took > LONG else 0.0)


class Picture:
    """A training as it stands.

    Parameters
    ----------
    course : the training
    samples : what it is on
    image : height and width of an input that is an image, or None
    """

    def __init__(self, course: Course, samples: Samples, image: tuple[int, int] | None) -> None:
        self.course, self.samples, self.image = course, samples, image
        self.model: Model = course.model
        self.columns: list[Column] = columns(self.model)
        self._last: dict[str, Met] = {}

    def of(self, want: Mapping[str, Any], hurry: bool = False) -> tuple[dict[str, Any], Arrays]:
        """The header and the arrays of what is wanted.

        Parameters
        ----------
        want : the wishes
        hurry : whether the next picture comes at once: what takes long is then made less often, and `kept` names the
            arrays that stay as they were

        Raises
        ------
        InputError : for a wish that can't be met
        """
        header, arrays = self._standing(), Arrays()
        kept: list[str] = []
        wishes: dict[str, Callable[[Any], Answer]] = {
            "parameters": self._parameters, "plane": self._plane, "surface": self._surface, "points": self._points,
            "curves": lambda _: ({}, {"curves": self.course.curve.array()}), "confusion": self._confusion,
            "pictures": self._pictures, "values": lambda _: self._values(want),
            "histograms": lambda _: self._histograms(), "losses": lambda _: (self._losses(), {}),
        }  # fmt: skip
        wanted = {**want, "losses": True, "values": want.get("values") or want.get("image")}
        with np.errstate(all="ignore"):
            for name, make in wishes.items():
                if wanted.get(name) is None or wanted[name] is False:
                    continue
                last = self._last.get(name)
                if hurry and last is not None and last.will_do(RESTS.get(name, 0.0)):
                    header |= last.header
                    kept += last.names
                    continue
                began = perf_counter()
                more, found = make(wanted[name])
                now = perf_counter()
                self._last[name] = Met(now, now - began, more, list(found))
                header |= more
                arrays |= found
        header["kept"] = kept
        units = want.get("units") or {}
        return header, {name: _some(array, name, units, self.columns) for name, array in arrays.items()}

    def possible(self, want: Any) -> Any:
        """What can be met of wishes that were made for another network, or other samples."""
        if not isinstance(want, Mapping):
            return want
        kept = {
            key: wish for key, wish in want.items() if self.samples.plane or key not in ("plane", "surface")
        }
        widths = {column.a: column.units for column in self.columns}
        units = kept.get("units")
        if isinstance(units, Mapping):
            kept["units"] = {a: few for a, few in units.items() if max(few, default=0) < widths.get(a, 0)}
        pictures = kept.get("pictures")
        if isinstance(pictures, list) and max(pictures, default=0) >= self.columns[1].units:
            kept["pictures"] = True
        if isinstance(kept.get("sample"), int) and kept["sample"] >= self.samples.count:
            kept["sample"] = None
        return kept

    def row(self, row: int) -> Record:
        """The step on one sample alone, or, where a step takes more of them, what is predicted for it.

        Rows count the samples to train with first, then those held out.
        """
        data, held = self.course.data, self.course.held_out
        count = len(data.X) + (0 if held is None else len(held[0]))
        if not 0 <= row < count:
            raise InputError(f"there is no sample {row}: rows go from 0 to {count - 1}.")
        of, at = (
            ((data.X, data.y), row) if held is None or row < len(data.X) else (held[:2], row - len(data.X))
        )
        if max(layer.min_samples for layer in self.model.layers) > 1 or self.model.paired_loss.group > 1:
            return Record.of_arrays(self.model, of[0][at : at + 1])
        return self.course.record(np.array([at]), of=of)

    # --- what there is ----------------------------------------------------------------------------------

    def _standing(self) -> dict[str, Any]:
        course = self.course
        epoch, batch = course.epoch
        return {
            "step": course.step, "newest": course.newest, "epoch": epoch, "batch": batch,
            "per_epoch": course.data.per_epoch, "edited": course.edited, "rate": round(course.rate),
            "diverged": course.diverged or None, "numbers": settle(course.optimizer, {}),
        }  # fmt: skip

    def _losses(self) -> dict[str, float | None]:
        """The losses and accuracies of all samples, as they stand; None where there are too many to ask at once."""
        course = self.course
        found: dict[str, float | None] = {
            "loss": None,
            "accuracy": None,
            "held_loss": None,
            "held_accuracy": None,
        }
        parts: list[tuple[str, Any]] = [("", (course.data.X, course.data.y, course.data.counts))]
        parts += [("held_", course.held_out)] if course.held_out is not None else []
        for prefix, part in parts:
            if len(part[0]) * self.model.parameters.flat.size <= QUICK:
                loss, accuracy = measure(self.model, *part)
                found |= {f"{prefix}loss": _finite(loss), f"{prefix}accuracy": accuracy}
        return found

    def _values(self, want: Mapping[str, Any]) -> Answer:
        """The numbers of the chosen sample in the next step, or of the step on it alone."""
        row, rows = want.get("sample"), self.course.rows()
        row = int(rows[0]) if row is None else row
        at = np.flatnonzero(rows == row)
        record = self.course.record() if len(at) else self.row(row)
        place = int(at[0]) if len(at) else 0
        arrays: Arrays = {}
        names = [name for column in self.columns for q in column.passes for name in (q, f"d{q}")]
        for name in [*names, "y"]:
            if name in record.results:
                arrays[name] = np.asarray(record.results[name])[place].astype(np.float64)
        if want.get("image") and self.image is not None:
            arrays["image"] = arrays[self.columns[0].a].reshape(self.image)
        output = arrays[self.columns[-1].a][None]
        said = self.model.decisions.decide(output)
        y = arrays["y"][None] if "y" in arrays else None
        right = (
            None
            if y is None or not self.course.data.counts
            else bool(self.model.decisions.right(output, y).all())
        )
        off = {column.a: _off(column, arrays) for column in self.columns[1:-1]}
        header = {
            "row": row, "in_batch": bool(len(at)), "place": place, "x": arrays[self.columns[0].passes[0]].tolist(),
            "label": self.label(row), "said": np.ravel(said).tolist(), "right": right, "off": off,
            "loss": _finite(float(np.ravel(record.results["l"])[place])) if "l" in record.results else None,
            "batch_loss": _finite(record.loss) if "L" in record.results else None,
            "held": row >= len(self.course.data.X),
        }  # fmt: skip
        return {"sample": header}, arrays

    def label(self, row: int) -> Any:
        """What a sample is: the number of its class, or its target."""
        X, y = self.samples.X, self.samples.y
        value = y[row] if row < len(X) else self.samples.held[1][row - len(X)]  # type: ignore[index]
        return np.asarray(value).tolist()

    def _parameters(self, _: Any) -> Answer:
        return {}, {name: array.astype(np.float64) for name, array in self.model.parameters.items()}

    def _forward(self, X: Array, names: list[str]) -> dict[str, Array]:
        """Quantities of a prediction, for many inputs."""
        program = self.model.program(targets=False)
        found: dict[str, Array] = program.run(leaves(self.model, program, X), wanted=names)
        return found

    def _grid(self, fine: int) -> Array:
        """The points of the plane (fine², 2), row by row from the bottom."""
        if not self.samples.plane:
            raise InputError(
                f"there is no plane to draw: the network has {self.model.inputs} inputs, and a plane 2."
            )
        if not (type(fine) is int and 2 <= fine <= FINEST):
            raise InputError(f"a plane of {fine!r} points a side: give a whole number from 2 to {FINEST}.")
        left, right, bottom, top = self.samples.bounds()
        x, y = np.meshgrid(np.linspace(left, right, fine), np.linspace(bottom, top, fine))
        return np.column_stack([x.ravel(), y.ravel()])

    def _plane(self, fine: int) -> Answer:
        names = [column.a for column in self.columns[1:]]
        found = self._forward(self._grid(fine), names)
        return {}, {f"plane:{n}": found[n].T.reshape(-1, fine, fine).astype(np.float32) for n in names}

    def _surface(self, fine: int) -> Answer:
        output = self.outputs(self._grid(fine))
        return {}, {"surface": output.T.reshape(-1, fine, fine).astype(np.float32)}

    def _all(self) -> tuple[Array, Array, Array]:
        """All samples, what the network says to them, and which are held out."""
        X, y = self.samples.all
        held = np.arange(len(X)) >= len(self.samples.X)
        return X, y, held

    def outputs(self, X: Array) -> Array:
        """What the network says, in the unit of the targets."""
        name = self.model.program(targets=False).output
        return self._forward(X, [name])[name]

    def _points(self, _: Any) -> Answer:
        X, y, held = self._all()
        outputs = self.outputs(X)
        classes = self.samples.classes is not None
        said = (
            np.ravel(self.model.decisions.decide(outputs))
            if classes and self.model.answers.of_classes
            else outputs[:, 0]
        )
        if classes and not self.model.answers.of_classes:
            said = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5)
        kind = np.int32 if classes else np.float64
        return {}, {
            "points": X[:, :2].astype(np.float64), "labels": np.ravel(y).astype(kind), "held": held.astype(np.uint8),
            "said": said.astype(kind), "outputs": outputs.astype(np.float64),
        }  # fmt: skip

    def _confusion(self, _: Any) -> Answer:
        """How many samples of each class (rows) the network says to be of each (columns)."""
        if self.samples.classes is None:
            return {}, {}
        X, y = self.samples.held or (self.samples.X, self.samples.y)
        count, outputs = len(self.samples.classes), self.outputs(X)
        limit = self.model.decisions.last_above
        said = outputs.argmax(axis=1) if limit is None else outputs[:, -1] > limit
        table = np.zeros((count, count), np.int32)
        np.add.at(table, (np.ravel(y).astype(int), said.astype(int)), 1)
        return {}, {"confusion": table}

    def _pictures(self, units: Any) -> Answer:
        """The weights of some units of the first layer, each as an image."""
        W = self.model.parameters[self.columns[1].weights]
        if self.image is None:
            return {}, {}
        units = np.arange(min(W.shape[1], 64)) if units is True else np.asarray(units, int)
        if units.size and not (units.min() >= 0 and units.max() < W.shape[1]):
            raise InputError(f"pictures of units {units.tolist()}: there are 0 to {W.shape[1] - 1}.")
        return {}, {"pictures": W[:, units].T.reshape(-1, *self.image).astype(np.float64)}

    def _histograms(self) -> Answer:
        told, arrays = histograms(self._some_record(), self.columns)
        return {"histograms": told}, arrays

    def _some_record(self) -> Record:
        """The step on a few hundred samples, for what is told of units as a whole."""
        return self.course.record(np.arange(min(len(self.course.data.X), 200)))


def _off(column: Column, arrays: Mapping[str, Array]) -> list[int]:
    """The units that give 0 and pass nothing on: their number was another, or their gradient ends in them."""
    a, z = arrays[column.a], arrays[column.z]
    da, dz = arrays.get(f"d{column.a}"), arrays.get(f"d{column.z}")
    ends = np.zeros(a.shape, bool) if da is None or dz is None else (da != 0) & (dz == 0)
    return np.flatnonzero((a == 0) & ((z != 0) | ends)).tolist()


def _finite(value: float) -> float | None:
    """A number that JSON can hold."""
    return value if math.isfinite(value) else None


def _some(array: Array, name: str, units: Mapping[str, Any], columns: list[Column]) -> Array:
    """An array with only the units that are wanted of wide columns."""
    for i, column in enumerate(columns):
        if column.a not in units:
            continue
        chosen = np.asarray(units[column.a], int)
        if chosen.size and not (chosen.min() >= 0 and chosen.max() < column.units):
            raise InputError(f"units {chosen.tolist()} of {column.a}: there are 0 to {column.units - 1}.")
        if name == f"plane:{column.a}" or name in (
            column.bias,
            *(n for q in column.passes for n in (q, f"d{q}")),
        ):
            array = array[chosen]
        elif name == column.weights:
            array = array[:, chosen]
        elif i + 1 < len(columns) and name == columns[i + 1].weights:
            array = array[chosen]
    return array
