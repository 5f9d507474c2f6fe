"""Passes forward through a network: sums of layers, each of which takes what an activation made of the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.check.code.activations import LEAKY, activation_between, leak, outputs
from chainrule.check.code.book import close
from chainrule.check.code.recording import NONE, Recording
from chainrule.check.code.sums import Sum

NEAR = 8  # sums before one in which a layer is looked for whose outputs were switched off at random


@dataclass(frozen=True, eq=False)
class Link:
    """How a layer's input comes from the layer before.

    Parameters
    ----------
    before : its sums
    names : the activations that give it
    ones : where a column of ones was put to it: 0, -1, or None
    mask : what it was multiplied by at random; None where it was not
    """

    before: Sum
    names: tuple[str, ...]
    ones: int | None = None
    mask: Any = None


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of a pass, with its weights and its bias apart; x without a column of ones."""

    sum: Sum
    x: Any
    W: Any
    b: Any
    names: tuple[str, ...] = ()  # of the activation that made x
    mask: Any = None

    @property
    def z(self) -> Any:
        return self.sum.z


@dataclass(frozen=True, eq=False)
class Pass:
    """A pass forward.

    Parameters
    ----------
    layers : from the input to the output
    """

    layers: tuple[Layer, ...]
    key: Any = field(default=None)

    @property
    def start(self) -> int:
        return self.layers[0].sum.start

    @property
    def end(self) -> int:
        return self.layers[-1].sum.end

    @property
    def x(self) -> Any:
        return self.layers[0].x

    @property
    def sizes(self) -> tuple[int, ...]:
        return (self.x.shape[1], *(layer.W.shape[1] for layer in self.layers))


def passes(recording: Recording, found: Sequence[Sum]) -> list[Pass]:
    """All passes forward, of the deepest network that there is, in the order of time."""
    tainted = _tainted(recording, found)
    data = {id(each) for each in found if not any(n in tainted for n in each.inputs)}
    links = _links(recording, found, data)
    followed = {id(link.before) for link in links.values()}
    complete = []
    for last in found:
        if id(last) in followed:
            continue
        chain = list(_back(last, links))[::-1]
        if id(chain[0]) in data:
            complete.append(_pass(chain, links))
    kept = _of_parameters(sorted(complete, key=lambda each: each.end), tainted)
    depth = max((len(each.layers) for each in kept), default=0)
    return [each for each in kept if len(each.layers) == depth]


def _of_parameters(complete: Sequence[Pass], tainted: set[int]) -> list[Pass]:
    """The passes whose weights are none that a layer gave when they are first met: not those of the way back."""
    begun = {
        each.sizes for each in complete
        if not any(n in tainted for layer in each.layers for n in layer.sum.weights) or _bent(each)
    }  # fmt: skip
    return _none_back([each for each in complete if each.sizes in begun])


def _none_back(found: Sequence[Pass]) -> list[Pass]:
    """The passes but those through the weights of another one, turned and in reverse, that came first."""
    kept: list[Pass] = []
    seen: set[Any] = set()
    for each in found:
        ahead = tuple(hash(layer.W.tobytes()) for layer in each.layers)
        back = tuple(hash(layer.W.T.tobytes()) for layer in reversed(each.layers))
        if ahead in seen or back not in seen:
            seen.add(ahead)
            kept.append(each)
    return kept


def _bent(each: Pass) -> bool:
    """Whether an activation that is not linear stands between all layers, as on no way back."""
    names = [layer.names for layer in each.layers[1:]]
    return bool(names) and all(found and "identity" not in found for found in names)


def _back(last: Sum, links: dict[int, Link]) -> Iterator[Sum]:
    while True:
        yield last
        if id(last) not in links:
            return
        last = links[id(last)].before


def _pass(chain: list[Sum], links: dict[int, Link]) -> Pass:
    layers = []
    for each in chain:
        link = links.get(id(each))
        ones = _ones(each) if link is None else link.ones
        x, W, b = each.x, each.W, each.b
        if ones is not None and b is None:
            keep = slice(1, None) if ones == 0 else slice(None, -1)
            x, W, b = x[:, keep], W[keep], W[ones]
        names, mask = ((), None) if link is None else (link.names, link.mask)
        layers.append(Layer(each, x, W, b, names, mask))
    return Pass(tuple(layers))


def _ones(each: Sum) -> int | None:
    """Where the data has a column of ones, for a bias among the weights."""
    if each.b is None and each.x.shape[1] > 1 and len(each.x) > 1:
        for column in (-1, 0):
            if np.all(each.x[:, column] == 1):
                return column
    return None


