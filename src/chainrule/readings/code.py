"""The program as a standalone script of plain NumPy: the same lines, written for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from chainrule import arguments
from chainrule.expressions import names
from chainrule.network import Network
from chainrule.parts.contract import Array, Optimizer
from chainrule.program import Program, Quantity, of_section
from chainrule.readings.notation import code

WIDTH = 100


def script(
    network: Network,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
) -> str:
    """Write the script; see `Network.code`. The parameters themselves are not written down."""
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    return _Script(network, optimizer, epochs, batch_size, shuffle, seed).write()


class _Script:
    def __init__(
        self, network: Network, optimizer: Optimizer, epochs: int, batch_size: int | None, shuffle: bool,
        seed: int | None,
    ) -> None:  # fmt: skip
        self.network, self.optimizer = network, optimizer
        self.epochs, self.batch_size, self.shuffle, self.seed = epochs, batch_size, shuffle, seed
        self.program: Program = network.program(optimizer)
        self.trained = network.trained
        needed = self.program.needed(["L", self.program.output, *(f"d{name}" for name in self.trained)])
        self.forward = list(of_section(needed, "forward"))
        self.loss = list(of_section(needed, "loss"))
        self.backward = list(of_section(needed, "backward"))

    def write(self) -> str:
        blocks = [
            self._head(),
            self._forward(),
            self._loss(),
            self._backward(),
            self._update(),
            self._train(),
        ]
        return "\n\n\n".join([*blocks, self._trial()]) + "\n"

    def _head(self) -> str:
        network = self.network
        lines = [
            f'"""{network.title()}, {network.loss_part.title()}, trained by {self.optimizer}.',
            "",
            "Written by chainrule. Samples are rows; dW1 is short for the derivative of the loss L by W1.",
            '"""',
            "",
            "import numpy as np",
            "",
            f"DTYPE = np.{network.dtype}",
        ]
        lines += [f"{name} = {value!r}" for name, value in self.optimizer.scalars().items()]
        for name, array in network.constants.items():
            lines += _literal(name, array)
        return "\n".join(lines)

    def _forward(self) -> str:
        given = self._parameters(self.forward)
        results = self._passed_on()
        return "\n".join(
            [
                f"def forward({self.program.data}, parameters):",
                f'    """From the input to the output {self.program.output}; returns what later lines read, too."""',
                *_unpack(given),
                *_lines(self.forward),
                _cut(f"    return {', '.join(results)}"),
            ]
        )

    def _loss(self) -> str:
        reads = self._reads(self.loss, self.forward)
        lines = _lines(self.loss)
        return "\n".join(
            [
                _cut(f"def loss(y, {', '.join(reads)}):"),
                '    """The loss, a mean over the samples."""',
                *self._sizes(self.loss),
                *lines,
                f"    return {', '.join(['L', *self._reads(self.backward, self.loss)])}",
            ]
        )

    def _backward(self) -> str:
        given = self._parameters(self.backward)
        reads = self._read_back()
        gradients = ", ".join(f'"{name}": d{name}' for name in self.trained)
        return "\n".join(
            [
                _cut(f"def backward(y, parameters, {', '.join(reads)}):"),
                '    """The gradient of the loss by every parameter that is trained."""',
                *_unpack(given),
                *self._sizes(self.backward),
                *_lines(self.backward),
                _cut(f"    return {{{gradients}}}"),
            ]
        )

    def _update(self) -> str:
        state = self.optimizer.state
        first = self.trained[0] if self.trained else ""
        quantities = self.program.update_of(first)
        local = {q.name: q.local for q in quantities}
        local |= {name: of for name, (of, parameter) in self.program.state.items() if parameter == first}
        local |= {first: "w", f"d{first}": "dw"}
        lines = [f"{q.local} = {code(q.rule, lambda name: local.get(name, name))}" for q in quantities]
        step = ", t" if any("t" in {n.name for n in names(q.rule)} for q in quantities) else ""
        body = [
            f"def update(parameters, gradients, state{step}):",
            '    """Move every parameter against its gradient."""',
            "    for name, dw in gradients.items():",
            "        w = parameters[name]",
        ]
        if state:
            body.append(f"        {', '.join(state)}{',' if len(state) == 1 else ''} = state[name]")
        body += [f"        {_cut(line, 8)}" for line in lines]
        body.append("        parameters[name] = w_new")
        if state:
            new = ", ".join(f"{s}_new" for s in state)
            body.append(f"        state[name] = ({new}{',' if len(state) == 1 else ''})")
        if not state:
            body = [line.replace(", state", "") for line in body]
        return "\n".join(body)

    def _train(self) -> str:
        state = self.optimizer.state
        data = self.program.data
        results = ", ".join(self._passed_on())
        uses_t = "t" in {
            n.name for q in of_section(self.program.quantities.values(), "update") for n in names(q.rule)
        }
        zeros = ", ".join("np.zeros_like(parameters[name])" for _ in state) + ("," if len(state) == 1 else "")
        loss_reads = ", ".join(["y_batch", *self._reads(self.loss, self.forward)])
        back = self._read_back()
        from_loss = self._reads(self.backward, self.loss)
        lines = [
            f"def train(X, y, parameters, epochs={self.epochs}, batch_size={self.batch_size}, seed={self.seed}):",
            '    """Train on X and y; returns the trained parameters and the loss of each epoch."""',
            "    X = np.asarray(X)",
            *self._targets(),
            "    parameters = {name: np.array(value, DTYPE) for name, value in parameters.items()}",
        ]
        if state:
            lines.append(f"    state = {{name: ({zeros}) for name in parameters}}")
        lines += [
            "    size = len(X) if batch_size is None else min(batch_size, len(X))",
            "    rng = np.random.default_rng(seed)",
            "    losses = []",
            *(["    t = 0"] if uses_t else []),
            "    for epoch in range(epochs):",
            *(
                ["        order = rng.permutation(len(X)) if size < len(X) else np.arange(len(X))"]
                if self.shuffle
                else ["        order = np.arange(len(X))"]
            ),
            "        mean = 0.0",
            "        for start in range(0, len(X), size):",
            "            rows = order[start : start + size]",
            f"            {data}, y_batch = X[rows].astype(DTYPE), y[rows].astype(DTYPE)",
            "            " + _cut(f"{results} = forward({data}, parameters)", 12),
            f"            {', '.join(['L', *from_loss])} = loss({loss_reads})",
            "            mean += float(L) * (len(rows) / len(X))",
            "            "
            + _cut("gradients = backward(" + ", ".join(["y_batch", "parameters", *back]) + ")", 12),
            *(["            t += 1"] if uses_t else []),
            f"            update(parameters, gradients{', state' if state else ''}{', t' if uses_t else ''})",
            "        losses.append(mean)",
            "    return parameters, losses",
        ]
        if not self.shuffle:
            lines = [line for line in lines if "default_rng" not in line]
        return "\n".join(lines)

    def _targets(self) -> list[str]:
        lines = ["    y = np.asarray(y)"]
        width = self.network.outputs
        if width > 1:
            lines += [
                "    if y.ndim == 1:  # class labels become rows with a single 1",
                f"        y = np.eye({width})[y]",
            ]
        else:
            lines.append("    y = y.reshape(len(X), 1)")
        return lines

    # --- which names go where -------------------------------------------------------------------------

    def _all_names(self, quantities: Iterable[Quantity]) -> list[str]:
        return list(dict.fromkeys(n.name for q in quantities for n in names(q.rule)))

    def _parameters(self, quantities: Sequence[Quantity]) -> list[str]:
        used = self._all_names(quantities)
        return [name for name in self.network.parameters if name in used]

    def _reads(self, quantities: Sequence[Quantity], of: Sequence[Quantity]) -> list[str]:
        used = self._all_names(quantities)
        return [q.name for q in of if q.name in used]

    def _read_back(self) -> list[str]:
        """What backward reads beside the parameters and y: the input, and what forward and loss hand on."""
        used = self._all_names(self.backward)
        first = [self.program.data] if self.program.data in used else []
        return [*first, *self._reads(self.backward, [*self.forward, *self.loss])]

    def _passed_on(self) -> list[str]:
        """What forward returns: everything that loss and backward read, and the output."""
        used = {*self._all_names(self.loss), *self._all_names(self.backward), self.program.output}
        return [q.name for q in self.forward if q.name in used]

    def _sizes(self, quantities: Sequence[Quantity]) -> list[str]:
        used = self._all_names(quantities)
        return [
            f"    {name} = {text}"
            for name, text in (("m", "len(y)"), ("k", str(self.network.outputs)))
            if name in used
        ]

    def _trial(self) -> str:
        network = self.network
        shapes = (
            "{" + ", ".join(f'"{name}": {shape}' for name, shape in network.parameters.layout.items()) + "}"
        )
        if network.outputs > 1 and network.loss_part.compares_classes:
            targets = f"rng.integers(0, {network.outputs}, 200)"
        elif network.loss_part.compares_classes:
            targets = "rng.integers(0, 2, 200)"
        else:
            targets = f"rng.standard_normal((200, {network.outputs}))"
        return "\n".join(
            [
                'if __name__ == "__main__":  # a trial on random numbers',
                "    rng = np.random.default_rng(0)",
                f"    shapes = {shapes}",
                "    start = {name: 0.1 * rng.standard_normal(shape) for name, shape in shapes.items()}",
                f"    X, y = rng.standard_normal((200, {network.inputs})), {targets}",
                "    trained, losses = train(X, y, start)",
                '    print(f"loss {losses[0]:.6f} in the first epoch, {losses[-1]:.6f} in the last")',
            ]
        )


