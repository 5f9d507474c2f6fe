"""A prediction as one file of Python: the program's own lines over NumPy, with the weights inside or beside it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from chainrule.export.about import arrays_read, head, lines_of, tolerance, trial
from chainrule.export.functions import definitions
from chainrule.export.lines import cut
from chainrule.export.literals import shaped
from chainrule.export.reads import DTYPE, RESERVED
from chainrule.export.shapes import Shapes
from chainrule.export.variables import variables
from chainrule.model.model import Model
from chainrule.notation import lines
from chainrule.training.predicting import decides
from chainrule.utils.files import as_path, replacing

OWN = RESERVED | {"CLASSES", "classify", "check", "os", "outputs", "wanted", "weights", "X"}
HOW = [
    "predict(X) gives the outputs (rows, outputs) for X (rows, inputs), as the network's own predict does in NumPy.",
    "Run as a script, the file checks itself, and fails where outputs differ.",
]


def write_numpy(network: Model) -> str:
    """The file; see `Network.export`."""
    return _file(network, None)


def write_beside(network: Model, weights: Any) -> str:
    """The file without the weights, which are written to an `.npz` file of that path; see `Network.export`."""
    path = as_path(weights)
    text, names = _file(network, path.name), _names(network)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # as np.savez does, for any name and without the time
        for name, array in arrays_read(network).items():
            inner = io.BytesIO()
            np.lib.format.write_array(inner, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{names[name]}.npy"), inner.getvalue())
    with replacing(path) as file:
        file.write(buffer.getvalue())
    return text


def _names(network: Model) -> dict[str, str]:
    """The variable of everything that has a name."""
    data, quantities = network.program(targets=False).data, lines_of(network)
    return variables([data, *arrays_read(network), *(line.name for line in quantities)], OWN)


def _file(network: Model, beside: str | None) -> str:
    quantities, names = lines_of(network), _names(network)
    where = "inside" if beside is None else f"in {beside} beside it"
    comment = head(network, Shapes(network, quantities).multiplications, HOW, where)
    blocks = [
        [f"# {line}".rstrip() for line in comment],
        ["", *(["import os", ""] if beside is not None else []), "import numpy as np", ""],
        [f"DTYPE = np.{network.dtype}"],
        _weights(network, names) if beside is None else _loaded(network, names, beside),
    ]
    if network.classes:
        blocks.append([f"CLASSES = [{', '.join(map(ascii, network.classes))}]"])
    blocks += [["", "", *source.splitlines()] for source in definitions(quantities)]
    blocks.append(_predict(network, names))
    if decides(network):
        blocks.append(_classify(network))
    blocks.append(_check(network, _inputs_dtype(network)))
    return "\n".join(line for block in blocks for line in block) + "\n"


def _inputs_dtype(network: Model) -> str:
    return DTYPE if network.input_dtype == network.dtype else "np.float64"


def _weights(network: Model, names: dict[str, str]) -> list[str]:
    return [
        line
        for name, array in arrays_read(network).items()
        for line in shaped(names[name], array, DTYPE if array.dtype == network.dtype else "np.float64")
    ]


def _loaded(network: Model, names: dict[str, str], beside: str) -> list[str]:
    """Lines that read the weights from the file beside this one."""
    path = f"os.path.join(os.path.dirname(os.path.abspath(__file__)), {beside!a})"
    reading = [f"    {names[name]} = weights[{names[name]!a}]" for name in arrays_read(network)]
    return [f"with np.load({path}) as weights:", *(reading or ["    pass"])]


def _predict(network: Model, names: dict[str, str]) -> list[str]:
    program, inputs_dtype = network.program(targets=False), _inputs_dtype(network)
    taken = {*OWN, *names.values()}
    body = []
    for quantity in lines_of(network):
        real = "np.float64" if program.in_double(quantity) else DTYPE
        for line in lines(names[quantity.name], quantity.rule, lambda name: names[name], real, taken):
            body.append(f"        {cut(line, 8)}")
    return [
        "", "", "def predict(X):",
        f'    """The outputs (rows, {network.outputs}) for X (rows, {network.inputs}), or for one row."""',
        f"    {names[program.data]} = np.atleast_2d(np.asarray(X)).astype({inputs_dtype})",
        '    with np.errstate(all="ignore"):', *body, f"    return {names[program.output]}",
    ]  # fmt: skip


def _classify(network: Model) -> list[str]:
    answers, k = network.decisions, network.outputs
    if (limit := answers.last_above) is not None:
        told = "1 for yes and 0 for no, for each row."
        result = f"(outputs[:, {k - 1}] > {limit!r}).astype(np.int64)"
    elif not answers.separate:
        told, result = "The number of the class of each row.", "outputs.argmax(axis=1)"
    else:
        told = "1 for yes and 0 for no, for each output."
        result = f"(outputs > {answers.threshold!r}).astype(np.int64)"
    return [
        "",
        "",
        "def classify(X):",
        f'    """{told}"""',
        "    outputs = predict(X)",
        f"    return {result}",
    ]


def _check(network: Model, inputs_dtype: str) -> list[str]:
    X, outputs = trial(network)
    shown = [*shaped("X", X, inputs_dtype), *shaped("wanted", outputs, DTYPE)]
    near = repr(tolerance(network))
    return [
        "", "", 'if __name__ == "__main__":  # three rows and their outputs', *(f"    {line}" for line in shown),
        f"    if not np.allclose(predict(X), wanted, {near}, {near}):",
        '        raise SystemExit("the outputs are not those of the network that was exported")',
    ]  # fmt: skip
