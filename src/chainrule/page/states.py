"""A page's state as a file: settings, samples, weights, and the marks from which every step can be had again."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, FileError
from chainrule.files.document import build, describe
from chainrule.model.model import Model
from chainrule.page.course import Course
from chainrule.page.curve import Curve
from chainrule.page.samples import Samples
from chainrule.page.settings import DEFAULT, merged, model_of, optimizer_of
from chainrule.page.stretches import Mark, Stretch
from chainrule.page.worlds import World, data_of, held_of
from chainrule.parts.contract import Array
from chainrule.training.snapshot import Snapshot

FORMAT = 2
MOST_BYTES = 64_000_000  # of a state that is opened
MARK_BYTES = 6_000_000  # of the marks that are kept in a file
KEPT = 64  # marks of a stretch, at most


def written(world: World) -> bytes:
    """A page's state.

    Raises
    ------
    LanguageError, KindError : for a network with parts of one's own, which no file can hold
    """
    course, arrays = world.course, dict[str, Array]()
    versions: list[Samples] = []
    meta: dict[str, Any] = {
        "format": FORMAT, "settings": world.settings, "step": course.step, "newest": course.newest,
        "curve": {"points": course.curve.points, "stride": course.curve.stride}, "stretches": [], "samples": [],
    }  # fmt: skip
    if world.settings["network"]["given"]:
        meta["network"], parameters = describe(course.model)
        arrays |= {f"network/{name}": array for name, array in parameters.items()}
    for i, stretch in enumerate(course.stretches):
        samples = world.versions[id(stretch.data)]
        if samples not in versions:
            versions.append(samples)
        numbers, marks = _marks(stretch, len(course.stretches))
        arrays[f"marks/{i}"] = numbers
        meta["stretches"].append(
            {
                "start": stretch.start, "epoch": stretch.epoch, "batch": stretch.batch,
                "numbers": dict(stretch.numbers),
                "compiled": stretch.compiled, "by_hand": stretch.by_hand, "spacing": stretch.spacing,
                "samples": versions.index(samples), "marks": marks,
            }
        )  # fmt: skip
    for i, samples in enumerate(versions):
        held = samples.held or (np.empty((0, samples.X.shape[1])), np.empty(0))
        for name, array in {"X": samples.X, "y": samples.y, "held_X": held[0], "held_y": held[1]}.items():
            arrays[f"samples/{i}/{name}"] = array
        meta["samples"].append(
            {"features": samples.features, "classes": samples.classes, "title": samples.title}
        )
    arrays["now"], meta["now"] = _content(course.made_mark())
    file = io.BytesIO()
    text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez_compressed(file, allow_pickle=False, meta=text, **arrays)
    return file.getvalue()


def _content(mark: Mark) -> tuple[Array, dict[str, Any]]:
    numbers, rest = mark.snapshot.content()
    return numbers, {**rest, "order": mark.order, "loss": mark.loss, "right": mark.right}


def _marks(stretch: Stretch, stretches: int) -> tuple[Array, list[dict[str, Any]]]:
    """Some of a stretch's marks, its first one always: their numbers as rows, and the rest of each."""
    steps = sorted(stretch.marks)
    size = len(stretch.marks[steps[0]].snapshot.content()[0]) * 8
    most = max(1, min(KEPT, MARK_BYTES // (size * stretches)))
    every = -(-len(steps) // most)
    contents = [(step, *_content(stretch.marks[step])) for step in steps[::every]]
    return np.array([numbers for _, numbers, _ in contents]), [
        {"step": step, **rest} for step, _, rest in contents
    ]


def read(data: bytes) -> World:
    """The state that a file holds; nothing in it is run.

    Raises
    ------
    FileError : for a file that is none, is damaged, or does not fit itself
    """
    if len(data) > MOST_BYTES:
        raise FileError(f"the state has {len(data):,} bytes, and a page opens {MOST_BYTES:,} at most.")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        meta = json.loads(arrays.pop("meta").tobytes())
        if meta["format"] != FORMAT:
            way = "update chainrule" if meta["format"] > FORMAT else "open it with the version that wrote it"
            raise FileError(f"its format is {meta['format']}, and this version opens {FORMAT}: {way}.")
        return _world(meta, arrays)
    except ChainruleError as error:
        raise FileError(f"the state can't be opened: {error}") from None
    except Exception as error:  # whatever the readers of damaged files raise
        raise FileError("the state can't be opened: it is damaged, or no state that a page wrote.") from error


def _world(meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> World:
    settings = merged(DEFAULT, meta["settings"])
    versions = [_samples(told, arrays, i) for i, told in enumerate(meta["samples"])]
    first = versions[meta["stretches"][0]["samples"]]
    if "network" in meta:
        parts = {
            name.removeprefix("network/"): a for name, a in arrays.items() if name.startswith("network/")
        }
        model = build(Model, meta["network"], parts)
    else:
        model = model_of(settings, first)
    optimizer = optimizer_of(settings)
    course = Course(model, optimizer, data_of(model, first, settings), held_of(model, first))
    world = World(settings, first, course)
    stretches = []
    batches = {0: course.data}
    for i, told in enumerate(meta["stretches"]):
        at = told["samples"]
        if at not in batches:
            batches[at] = data_of(model, versions[at], settings, course.data)
        world.versions[id(batches[at])] = versions[at]
        stretch = Stretch(
            told["start"], told["epoch"], told["batch"], batches[at], held_of(model, versions[at]), told["numbers"],
            told["compiled"], told["by_hand"], spacing=told["spacing"],
        )  # fmt: skip
        for numbers, rest in zip(arrays[f"marks/{i}"], told["marks"], strict=True):
            stretch.marks[rest["step"]] = _mark(course, numbers, rest)
        stretches.append(stretch)
    curve = Curve()
    curve.points, curve.stride = (
        [tuple(point) for point in meta["curve"]["points"]],
        int(meta["curve"]["stride"]),
    )
    course.resume(stretches, curve, meta["step"], meta["newest"], _mark(course, arrays["now"], meta["now"]))
    world.samples = world.versions[id(course.data)]
    return world


def _mark(course: Course, numbers: Array, rest: Mapping[str, Any]) -> Mark:
    snapshot = Snapshot(course.model, course.optimizer, course.data.streams)
    snapshot.fill(numbers, rest)
    return Mark(snapshot, rest["order"], float(rest["loss"]), int(rest["right"]))


def _samples(told: Mapping[str, Any], arrays: Mapping[str, Array], i: int) -> Samples:
    X, y, held_X, held_y = (arrays[f"samples/{i}/{name}"] for name in ("X", "y", "held_X", "held_y"))
    classes = None if told["classes"] is None else tuple(map(str, told["classes"]))
    held = (held_X, held_y.astype(y.dtype)) if len(held_X) else None
    return Samples(X, y, held, tuple(map(str, told["features"])), classes, str(told["title"]))
