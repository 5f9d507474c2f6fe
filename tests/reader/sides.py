"""A side by names gives the quantity, one with numbers gives the result, and the result is the trace's value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from reader.arrays import Arrays
from reader.beside import beside, grid
from reader.errors import Untrue
from reader.evaluate import evaluate
from reader.exact import Decimals
from reader.intervals import Intervals
from reader.known import Known
from reader.printed import half_unit, rounds_to
from reader.tree import Tree, has, leaves


def by_names(so_far: Known, name: str, side: Tree, value: Any, axis: int | None) -> None:
    """A side by names gives the quantity, with the trace's numbers."""
    found = evaluate(side, Arrays(so_far.values, axis, so_far.columns))
    wanted = np.asarray(value, dtype=np.float64)
    if found.size != wanted.size:
        raise Untrue(f"the formula has the shape {found.shape}, the quantity {wanted.shape}")
    if wanted.ndim == 1 and found.shape[1] == 1 and so_far.reading.samples_as == "rows":
        so_far.columns.add(name)
    near = 3e-5 if so_far.single else 1e-9
    if not np.allclose(found.ravel(), wanted.ravel(), rtol=near, atol=near, equal_nan=True):
        raise Untrue(f"the formula gives {found}, the quantity is {wanted}")
    so_far.count.by_names += 1


def result(so_far: Known, name: str, side: Tree, value: Any, index: tuple[int, ...] | None) -> None:
    """The printed result is the trace's own value; by hand, what one comes to with the page's numbers."""
    cells = grid(side)
    if so_far.digits is None:
        for text, kept in beside(cells, np.atleast_2d(value)):
            if not so_far.printed_so(kept, text):
                raise Untrue(f"{text} is printed, the trace has {kept!r}")
            so_far.count.results += 1
        return
    if so_far.outside(name) and index is None:
        for text, kept in beside(cells, np.atleast_2d(value)):
            if not so_far.close(kept, text):
                raise Untrue(f"{text} is given, the trace has {kept!r}")
    if index is not None:
        if name in so_far.shown and so_far.shown[name][index] != Decimal(cells[0][0]):
            raise Untrue(f"{cells[0][0]} is printed, before it was {so_far.shown[name][index]}")
        so_far.count.results += 1
        return
    shape = np.shape(value)
    texts = [text for row in cells for text in row]
    if "…" in texts or "⋮" in texts:
        return
    so_far.shown[name] = np.array([Decimal(text) for text in texts], dtype=object).reshape(shape)
    for text in texts:
        if not so_far.keeps_all(name) and so_far.rounded(Decimal(text)) != Decimal(text):
            raise Untrue(f"{text} has more than {so_far.digits} digits")
        so_far.count.results += 1
    if name in so_far.rules:
        _carried_on(so_far, name)


def _carried_on(so_far: Known, name: str) -> None:
    """By hand: the formula with the page's own numbers gives the printed result."""
    rule = so_far.rules[name]
    known = {n[1]: so_far.of_page(n[1]) for n in leaves(rule, "name")}
    if any(v is None for v in known.values()):
        return
    found = evaluate(rule, Decimals(known, so_far.axes[name], so_far.columns))
    for text, exactly in zip(so_far.shown[name].ravel(), found.ravel(), strict=True):
        so_far.rounded_by_hand(name, exactly, text)
    so_far.count.by_names += 1


def with_numbers(so_far: Known, side: Tree, relation: str, printed: Tree, name: str) -> None:
    """A side with numbers gives the result: exactly after =, within what rounding allows after ≈."""
    if has(side, "dots") or has(printed, "dots"):
        return
    texts = [text for row in grid(printed) for text in row]
    exactly = evaluate(side, Decimals({})).ravel()
    if len(exactly) != len(texts):
        raise Untrue(f"{len(exactly)} numbers come out, {len(texts)} are printed")
    so_far.count.with_numbers += 1
    so_far.count.exact += relation == "="
    so_far.count.near += relation == "≈"
    if so_far.digits is not None:
        same = all(v == Decimal(t) for v, t in zip(exactly, texts, strict=True))
        # e^x and the like are computed to sixteen digits: whether more than that is just so, nobody sees.
        open_to_doubt = all(
            abs(v - Decimal(t)) <= abs(v) * Decimal("1e-15") for v, t in zip(exactly, texts, strict=True)
        )
        if same != (relation == "=") and (same or not open_to_doubt):
            raise Untrue(f"{relation} stands before {texts}; without rounding it is {exactly.tolist()}")
        for v, t in zip(exactly, texts, strict=True):
            so_far.rounded_by_hand(name, v, Decimal(t))
        return
    verdicts = [rounds_to(v, t) for v, t in zip(exactly, texts, strict=True)]
    if relation == "=" and False in verdicts:
        at = verdicts.index(False)
        raise Untrue(f"= {texts[at]}, and the printed numbers give {exactly[at]:.12g}")
    so_far.count.ties += False not in verdicts and None in verdicts
    if relation == "≈" and False not in verdicts and None not in verdicts:
        raise Untrue(f"≈ {texts}, and the printed numbers give just that: it is =")
    noise = 1e-6 if so_far.single else 4e-16
    low, high = evaluate(side, Intervals(so_far.half, so_far.settings, so_far.counts, noise))
    for a, b, t in zip(low.ravel(), high.ravel(), texts, strict=True):
        half = half_unit(t)
        if not a - half <= float(t) <= b + half:
            raise Untrue(f"{relation} {t}, and the rounding of the printed numbers allows {a} to {b}")
