"""The training of a script by scipy's L-BFGS: see `chainrule.engines.lbfgs`."""

from __future__ import annotations

from typing import Any

from chainrule.export.lines import cut
from chainrule.export.reads import Reads


def write_minimizing(reads: Reads, epochs: int) -> str:
    """The function `train`, with this default."""
    buffers = [f"    buffers, tried = {{{reads.first_buffers()}}}, {{}}"] if reads.buffers else []
    lines = [
        f"def train(X, y, parameters, epochs={epochs}):",
        '    """Train on X and y; returns the trained parameters and the loss before each iteration."""',
        "    X = np.asarray(X)",
        *reads.targets(),
        f"    {reads.data}, y = X.astype({reads.inputs_dtype}), y.astype({reads.targets_dtype})",
        "    parameters = {name: np.array(value, DTYPE) for name, value in parameters.items()}",
        *buffers,
        f"    names = {reads.trained!r}".replace("'", '"'),
        "    losses = []",
        "",
        *_FLAT,
        "",
        *_evaluate(reads),
        "",
        "    def iterated(intermediate_result):",
        *(["        buffers.update(tried)"] if reads.buffers else []),
        "        losses.append(float(intermediate_result.fun))",
        "",
        *_call(reads, epochs),
        "    put(found.x)",
        f"    return {reads.returned()}, losses[:-1]",
    ]
    return "\n".join(lines)


_FLAT = [  # between the parameters and the one vector that scipy works on
    "    def put(flat):",
    "        for name in names:",
    "            size = parameters[name].size",
    "            parameters[name] = flat[:size].reshape(parameters[name].shape).astype(DTYPE)",
    "            flat = flat[size:]",
    "",
    "    def joined(arrays):",
    "        return np.concatenate([arrays[name].ravel() for name in names]).astype(np.float64)",
]


def _evaluate(reads: Reads) -> list[str]:
    """The loss and its gradient, as a function of that vector."""
    results, given = ", ".join(reads.from_forward()), ", ".join(reads.beside_data())
    loss_reads = ", ".join(["y", *reads.by_loss()])
    scaled = "y" if reads.program.target == "y" else "y_batch"
    back = ", ".join([scaled, "parameters", *reads.by_backward()])
    lines = [
        "put(flat)",
        cut(f"{results} = forward({reads.data}, {given})", 8),
        *([f"tried.update({{{reads.items(reads.buffers)}}})"] if reads.buffers else []),
        f"{', '.join(reads.from_loss(scaled))} = loss({loss_reads})",
        cut(f"gradients = backward({back})", 8),
        "if not losses:",
        "    losses.append(float(L))",
        "return float(L), joined(gradients)",
    ]
    return ["    def evaluate(flat):", *(f"        {line}" for line in lines)]


def _call(reads: Reads, epochs: int) -> list[str]:
    """scipy's options, and its call."""
    optimizer: Any = reads.optimizer
    options = optimizer.options(epochs) | {"maxiter": "epochs"}
    if optimizer.max_fun is None:
        options["maxfun"] = "100 * epochs"
    return [
        "    options = {",
        *(f'        "{name}": {value},' for name, value in options.items()),
        "    }",
        "    found = minimize(",
        '        evaluate, joined(parameters), jac=True, method="L-BFGS-B", callback=iterated, options=options',
        "    )",
    ]
