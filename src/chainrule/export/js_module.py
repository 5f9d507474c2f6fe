"""A prediction as one module of JavaScript (ES): constant weights, no dependency."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import Any

import numpy as np

from chainrule.export.about import head, tolerance, trial
from chainrule.export.js_words import FORMS, FUNCTIONS, HELPERS, TAKEN
from chainrule.export.language import Language, Writer, ascii_variables
from chainrule.export.rowwise import Rowwise
from chainrule.export.statements import Syntax, indented, looped, statements
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.training.predicting import decides

WIDTH = 100
HOW = [
    "predict(row) gives the outputs for the inputs of one row, as the network's own predict does.",
    "check() says whether three rows give the outputs of the network that was exported:",
    "node --input-type=module -e 'import {check} from \"./network.mjs\"; process.exit(check() ? 0 : 1)'",
]


def number(value: float, dtype: np.dtype[Any]) -> str:
    """A number in double precision, which all of the language's are; one in float32 is that very number."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return repr(float(np.float32(value) if dtype == np.float32 else value))


def _array_type(dtype: np.dtype[Any]) -> str:
    return "Float32Array" if dtype == np.float32 else "Float64Array"


def _entry(name: str, axes: tuple[str, ...], sizes: tuple[int, ...]) -> str:
    """An entry of an array whose rows stand one after the other."""
    return f"{name}[{f'{axes[0]} * {sizes[1]} + {axes[1]}' if len(axes) == 2 else axes[0]}]"


def _scalar(name: str, value: str, dtype: np.dtype[Any], changes: bool) -> str:
    rounded = f"Math.fround({value})" if dtype == np.float32 and not changes else value
    return f"{'let' if changes else 'const'} {name} = {rounded};"


def _array(name: str, sizes: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    return f"const {name} = new {_array_type(dtype)}({int(np.prod(sizes))});"


JAVASCRIPT = Language(
    name="JavaScript",
    functions=FUNCTIONS,
    forms=FORMS,
    number=number,
    entry=_entry,
)
SYNTAX = Syntax(scalar=_scalar, array=_array, counter="let")


def write_js(network: Model) -> str:
    """The module; see `Network.export`."""
    rows = Rowwise(network)
    write = Writer(JAVASCRIPT, rows, ascii_variables(rows, TAKEN))
    predict = _predict(write)  # first, since it tells which helpers it calls
    arrays = [line for name, array in rows.arrays.items() for line in _constant(write.variables[name], array)]
    names = network.classes
    classes = [f"export const classes = [{', '.join(map(json.dumps, names))}];", ""] if names else []
    helpers = [
        line for name in dict.fromkeys(name for name, _ in write.called) for line in HELPERS.get(name, [])
    ]
    comment = head(network, rows.multiplications, HOW)
    return "\n".join(
        [
            f"/* {comment[0]}", *(f"   {line}".rstrip() for line in comment[1:]), "*/", "", *classes, *arrays, "",
            *helpers, *predict, *(_classify(network) if decides(network) else []), *_check(network), "",
        ]
    )  # fmt: skip


def _predict(write: Writer) -> list[str]:
    rows, network = write.rows, write.rows.network
    data, output = write.variables[rows.data], write.variables[rows.output]
    body = [
        f"if (row.length !== {network.inputs}) {{",
        f'    throw new RangeError("a row has {network.inputs} numbers, not " + row.length);',
        "}",
        f"const {data} = {_array_type(network.input_dtype)}.from(row);",
        _array(output, (network.outputs,), network.dtype),
        *(part for line in rows.lines for part in statements(write, SYNTAX, line)),
        f"return {output};",
    ]
    return ["export function predict(row) {", *indented(body), "}", ""]


def _constant(variable: str, array: Array) -> list[str]:
    if not array.shape:
        return [f"const {variable} = {number(float(array), array.dtype)};"]
    return [f"const {variable} = {_array_type(array.dtype)}.of(", *indented(_numbers(array)), ");"]


def _numbers(array: Array) -> list[str]:
    return wrap(
        ", ".join(number(float(value), array.dtype) for value in array.ravel()), WIDTH, break_on_hyphens=False
    )


def _classify(network: Model) -> list[str]:
    answers, last = network.decisions, network.outputs - 1
    limit = answers.threshold if answers.last_above is None else answers.last_above
    threshold = number(limit, network.dtype)
    if answers.separate and network.outputs > 1:
        body = [f"return Array.from(predict(row), (output) => (output > {threshold} ? 1 : 0));"]
    elif answers.last_above is not None:
        body = [f"return predict(row)[{last}] > {threshold} ? 1 : 0;"]
    else:
        larger = "outputs[j] > outputs[best] || (Number.isNaN(outputs[j]) && !Number.isNaN(outputs[best]))"
        body = [
            "const outputs = predict(row);", "let best = 0;",
            *looped(SYNTAX, [("j", network.outputs)], [f"if ({larger}) {{", "    best = j;", "}"]),
            "return best;",
        ]  # fmt: skip
    return ["export function classify(row) {", *indented(body), "}", ""]


def _check(network: Model) -> list[str]:
    X, outputs = trial(network)
    near = number(tolerance(network), np.dtype(np.float64))
    off = f"Math.abs(found[j] - wanted[i][j]) <= {near} * (1 + Math.abs(wanted[i][j]))"
    body = [
        *_rows("rows", X), *_rows("wanted", outputs),
        *looped(SYNTAX, [("i", len(X))], [
            "const found = predict(rows[i]);",
            *looped(SYNTAX, [("j", network.outputs)], [f"if (!({off})) {{", "    return false;", "}"]),
        ]),
        "return true;",
    ]  # fmt: skip
    return ["export function check() {", *indented(body), "}"]


def _rows(name: str, array: Array) -> list[str]:
    rows = []
    for row in array:
        inner = _numbers(row)
        rows += [f"[{inner[0]}],"] if len(inner) == 1 else ["[", *indented(inner), "],"]
    return [f"const {name} = [", *indented(rows), "];"]
