"""A prediction as one file of C99: constant weights, no memory to ask for, nothing but math.h."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.export.about import head, tolerance, trial
from chainrule.export.c_words import FORMS, FUNCTIONS, HELPERS, TAKEN, string
from chainrule.export.language import Language, Writer, ascii_variables
from chainrule.export.rowwise import Rowwise
from chainrule.export.statements import Syntax, indented, looped, statements
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.training.predicting import decides

WIDTH = 100
TYPES = {"float64": "double", "float32": "float", "bool": "int"}


def c_type(dtype: np.dtype[Any]) -> str:
    """The type of a kind of number."""
    return TYPES.get(dtype.name, "double")


def number(value: float, dtype: np.dtype[Any]) -> str:
    """The shortest decimals that give the same number again."""
    text = str(np.float32(value)) if dtype == np.float32 else repr(float(value))
    if not np.isfinite(value):
        text = "NAN" if np.isnan(value) else "INFINITY" if value > 0 else "-INFINITY"
        return (
            text
            if dtype == np.float32
            else text.replace("INF", "(double) INF").replace("NAN", "(double) NAN")
        )
    return f"{text}f" if dtype == np.float32 else text


def _scalar(name: str, value: str, dtype: np.dtype[Any], changes: bool) -> str:
    return f"{'' if changes else 'const '}{c_type(dtype)} {name} = {value};"


def _array(name: str, sizes: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    return f"{c_type(dtype)} {name}{''.join(f'[{size}]' for size in sizes)};"


def _entry(name: str, axes: tuple[str, ...], sizes: tuple[int, ...]) -> str:
    return name + "".join(f"[{axis}]" for axis in axes)


C = Language(
    name="C",
    functions=FUNCTIONS,
    forms=FORMS,
    number=number,
    entry=_entry,
    suffix=lambda dtype: "f" if dtype == np.float32 else "",
)
SYNTAX = Syntax(scalar=_scalar, array=_array, counter="int")


class _File:
    """The pieces of the file."""

    def __init__(self, network: Model) -> None:
        self.network, self.rows = network, Rowwise(network)
        self.variables = ascii_variables(self.rows, TAKEN)
        self.write = Writer(C, self.rows, self.variables)
        self.real, self.given = c_type(network.dtype), c_type(network.input_dtype)

    def predict(self) -> list[str]:
        """The function with all lines."""
        body = [line for item in self.rows.lines for line in statements(self.write, SYNTAX, item)]
        return [f"{self.predict_head()} {{", *indented(body), "}"]

    def predict_head(self) -> str:
        x, output = self.variables[self.rows.data], self.variables[self.rows.output]
        return (
            f"void network_predict(const {self.given} {x}[{self.network.inputs}], "
            f"{self.real} {output}[{self.network.outputs}])"
        )

    def arrays(self) -> list[str]:
        """The weights."""
        found = []
        for name, array in self.rows.arrays.items():
            found += constant(self.variables[name], array)
        return found

    def helpers(self) -> list[str]:
        """The functions that math.h lacks, as far as the lines call them."""
        found = []
        for name, dtype in dict.fromkeys(self.write.called):
            if name in HELPERS:
                suffix, kind = C.suffix(dtype), c_type(dtype)
                found += [line.replace("REAL", kind).replace("$", suffix) for line in HELPERS[name]]
        return found


def constant(variable: str, array: Array) -> list[str]:
    """An array of numbers that never change."""
    head = f"static const {c_type(array.dtype)} {variable}{''.join(f'[{size}]' for size in array.shape)} = "
    if not array.shape:
        return [f"{head}{number(float(array), array.dtype)};"]
    return [f"{head}{{", *indented(_filled(array)), "};"]


def _filled(array: Array) -> list[str]:
    if array.ndim > 1:
        found = []
        for row in array:
            inner = _filled(row)
            short = len(inner) == 1 and len(inner[0]) < WIDTH
            found += [f"{{{inner[0].rstrip(',')}}},"] if short else ["{", *indented(inner), "},"]
        return found
    lines, line = [], ""
    for value in array.tolist() if array.dtype == np.float64 else array:
        text = f"{number(value, array.dtype)}, "
        if len(line) + len(text) > WIDTH:
            lines.append(line.rstrip())
            line = ""
        line += text
    return [*lines, line.rstrip()]


def _classify(file: _File) -> list[str]:
    """What the outputs say."""
    network, answers = file.network, file.network.decisions
    k, outputs = network.outputs, f"{file.real} outputs[{network.outputs}];"
    call = "network_predict(row, outputs);"
    given = f"const {file.given} row[{network.inputs}]"
    limit = answers.threshold if answers.last_above is None else answers.last_above
    threshold = number(limit, network.dtype)
    if answers.separate and k > 1:
        body = [outputs, call, *looped(SYNTAX, [("j", k)], [f"said[j] = outputs[j] > {threshold};"])]
        return [f"void network_classify({given}, int said[{k}]) {{", *indented(body), "}"]
    if answers.last_above is not None:
        body = [outputs, call, f"return outputs[{k - 1}] > {threshold};"]
    else:
        larger = "outputs[j] > outputs[best] || (outputs[j] != outputs[j] && outputs[best] == outputs[best])"
        choose = [f"if ({larger}) {{", "    best = j;", "}"]
        body = [outputs, "int best = 0;", call, *looped(SYNTAX, [("j", k)], choose), "return best;"]
    return [f"int network_classify({given}) {{", *indented(body), "}"]


def _labels(network: Model) -> list[str]:
    names = network.classes
    if not names:
        return []
    for name in names:
        if "\0" in name or len(name.encode()) > 4000:
            raise InputError(
                f"the class {name[:40]!r} can't be a string in C: it holds a zero character or more than 4,000 bytes. "
                "Set net.classes to shorter names."
            )
    lines = [f"    {string(name)}," for name in names]
    return ["", f"extern const char *const network_classes[{len(names)}];",
            f"const char *const network_classes[{len(names)}] = {{", *lines, "};"]  # fmt: skip


def _self_test(file: _File) -> list[str]:
    X, outputs = trial(file.network)
    k = file.network.outputs
    near = number(tolerance(file.network), outputs.dtype)
    absolute = f"fabs{C.suffix(outputs.dtype)}"
    inner = [
        f"const {file.real} off = {absolute}(found[j] - wanted[i][j]);",
        f"if (!(off <= {near} * (1 + {absolute}(wanted[i][j])))) {{",
        "    return 1;",
        "}",
    ]
    body = [
        *constant("rows", X), *constant("wanted", outputs),
        *looped(SYNTAX, [("i", len(X))], [f"{file.real} found[{k}];", "network_predict(rows[i], found);",
                                 *looped(SYNTAX, [("j", k)], inner)]),
        "return 0;",
    ]  # fmt: skip
    return ["#ifdef NETWORK_SELF_TEST", "int main(void) {", *indented(body), "}", "#endif"]


def write_c(network: Model) -> str:
    """The file; see `Network.export`."""
    file = _File(network)
    predict = file.predict()  # first, since it tells which helpers it calls
    how = [f"{file.predict_head()};"]
    classify = _classify(file) if decides(network) else []
    how += [f"{classify[0].removesuffix(' {')};"] if classify else []
    how += [f"extern const char *const network_classes[{len(network.classes)}];"] if network.classes else []
    how += ["", "The check, which returns 1 where outputs differ:",
            "cc -std=c99 -DNETWORK_SELF_TEST network.c -lm && ./a.out"]  # fmt: skip
    prototypes = [f"{part[0].removesuffix(' {')};" for part in (predict, classify) if part]
    comment = head(network, file.rows.multiplications, how)
    return "\n".join(
        [
            f"/* {comment[0]}", *(f"   {line}".rstrip() for line in comment[1:]), "*/", "", "#include <math.h>", "",
            *prototypes, *_labels(network), "", *file.arrays(), "", *file.helpers(), "", *predict,
            *(["", *classify] if classify else []), "", *_self_test(file), "",
        ]
    )  # fmt: skip