# --- which layer feeds which ------------------------------------------------------------------------------


def _grid(value: Any, tolerance: float) -> int:
    """The size of an array on a grid so coarse that what is the same has the same number, or the next one."""
    size = float(np.sqrt(np.sum(np.square(value))))
    return round(np.log(size) / (1000 * tolerance)) if size > 0 and np.isfinite(size) else 0


def _links(recording: Recording, found: Sequence[Sum], data: set[int]) -> dict[int, Link]:
    """For each sum that takes what another one gave the link to it."""
    tolerance = recording.tolerance
    links: dict[int, Link] = {}
    given: dict[Any, list[tuple[Sum, Any]]] = defaultdict(list)
    taken = {x.shape for each in found for x, _ in _inputs(each)}
    for number, each in enumerate(found):
        recent = found[max(0, number - NEAR) : number][::-1]
        if id(each) in data:
            link = None
        else:
            link = (
                _link(each, given, tolerance)
                or _leaky(each, recent, tolerance)
                or _masked(each, recent, tolerance)
            )
        if link is not None:
            links[id(each)] = link
        for _, a in outputs(each.z, coupled=False) if each.z.shape in taken else ():
            given[a.shape, _grid(a, tolerance)].append((each, a))
    return links


def _inputs(each: Sum) -> Iterator[tuple[Any, int | None]]:
    """Its input, and without a column of ones."""
    yield each.x, None
    if each.b is None and each.x.shape[1] > 1:
        for column, rest in ((-1, each.x[:, :-1]), (0, each.x[:, 1:])):
            if np.all(each.x[:, column] == 1):
                yield rest, column


def _follows(before: Sum, each: Sum) -> bool:
    """Whether a sum may feed another one: it is earlier, and laid out likewise."""
    return before.end < each.end and (before.columns == each.columns or len(each.x) == 1)


def _link(each: Sum, given: dict[Any, list[tuple[Sum, Any]]], tolerance: float) -> Link | None:
    for x, ones in _inputs(each):
        at = _grid(x, tolerance)
        near = [pair for step in (-1, 0, 1) for pair in given.get((x.shape, at + step), ())]
        before = [s for s, a in near if _follows(s, each) and close(x, a, tolerance)]
        if before:
            last = max(before, key=lambda s: s.end)
            return Link(last, tuple(activation_between(last.z, x, tolerance)), ones)
    return None


def _leaky(each: Sum, before: Sequence[Sum], tolerance: float) -> Link | None:
    for x, ones in _inputs(each):
        for s in before:
            if s.z.shape == x.shape and _follows(s, each) and leak(s.z, x, tolerance) is not None:
                return Link(s, (LEAKY,), ones)
    return None


def _masked(each: Sum, before: Sequence[Sum], tolerance: float) -> Link | None:
    """A layer some of whose outputs were switched off by chance, and the others scaled."""
    for s in before:
        for x, ones in _inputs(each):
            if s.z.shape != x.shape or not _follows(s, each) or x.size < 4:
                continue
            for name, a in outputs(s.z, coupled=False):
                on = x != 0
                if not on.any() or on.all() or not np.all(a[on]):
                    continue
                scale = float(x[on][0] / a[on][0])
                off = (~on) & (a != 0)
                masked = off.any() and scale >= 1 - 1e-9 and (scale > 1.001 or name != "identity")
                if masked and close(x[on], scale * a[on], tolerance):
                    return Link(s, (name,), ones, np.where(on, scale, 0.0))
    return None


def _telling(value: Any) -> bool:
    """Whether numbers are more than zeros and ones, which are met everywhere."""
    return bool(np.any(value != np.round(value)))


def _tainted(recording: Recording, found: Sequence[Sum]) -> set[int]:
    """The values that come out of a layer, or of what came out of one."""
    # Not a number times a number, as weights are drawn and moved.
    sums = [s for s in found if s.x.shape[1] > 1 or np.ndim(recording.values[s.inputs[0]])]
    ends = {each.start for each in sums} | {each.end for each in sums}
    known: set[int] = set()
    tainted: set[int] = set()
    for event in recording.events:
        known.update(n for n in event.operands if n not in tainted)
        bad = event.number in ends or any(n in tainted for n in event.operands)
        sure = event.number in ends and _telling(recording.values[event.result])
        if bad and (sure or event.result not in known) and event.result != NONE:
            tainted.add(event.result)
    return tainted
