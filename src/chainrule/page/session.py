"""One visit of the page: messages come in, answers go out, whatever carries them; see docs/page.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, InputError, KindError, UnknownName
from chainrule.model.model import reads_tables
from chainrule.model.record import Record
from chainrule.notation import numeral
from chainrule.page.address import Address, written
from chainrule.page.exports import file
from chainrule.page.lines import Lines
from chainrule.page.messages import check, number, text, whole
from chainrule.page.picture import Picture
from chainrule.page.questions import derived, marked, supposed
from chainrule.page.reading import settings_of
from chainrule.page.samples import of_arrays
from chainrule.page.settings import DEFAULT, SettingError, Settings, merged
from chainrule.page.shown import checked
from chainrule.page.states import read
from chainrule.page.worlds import Given, World, make
from chainrule.parts.contract import Array
from chainrule.utils import checks

Buffers = Sequence[Any]
Answer = tuple[dict[str, Any], dict[str, Array]]
MOST_SECONDS = 1.0  # of one `advance`
MOST_STEPS = 1_000_000
DTYPES = {"float64": "f8", "float32": "f4", "int32": "i4", "uint8": "u1"}


class Session:
    """One visit of the page: a network in training, and the questions about it.

    `handle` takes a message and gives the answer; it never raises for what a message asks.

    Parameters
    ----------
    given : what the page is opened on; the worked example unless given
    settings : what differs from the usual settings
    """

    def __init__(self, given: Given | None = None, settings: Mapping[str, Any] | None = None) -> None:
        self.given = given or Given()
        self.start: Settings = merged(DEFAULT, settings or {})
        self.world: World = make(self.start, self.given, None)
        self._does: dict[str, Callable[[Mapping[str, Any], Buffers], Answer]] = {
            "open": self._open, "change": self._change, "view": self._view, "advance": self._advance,
            "seek": self._seek, "edit": self._edit, "lines": self._lines, "line": self._line, "why": self._why,
            "what_if": self._what_if, "mark": self._mark, "compare": self._compare, "draw": self._draw,
            "address": self._address, "export": self._export,
        }  # fmt: skip
        self._renew()

    def handle(self, message: Mapping[str, Any], buffers: Buffers = ()) -> tuple[dict[str, Any], list[Any]]:
        """The answer to a message: a header, and the buffers that it names."""
        asked = message.get("id") if isinstance(message, Mapping) else None
        try:
            check(message)
            does = self._does.get(str(message.get("do")))
            if does is None:
                raise UnknownName("request", str(message.get("do")), list(self._does))
            self._notice_changes()
            header, arrays = does(message, buffers)
            self._seen = self.world.course.model.parameters.flat.copy()
        except SettingError as error:
            return {"id": asked, "error": {"text": str(error), "field": error.field}}, []
        except ChainruleError as error:
            return {"id": asked, "error": {"text": str(error), "field": None}}, []
        except Exception as error:  # a fault of ours: the page says so, and goes on
            said = f"this went wrong inside chainrule, please report it: {type(error).__name__}: {error}"
            return {"id": asked, "error": {"text": said, "field": None}}, []
        named = [
            {"name": name, "dtype": DTYPES[array.dtype.name], "shape": list(array.shape)}
            for name, array in arrays.items()
        ]
        return {"id": asked, **header, "arrays": named}, [
            np.ascontiguousarray(array).data for array in arrays.values()
        ]

    # --- what it is about -------------------------------------------------------------------------------

    def _renew(self) -> None:
        self.picture = Picture(self.world.course, self.world.samples, self.world.image)
        self._told: tuple[Any, Lines] | None = None
        self._seen = self.world.course.model.parameters.flat.copy()

    def _notice_changes(self) -> None:
        """Where others have changed the network since, as in a notebook, the page goes on from there."""
        flat = self.world.course.model.parameters.flat
        if not np.array_equal(flat, self._seen, equal_nan=True):
            self.world.course.change(parameters={})
            self._told = None

    def _begin(self, world: World, want: Any) -> Answer:
        self.world = world
        self._renew()
        header, arrays = self._shown(self.picture.possible(want))
        return {"world": world.header(), **header}, arrays

    def _open(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        """A fresh start: by settings, by what stood in an address, or by a saved state."""
        if message.get("resume") is True:  # a page that was loaded anew: all is as it left it
            header, arrays = self._shown(message.get("want"))
            shown = checked(_address(message).shown, self._lines_of({}), len(self.world.samples.all[0]))
            return {"world": self.world.header(), **header, "shown": shown}, arrays
        if message.get("state"):
            if not buffers:
                raise InputError("there is no state: send its file along.")
            return self._begin(read(bytes(buffers[0])), message.get("want"))
        if not message.get("address"):
            settings = merged(self.start, message.get("settings") or {})
            return self._begin(make(settings, self.given, None), message.get("want"))
        return self._visit(_address(message), message.get("want"))

    def _visit(self, address: Address, want: Any) -> Answer:
        """Where an address leads; the page goes there only when all of it fits."""
        base = DEFAULT if address.settings["data"] or address.settings["network"] else self.start
        if base["network"]["given"] and address.moves:
            raise InputError(
                "the address leads to a training, and this page was opened on a network of your own, which it would "
                "change: say in it what data it is for, such as data=worked."
            )
        world = make(merged(base, address.settings), self.given, None)
        address.apply(world)
        lines = Lines(world.course.record())
        shown = checked(address.shown, lines, len(world.samples.all[0]))
        header, arrays = self._begin(world, {**(want or {}), "sample": shown.get("sample")})
        self._told = (None, lines)
        return {**header, "shown": shown}, arrays

    def _change(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        table = bytes(buffers[0]) if buffers else self.world.table
        settings = merged(self.world.settings, message.get("settings"))
        return self._begin(make(settings, self.given, table), message.get("want"))

    def _shown(self, want: Any, hurry: bool = False) -> Answer:
        header, arrays = self.picture.of(want or {}, hurry)
        return {"view": header}, arrays

    # --- the training -----------------------------------------------------------------------------------

    def _view(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        return self._shown(message.get("want"))

    def _advance(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        by, count = message.get("by"), number(message, "count", 1)
        course = self.world.course
        if by == "seconds":
            course.advance(MOST_STEPS, min(count, MOST_SECONDS))
        elif by == "batch":
            course.advance(min(int(count), MOST_STEPS), 10 * MOST_SECONDS)
        elif by == "epoch":
            left = int(count) * course.data.per_epoch - course.epoch[1]
            course.advance(min(left, MOST_STEPS), 10 * MOST_SECONDS)
        else:
            raise UnknownName("way to advance", str(by), ["batch", "epoch", "seconds"])
        self._told = None
        return self._shown(message.get("want"), hurry=by == "seconds")

    def _seek(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        self.world.course.seek(whole(message, "step"))
        self._told = None
        return self._shown(message.get("want"))

    def _edit(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        if points := message.get("points"):
            self.world.change_points(points)
            self.picture = Picture(self.world.course, self.world.samples, self.world.image)
        numbers, entries = message.get("numbers"), message.get("parameters")
        if numbers or entries:
            self.world.course.change(numbers=numbers, parameters=self._changed(entries or {}))
        self._told = None
        return self._shown(message.get("want"))

    def _changed(self, entries: Mapping[str, Any]) -> dict[str, Array]:
        """Whole parameters from changes of single entries."""
        record = self._record({})
        found: dict[str, Array] = {}
        for asked, value in entries.items():
            name, index = record.locate(asked)
            parameters = self.world.course.model.parameters
            if name not in parameters:
                raise UnknownName("parameter", name, list(parameters))
            if isinstance(value, bool) or not isinstance(value, int | float) or not checks.is_finite(value):
                raise InputError(f"{asked} = {value!r} is no number: give one such as 0.5.")
            array = found.setdefault(name, parameters[name].copy())
            array[... if index is None else index] = value
        return found

    # --- the questions ----------------------------------------------------------------------------------

    def _record(self, message: Mapping[str, Any]) -> Record:
        """The step that a question is about: the next one, or that on one row alone."""
        if message.get("row") is not None:
            return self.picture.row(whole(message, "row"))
        return self._lines_of({}).record

    def _lines_of(self, message: Mapping[str, Any]) -> Lines:
        row = message.get("row")
        if row is not None:
            return Lines(self.picture.row(whole(message, "row")))
        if self._told is None:
            self._told = (None, Lines(self.world.course.record()))
        return self._told[1]

    def _lines(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        return {"lines": self._lines_of(message).listing()}, {}

    def _line(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        return {"line": self._lines_of(message).line(text(message, "name"))}, {}

    def _why(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        depth = min(int(number(message, "depth", 1)), 6)
        told, arrays = derived(self._record(message), text(message, "entry"), depth)
        return {"why": told}, arrays

    def _what_if(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        changes = message.get("changes")
        if not isinstance(changes, Mapping) or not changes:
            raise KindError('what if what? Give changes, such as {"a1[0, 1]": 0}.')
        return {"what_if": supposed(self._record(message), changes)}, {}

    def _mark(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        return {"mark": marked(self._record(message), text(message, "entry"), text(message, "answer"))}, {}

    def _compare(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        """An earlier step beside now: the parameters and the losses."""
        course, now = self.world.course, self.world.course.step
        after, header = _copies(course.model.parameters), self.picture.of({})[0]
        course.seek(whole(message, "step"))
        try:
            before, then = _copies(course.model.parameters), self.picture.of({})[0]
        finally:
            course.seek(now)
        arrays = {f"then:{name}": array for name, array in before.items()}
        arrays |= {f"now:{name}": array for name, array in after.items()}
        return {"compare": {"then": then, "now": header}}, arrays

    def _draw(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        """What the network says to an input that was drawn."""
        model = self.world.course.model
        if not buffers or len(buffers[0]) != 4 * model.inputs:
            raise InputError(f"a drawing has {model.inputs} pixels, as float32.")
        x = np.frombuffer(buffers[0], "<f4").astype(np.float64)[None]
        if not np.isfinite(x).all():
            raise InputError("a drawing has finite pixels.")
        outputs = self.picture.outputs(x)
        said = np.ravel(model.decisions.decide(outputs)).tolist()
        told = {"said": said, "text": [numeral(value) for value in outputs[0]]}
        return {"draw": told}, {"probabilities": outputs[0].astype(np.float64)}

    # --- to keep ----------------------------------------------------------------------------------------

    def _address(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        return {"address": written(self.world, message.get("shown") or {})}, {}

    def _export(self, message: Mapping[str, Any], buffers: Buffers) -> Answer:
        """A file of what there is, as a buffer of its bytes."""
        name, kind, content = file(self.world, self._lines_of({}), text(message, "kind"))
        return {"file": {"name": name, "type": kind}}, {"file": np.frombuffer(content, np.uint8)}


def session(
    model: Any,
    X: Any,
    y: Any,
    *,
    held: Any = None,
    classes: Any = None,
    features: Any = None,
    title: str = "",
    settings: Mapping[str, Any] | None = None,
) -> Session:
    """A visit on samples of one's own and, unless it is None, a network of one's own, which is then changed in place.

    Parameters
    ----------
    model : the network, or None for a fresh one by the settings
    X, y : to train with
    held : (X, y) of those held out, or None
    classes, features : their names; of a network's own unless given
    title : what the samples are called; their number unless given
    settings : what differs from the usual settings
    """
    wanted: dict[str, Any] = {**(settings or {}), "data": {"name": "given"}}
    if model is not None and reads_tables(model):
        raise InputError(
            "the page shows samples that are numbers, and this network reads the columns of a table: explain, why "
            "and check tell its steps."
        )
    if model is not None:
        classes, features = classes or model.classes, features or model.features
        if classes is None and model.answers.of_classes:
            classes = [str(i) for i in range(max(model.outputs, 2))]
        wanted["network"] = settings_of(model)
    else:
        wanted["network"] = {"initializer": "glorot", **wanted.get("network", {})}
    samples = of_arrays(X, y, held, features, classes, title or f"{len(X):,} samples")
    return Session(Given(samples, model), wanted)


def _address(message: Mapping[str, Any]) -> Address:
    return Address(text(message, "address", 40_000) if message.get("address") else "")


def _copies(parameters: Mapping[str, Array]) -> dict[str, Array]:
    return {name: array.astype(np.float64) for name, array in parameters.items()}
