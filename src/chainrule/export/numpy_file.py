"""A prediction as one file of Python: the program's own lines over NumPy, with the weights inside."""

from __future__ import annotations

from chainrule.export.about import arrays_read, decides, head, lines_of, tolerance, trial
from chainrule.export.functions import definitions
from chainrule.export.lines import cut
from chainrule.export.literals import shaped
from chainrule.export.reads import DTYPE, RESERVED
from chainrule.export.shapes import Shapes
from chainrule.export.variables import variables
from chainrule.model.model import Model
from chainrule.notation import code

OWN = RESERVED | {"CLASSES", "classify", "check", "outputs", "wanted", "X"}
HOW = [
    "predict(X) gives the outputs (rows, outputs) for X (rows, inputs), as the network's own predict does in NumPy.",
    "Run as a script, the file checks itself, and fails where outputs differ.",
]


def write_numpy(network: Model) -> str:
    """The file; see `Network.export`."""
    lines, program = lines_of(network), network.program(targets=False)
    names = variables([program.data, *arrays_read(network), *(line.name for line in lines)], OWN)
    inputs_dtype = DTYPE if network.input_dtype == network.dtype else "np.float64"
    comment = head(network, Shapes(network, lines).multiplications, HOW)
    blocks = [
        [f"# {line}".rstrip() for line in comment],
        ["", "import numpy as np", "", f"DTYPE = np.{network.dtype}"],
    ]
    for name, array in arrays_read(network).items():
        blocks.append(shaped(names[name], array, DTYPE if array.dtype == network.dtype else "np.float64"))
    if network.classes:
        blocks.append([f"CLASSES = [{', '.join(map(ascii, network.classes))}]"])
    blocks += [["", "", *source.splitlines()] for source in definitions(lines)]
    body = []
    for line in lines:
        real = inputs_dtype if 0 <= line.place < program.plan.preparing else DTYPE
        rule = code(line.rule, lambda name: names[name], real)
        body.append(f"        {cut(f'{names[line.name]} = {rule}', 8)}")
    blocks.append(
        [
            "", "", "def predict(X):",
            f'    """The outputs (rows, {network.outputs}) for X (rows, {network.inputs}), or for one row."""',
            f"    {names[program.data]} = np.atleast_2d(np.asarray(X)).astype({inputs_dtype})",
            '    with np.errstate(all="ignore"):', *body, f"    return {names[program.output]}",
        ]
    )  # fmt: skip
    if decides(network):
        blocks.append(_classify(network))
    blocks.append(_check(network, inputs_dtype))
    return "\n".join(line for block in blocks for line in block) + "\n"


def _classify(network: Model) -> list[str]:
    answers, k = network.answers, network.outputs
    if not answers.separate:
        told, result = "The number of the class of each row.", "outputs.argmax(axis=1)"
    else:
        told = "1 for yes and 0 for no" + (", for each output." if k > 1 else ", for each row.")
        result = f"(outputs > {answers.threshold!r}).astype(np.int64)" + ("" if k > 1 else "[:, 0]")
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
