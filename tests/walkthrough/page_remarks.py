"""The sentences of a page against its trace: what is right, what is held, what signs mean."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from page_heading import put_in

import chainrule as cr
import reader
from reader import Reading, Unreadable, Untrue

SIGNS = {
    "Rows are samples and columns units, counted from 0", "· is the product of matrices", "⊙ multiplies entry by entry",
    "ᵀ turns rows into columns", "Σ adds up", "1{…} is 1 where … holds, otherwise 0", "log is the natural logarithm",
    "δ_ij is 1 where i = j, otherwise 0", "/, powers, roots and functions work entry by entry",
    "a row or a column is repeated to fit a matrix", "After numbers, =: they give the printed result",
}  # fmt: skip


def check_remarks(
    remarks: list[str], trace: cr.Trace, reading: Reading, printed_so: Callable[[Any, str], bool]
) -> None:
    """All sentences of a page; `printed_so` tells whether a number is printed so."""
    number = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
    after = trace.after()
    for remark in remarks:
        if match := re.fullmatch(
            r"(\d+) of (\d+) samples (?:has|have) the right class(?:; samples? ([\d, ]+)(?:, …)? (?:is|are) wrong)?"
            r"(?:; samples? ([\d, ]+)(?:, …)? (?:is|are) decided by rounding)?",
            remark,
        ):
            y, a = trace["y"], trace[trace.program.activation]
            limit = trace.network.answers.threshold
            right = a.argmax(1) == y.argmax(1) if y.shape[1] > 1 else (a[:, 0] > limit) == (y[:, 0] > 0.5)
            wrong = [int(i) for i in (match[3] or "").replace(",", " ").split()]
            if (int(match[1]), int(match[2])) != (right.sum(), len(right)):
                raise Untrue(remark)
            if wrong != np.flatnonzero(~right).tolist()[: len(wrong)]:
                raise Untrue(remark)
            top = np.sort(np.concatenate([a, 0 * a[:, :1] + limit], axis=1) if a.shape[1] == 1 else a, axis=1)
            for i in [int(i) for i in (match[4] or "").replace(",", " ").split()]:
                if not 0 < top[i, -1] - top[i, -2] < 1e-13:
                    raise Untrue(remark)
        elif match := re.fullmatch(
            r"(\d+) of (\d+) labels (?:is|are) right(?:; labels? ((?:y\[\d+, \d+\](?:, )?)+)(?:…)? (?:is|are) wrong)?",
            remark,
        ):
            right = (trace[trace.program.activation] > trace.network.answers.threshold) == (trace["y"] > 0.5)
            labels = [(int(i), int(j)) for i, j in re.findall(r"y\[(\d+), (\d+)\]", match[3] or "")]
            if (int(match[1]), int(match[2])) != (right.sum(), right.size):
                raise Untrue(remark)
            if labels != [tuple(at) for at in np.argwhere(~right).tolist()][: len(labels)]:
                raise Untrue(remark)
        elif match := re.fullmatch(
            rf"The same (?:sample|(\d+) samples)(?:, with the same (?P<drawn>[\w, ]+),)? now gives? L = ({number}) "
            rf"\(was ({number})\)(, counted exactly)?(?:, both with (.*))?\.",
            remark,
        ):
            assert after is not None
            drawn = [name for name, kind in trace.program.leaves.items() if kind == "noise"]
            if (match["drawn"] or "") != ", ".join(drawn) or any((after[n] != trace[n]).any() for n in drawn):
                raise Untrue(remark)
            if (match[6] or "") != put_in(after.replaced):
                raise Untrue(remark)
            pairs = [(match[3], after.loss), (match[4], trace.loss)]
            if not all(printed_so(value, text) for text, value in pairs):
                raise Untrue(remark)
            if int(match[1] or 1) != trace.samples or bool(match[5]) != (reading.digits is not None):
                raise Untrue(remark)
        elif match := re.fullmatch(
            rf"The right class, (\d+), gets (\w+)\[0, (\d+)\] = ({number}) \(was ({number})\)\.", remark
        ):
            assert after is not None
            name, place = match[2], (0, int(match[3]))
            if name != trace.program.activation or not int(match[1]) == place[1] == trace["y"][0].argmax():
                raise Untrue(remark)
            pairs = [(match[4], after[name][place]), (match[5], trace[name][place])]
            if not all(printed_so(value, text) for text, value in pairs):
                raise Untrue(remark)
        elif match := re.fullmatch(
            rf"(\w+(?:\[[\d, ]+\])?) is held at ({number}): no gradient passes through its rule\.", remark
        ):
            if match[1] not in trace.held or not printed_so(trace.held[match[1]], match[2]):
                raise Untrue(remark)
        elif match := re.fullmatch(r"(.+) (?:is|are) (\S+) everywhere\.", remark):
            for name in names_in(remark):
                if not np.all(_told_as(trace, name) == float(match[2])):
                    raise Untrue(remark)
        elif re.match(
            r"Rows are samples and columns units|/, powers|After numbers, =: |. (is|stands|multiplies|adds)|1\{|log is",
            remark,
        ):
            _signs(remark, trace, reading)
        elif match := re.fullmatch(r"frozen, so it stays put: (.+)", remark):
            if match[1].split(", ") != [n for n in trace.network.parameters if f"{n}_new" not in trace]:
                raise Untrue(remark)
        elif pairs := same_in(remark):
            if not all(
                np.array_equal(_told_as(trace, name), _told_as(trace, other)) for name, other in pairs
            ):
                raise Untrue(remark)
        elif match := re.fullmatch(r"In the table(?:, row (\d+))?: (.+)\.", remark):
            if (match[1] is None) != (len(trace["x_raw"]) == 1):
                raise Untrue(remark)
            if match[2].split("; ") != _cells(trace, int(match[1] or 0)):
                raise Untrue(remark)
        elif match := re.fullmatch(r"The columns of x: (.+)\.", remark):
            if len(match[1].split("; ")) != trace["x"].shape[1]:
                raise Untrue(remark)
        elif remark == "This is the prediction, in the unit of the targets as they come.":
            if trace.network.scale_target is None or "yhat" not in trace:
                raise Untrue(remark)
        elif remark == "The loss is that of the scaled target, whose unit is y_scale.":
            restored = trace["y"] * trace["y_scale"] + trace["y_center"]
            if trace.network.scale_target is None or not np.allclose(
                restored[trace.free("y")], trace["y_raw"][trace.free("y")], rtol=1e-6
            ):
                raise Untrue(remark)
        elif remark.startswith("It takes no single steps to show: ") and trace.minimizer is not None:
            continue
        else:
            raise Unreadable(remark)


def _cells(trace: cr.Trace, row: int) -> list[str]:
    """How a row stood in the table, by what the layer of its columns was made with."""
    (told,) = trace.network.layers[0].settings().values()
    cells = []
    for (name, kind, values, *_), number in zip(told, trace["x_raw"][row].tolist(), strict=True):
        if math.isnan(number):
            cell = "missing"
        elif values:
            cell = values[int(number)] if number < len(values) else "another value"
        elif kind == "date":
            moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(days=number)
            cell = f"{moment:%Y-%m-%d}" if number % 1 == 0 else f"{moment:%Y-%m-%d %H:%M:%S}"
        else:
            cell = f"{number:g}"
        cells.append(f"{name} {cell}")
    return cells


def _signs(remark: str, trace: cr.Trace, reading: Reading) -> None:
    """The sentences about signs are those that are so, with what is counted."""
    counted = {
        "m": ("samples", trace.samples),
        "k": ("outputs", trace.network.outputs),
        "t": ("steps", trace.step_number),
    }
    near = (
        "more digits than are printed were counted with"
        if reading.digits is None
        else "the result is rounded"
    )
    for said in re.split(r"; |, (?=[mkt] counts)", remark.removesuffix(".")):
        letter = said.split(" ")[0]
        what, number = counted.get(letter, ("", 0))
        if said not in {*SIGNS, f"≈: {near}"} and said != f"{letter} counts the {what}: {number}":
            raise Untrue(said)


def _told_as(trace: cr.Trace, plain: str) -> Any:
    """The value of what is told by a name, in plain letters."""
    return next(value for name, value in trace.items() if reader.plain_name(name) == plain)


def same_in(remark: str) -> list[tuple[str, str]]:
    """The names of which a sentence says that they are the same: ``Likewise b1_new = b1_fast.``"""
    said = re.fullmatch(r"(?:Likewise|Nothing is clipped:) (.*)\.", remark)
    pairs = [pair.partition(" = ") for pair in said[1].split(", ")] if said else []
    return [(reader.plain_name(name), reader.plain_name(other)) for name, _, other in pairs]


def names_in(remark: str) -> list[str]:
    """The names that a sentence tells something of: ``mW1, vW1 are 0 everywhere.``"""
    return [reader.plain_name(name) for name in re.split(r", ", re.split(r" (?:is|are) ", remark)[0])]