def _lines(quantities: Sequence[Quantity]) -> list[str]:
    return [f"    {_cut(f'{q.name} = {code(q.rule)}')}" for q in quantities]


def _unpack(given: Sequence[str]) -> list[str]:
    return [f'    {name} = parameters["{name}"]' for name in given]


def _cut(line: str, indent: int = 4) -> str:
    """A line as it is if it is short enough, else broken inside its brackets."""
    if len(line) + indent <= WIDTH or "(" not in line:
        return line
    head, _, rest = line.partition("(")
    inner, _, tail = rest.rpartition(")")
    pad = " " * (indent + (0 if line.startswith(" ") else 4))
    return f"{head}(\n{pad}{inner}\n{' ' * max(indent - 4, 0)}){tail}"


def _literal(name: str, array: Array) -> list[str]:
    """An array as Python, exactly."""
    values: list[Any] = [repr(float(v)) for v in np.ravel(array)]
    if len(set(values)) == 1:
        return [f"{name} = np.full({len(values)}, {values[0]}, DTYPE)"]
    lines = [f"{name} = np.array(["]
    row = "   "
    for value in values:
        if len(row) + len(value) + 2 > WIDTH:
            lines.append(row)
            row = "   "
        row += f" {value},"
    return [*lines, row, "], DTYPE)"]
