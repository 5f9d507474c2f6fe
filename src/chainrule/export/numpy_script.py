"""The program as a standalone script of plain NumPy: the same lines, written for a person."""

from __future__ import annotations

import inspect
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import names, nodes
from chainrule.model import arguments
from chainrule.network import Network
from chainrule.notation.formula import code
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.program import Program, Quantity, of_section
from chainrule.utils import checks

WIDTH = 100
# The script's own variables. What the program calls so gets another name in it.
OWN = {
    "DTYPE", "X", "__name__", "arrays", "backward", "batch_size", "dw", "epoch", "epochs", "erf", "evaluate", "flat",
    "float", "forward", "found", "gradients", "intermediate_result", "iterated", "joined", "len", "loss", "losses",
    "mean", "memory", "min", "minimize", "name", "names", "noise", "noise_rng", "np", "options", "order",
    "parameters", "predict", "print", "put", "put_rows", "range", "rng", "rows", "seed", "shape", "shapes", "size",
    "start", "state", "train", "trained", "tried", "update", "value", "w", "y_batch",
}  # fmt: skip
DTYPE = "DTYPE"  # what a script calls the dtype of the network


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
    shuffle = checks.truth(shuffle, "shuffle")
    if optimizer.full_batch:
        from chainrule.engines.lbfgs import check

        check(network, optimizer)
        if batch_size is not None:
            raise InputError(f"{type(optimizer).__name__} takes all samples at once: leave batch_size out.")
    return _Script(network, optimizer, epochs, batch_size, shuffle, seed).write()


class _Script:
    def __init__(
        self, network: Network, optimizer: Optimizer, epochs: int, batch_size: int | None, shuffle: bool,
        seed: int | None,
    ) -> None:  # fmt: skip
        self.network, self.optimizer = network, optimizer
        self.epochs, self.batch_size, self.shuffle, self.seed = epochs, batch_size, shuffle, seed
        self.program: Program = network.program(optimizer)
        self._inputs = DTYPE if network.input_dtype == network.dtype else "np.float64"
        self.trained = network.trained
        self.remembered = self.program.remembered
        wanted = [*self.program.gradients.values(), *self.remembered.values()]
        needed = self.program.needed(["L", self.program.output, *wanted])
        self.names = _variables([*network.program(targets=False).names(), *self.program.names()], OWN)
        self.forward = list(of_section(needed, "forward"))
        self.loss = list(of_section(needed, "loss"))
        self.backward = list(of_section(needed, "backward"))

    def write(self) -> str:
        blocks = [
            self._head(),
            *_definitions(self.program),
            self._forward(),
            self._loss(),
            self._backward(),
            *([self._minimize()] if self.optimizer.full_batch else [self._update(), self._train()]),
            *([self._predict()] if self.remembered or self.program.noise else []),
        ]
        return "\n\n\n".join([*blocks, self._trial()]) + "\n"

    def _head(self) -> str:
        network = self.network
        lines = [
            f'"""{network.title()}, {network.loss_part.label()}, trained by {self.optimizer}.',
            "",
            "Written by chainrule. Samples are rows; dW1 is short for the derivative of the loss L by W1.",
            '"""',
            "",
            "import numpy as np",
            *(["from scipy.optimize import minimize"] if self.optimizer.full_batch else []),
            "",
            f"DTYPE = np.{network.dtype}",
        ]
        numbers = self.program.numbers(self.optimizer)
        lines += [f"{self.names[name]} = {numbers[name]!r}" for name in self.program.scalars]
        for name, array in (network.constants | network.memory).items():
            lines += _literal(
                self.names[name], array, DTYPE if array.dtype == network.dtype else self._inputs
            )
        return "\n".join(lines)

    def _forward(self) -> str:
        given = self._parameters(self.forward)
        results, output = self._passed_on(), self.names[self.program.output]
        return "\n".join(
            [
                f"def forward({self._data()}, {', '.join(self._given())}):",
                f'    """From the input to the output {output}; returns what later lines read, too."""',
                *self._unpack(given),
                *self._unpack(list(self.remembered), "memory"),
                *self._unpack(list(self.program.noise), "noise"),
                *self._sizes(self.forward, self._data()),
                *self._lines(self.forward),
                _cut(f"    return {', '.join(results)}"),
            ]
        )

    def _given(self) -> list[str]:
        """What forward is given beside the input."""
        return [
            "parameters",
            *(["memory"] if self.remembered else []),
            *(["noise"] if self.program.noise else []),
        ]

    def _predict(self) -> str:
        program = self.network.program(targets=False)
        lines = program.needed([program.output])
        memory = [name for name in self._all_names(lines) if name in self.network.memory]
        return "\n".join(
            [
                f"def predict({self._data()}, parameters):",
                '    """The output as it is for predictions; the parameters are those that train returns."""',
                *self._unpack([*self._parameters(lines), *memory]),
                *self._lines(lines),
                f"    return {self.names[program.output]}",
            ]
        )

    def _loss(self) -> str:
        given = self._parameters(self.loss)
        reads = [*(["parameters"] if given else []), *self._reads(self.loss, self.forward)]
        return "\n".join(
            [
                _cut(f"def loss(y, {', '.join(reads)}):"),
                f'    """The loss, a mean over the samples{", and the penalty" if given else ""}."""',
                *self._unpack(given),
                *self._sizes(self.loss),
                *self._lines(self.loss),
                f"    return {', '.join(['L', *self._reads(self.backward, self.loss)])}",
            ]
        )

    def _backward(self) -> str:
        given = self._parameters(self.backward)
        reads = self._read_back()
        gradients = self._by_name(self.program.gradients)
        return "\n".join(
            [
                _cut(f"def backward(y, parameters, {', '.join(reads)}):"),
                '    """The gradient of the loss by every parameter that is trained."""',
                *self._unpack(given),
                *self._sizes(self.backward),
                *self._lines(self.backward),
                _cut(f"    return {{{gradients}}}"),
            ]
        )

    def _update(self) -> str:
        first = self.trained[0] if self.trained else ""
        quantities = self.program.update_of(first)
        local = {first: "w", self.program.gradients.get(first, ""): "dw"}
        local |= {name: of for name, (of, parameter) in self.program.state.items() if parameter == first}
        local |= {q.name: q.local for q in quantities}
        read = {
            self.names[name] for name in self._all_names([*self._shared(), *quantities]) if name not in local
        }
        inside = _variables(local.values(), (OWN - {"w", "dw"}) | read)
        names = self.names | {name: inside[of] for name, of in local.items()}
        shared = [f"    {_cut(self._line(q))}" for q in self._shared()]
        lines = [f"{names[q.name]} = {code(q.rule, lambda name: names[name])}" for q in quantities]
        step = ", t" if self._counts() else ""
        body = [
            f"def update(parameters, gradients, state{step}):",
            '    """Move every parameter against its gradient."""',
            *shared,
            "    for name, dw in gradients.items():",
            "        w = parameters[name]",
        ]
        state = [inside[of] for of in self.optimizer.state]
        end = "," if len(state) == 1 else ""
        if state:
            body.append(f"        {', '.join(state)}{end} = state[name]")
        body += [f"        {_cut(line, 8)}" for line in lines]
        body.append(f"        parameters[name] = {inside.get('w_new', 'w_new')}")
        if state:
            new = ", ".join(inside[f"{of}_new"] for of in self.optimizer.state)
            body.append(f"        state[name] = ({new}{end})")
        if not state:
            body = [line.replace(", state", "") for line in body]
        return "\n".join(body)

    def _train(self) -> str:
        state = self.optimizer.state
        data = self._data()
        results = ", ".join(self._passed_on())
        uses_t = self._counts()
        starts = ", ".join(map(self._start, state)) + ("," if len(state) == 1 else "")
        given = ["parameters"] if self._parameters(self.loss) else []
        loss_reads = ", ".join(["y_batch", *given, *self._reads(self.loss, self.forward)])
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
            lines.append(f"    state = {{name: ({starts}) for name in parameters}}")
        if self.remembered:
            start = self._by_name({name: name for name in self.remembered})
            lines.append(f"    memory = {{{start}}}")
        lines += [
            "    size = len(X) if batch_size is None else min(batch_size, len(X))",
            "    rng = np.random.default_rng(seed)",
            *(["    noise_rng = rng.spawn(2)[0]"] if self.program.noise else []),
            "    losses = []",
            *(["    t = 0"] if uses_t else []),
            "    for epoch in range(epochs):",
            *(
                [f"        order = {self._order()} if size < len(X) else np.arange(len(X))"]
                if self.shuffle
                else ["        order = np.arange(len(X))"]
            ),
            "        mean = 0.0",
            "        for start in range(0, len(X), size):",
            "            rows = order[start : start + size]",
            f"            {data}, y_batch = X[rows].astype({self._inputs}), y[rows].astype(DTYPE)",
            *self._noise_lines(),
            "            " + _cut(f"{results} = forward({data}, {', '.join(self._given())})", 12),
            *self._memory_lines(),
            f"            {', '.join(['L', *from_loss])} = loss({loss_reads})",
            "            mean += float(L) * (len(rows) / len(X))",
            "            "
            + _cut("gradients = backward(" + ", ".join(["y_batch", "parameters", *back]) + ")", 12),
            *(["            t += 1"] if uses_t else []),
            f"            update(parameters, gradients{', state' if state else ''}{', t' if uses_t else ''})",
            "        losses.append(mean)",
            f"    return {'{**parameters, **memory}' if self.remembered else 'parameters'}, losses",
        ]
        if not self.shuffle and not self.program.noise:
            lines = [line for line in lines if "default_rng" not in line]
        return "\n".join(lines)

    def _minimize(self) -> str:
        """Training by scipy: see `chainrule.engines.lbfgs`."""
        data, results = self._data(), ", ".join(self._passed_on())
        given = ["parameters"] if self._parameters(self.loss) else []
        loss_reads = ", ".join(["y", *given, *self._reads(self.loss, self.forward)])
        from_loss = self._reads(self.backward, self.loss)
        new = self._by_name(self.remembered)
        start = self._by_name({name: name for name in self.remembered})
        optimizer: Any = self.optimizer
        options = optimizer.options(self.epochs) | {"maxiter": "epochs", "maxfun": "100 * epochs"}
        lines = [
            f"def train(X, y, parameters, epochs={self.epochs}):",
            '    """Train on X and y; returns the trained parameters and the loss before each iteration."""',
            "    X = np.asarray(X)",
            *self._targets(),
            f"    {data}, y = X.astype({self._inputs}), y.astype(DTYPE)",
            "    parameters = {name: np.array(value, DTYPE) for name, value in parameters.items()}",
            *([f"    memory, tried = {{{start}}}, {{}}"] if self.remembered else []),
            f"    names = {self.trained!r}".replace("'", '"'),
            "    losses = []",
            "",
            "    def put(flat):",
            "        for name in names:",
            "            size = parameters[name].size",
            "            parameters[name] = flat[:size].reshape(parameters[name].shape).astype(DTYPE)",
            "            flat = flat[size:]",
            "",
            "    def joined(arrays):",
            "        return np.concatenate([arrays[name].ravel() for name in names]).astype(np.float64)",
            "",
            "    def evaluate(flat):",
            "        put(flat)",
            "        " + _cut(f"{results} = forward({data}, {', '.join(self._given())})", 8),
            *([f"        tried.update({{{new}}})"] if self.remembered else []),
            f"        {', '.join(['L', *from_loss])} = loss({loss_reads})",
            "        "
            + _cut(f"gradients = backward({', '.join(['y', 'parameters', *self._read_back()])})", 8),
            "        if not losses:",
            "            losses.append(float(L))",
            "        return float(L), joined(gradients)",
            "",
            "    def iterated(intermediate_result):",
            *(["        memory.update(tried)"] if self.remembered else []),
            "        losses.append(float(intermediate_result.fun))",
            "",
            "    options = {",
            *(f'        "{name}": {value},' for name, value in options.items()),
            "    }",
            "    found = minimize(",
            '        evaluate, joined(parameters), jac=True, method="L-BFGS-B", callback=iterated, options=options',
            "    )",
            "    put(found.x)",
            f"    return {'{**parameters, **memory}' if self.remembered else 'parameters'}, losses[:-1]",
        ]
        return "\n".join(lines)

    def _shared(self) -> list[Quantity]:
        """The numbers that all updates share, if any reads them."""
        return [q for q in self.program.needed([f"{name}_new" for name in self.trained]) if q.rule.scalar]

    def _counts(self) -> bool:
        """Whether an update reads the number of the step."""
        first = self.program.update_of(self.trained[0]) if self.trained else []
        return "t" in self._all_names([*self._shared(), *first])

    def _start(self, state: str) -> str:
        value = self.optimizer.start.get(state, 0)
        return f"np.full_like(parameters[name], {value!r})" if value else "np.zeros_like(parameters[name])"

    def _order(self) -> str:
        group = self.network.paired_loss.group
        if group == 1:
            return "rng.permutation(len(X))"
        return f"(rng.permutation(len(X) // {group})[:, None] * {group} + np.arange({group})).ravel()"

    def _noise_lines(self) -> list[str]:
        draws = {"uniform": "random", "normal": "standard_normal"}
        parts = [
            f'"{name}": noise_rng.{draws[spread]}((len(rows), {width}), DTYPE)'
            for name, (spread, width) in self.program.noise.items()
        ]
        return [_cut(f"            noise = {{{', '.join(parts)}}}")] if parts else []

    def _memory_lines(self) -> list[str]:
        new = self._by_name(self.remembered)
        return [f"            memory = {{{new}}}"] if new else []

    def _targets(self) -> list[str]:
        if not self.network.paired_loss.reads_targets:
            return ["    y = np.zeros((len(X), 1))"]
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

    # --- how the program's names are written ----------------------------------------------------------

    def _data(self) -> str:
        return self.names[self.program.data]

    def _line(self, quantity: Quantity) -> str:
        """A line; those that prepare inputs compute in double precision."""
        real = self._inputs if 0 <= quantity.place < self.network.preparing else DTYPE
        return f"{self.names[quantity.name]} = {code(quantity.rule, lambda name: self.names[name], real)}"

    def _lines(self, quantities: Sequence[Quantity]) -> list[str]:
        return [f"    {_cut(self._line(q))}" for q in quantities]

    def _unpack(self, given: Sequence[str], of: str = "parameters") -> list[str]:
        return [f'    {self.names[name]} = {of}["{name}"]' for name in given]

    def _by_name(self, quantities: Mapping[str, str]) -> str:
        return ", ".join(f'"{name}": {self.names[quantity]}' for name, quantity in quantities.items())

    # --- which names go where -------------------------------------------------------------------------

    def _all_names(self, quantities: Iterable[Quantity]) -> list[str]:
        return list(dict.fromkeys(n.name for q in quantities for n in names(q.rule)))

    def _parameters(self, quantities: Sequence[Quantity]) -> list[str]:
        used = self._all_names(quantities)
        return [name for name in self.network.parameters if name in used]

    def _reads(self, quantities: Sequence[Quantity], of: Sequence[Quantity]) -> list[str]:
        used = self._all_names(quantities)
        return [self.names[q.name] for q in of if q.name in used]

    def _read_back(self) -> list[str]:
        """What backward reads beside the parameters and y: the input, and what forward and loss hand on."""
        used = self._all_names(self.backward)
        first = [self._data()] if self.program.data in used else []
        return [*first, *self._reads(self.backward, [*self.forward, *self.loss])]

    def _passed_on(self) -> list[str]:
        """What forward returns: everything that loss and backward read, and the output."""
        used = {*self._all_names(self.loss), *self._all_names(self.backward), self.program.output}
        used |= set(self.remembered.values())
        return [self.names[q.name] for q in self.forward if q.name in used]

    def _sizes(self, quantities: Sequence[Quantity], samples: str = "y") -> list[str]:
        used = self._all_names(quantities)
        return [
            f"    {self.names[name]} = {text}"
            for name, text in (("m", f"len({samples})"), ("k", str(self.network.outputs)))
            if name in used
        ]

    def _trial(self) -> str:
        network = self.network
        rows = 200 - 200 % network.paired_loss.group
        shapes = (
            "{" + ", ".join(f'"{name}": {shape}' for name, shape in network.parameters.layout.items()) + "}"
        )
        if network.outputs > 1 and network.loss_part.compares_classes:
            targets = f"rng.integers(0, {network.outputs}, {rows})"
        elif network.loss_part.compares_classes:
            targets = f"rng.integers(0, 2, {rows})"
        else:
            targets = f"rng.standard_normal(({rows}, {network.outputs}))"
        return "\n".join(
            [
                'if __name__ == "__main__":  # a trial on random numbers',
                "    rng = np.random.default_rng(0)",
                _cut(f"    shapes = {shapes}"),
                "    start = {name: 0.1 * rng.standard_normal(shape) for name, shape in shapes.items()}",
                f"    X, y = rng.standard_normal(({rows}, {network.inputs})), {targets}",
                "    trained, losses = train(X, y, start)",
                '    print(f"loss {losses[0]:.6f} in the first epoch, {losses[-1]:.6f} in the last")',
            ]
        )


def _definitions(program: Program) -> list[str]:
    """The functions of ours that the rules call, in full."""
    rows = {node.op for quantity in program.quantities.values() for node in nodes(quantity.rule)}
    sources = sorted(inspect.getsource(row.source) for row in rows if row.source is not None)
    return [source.replace("  # fmt: skip", "").rstrip() for source in sources]


def _variables(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """For each name a variable of its own: the name, unless Python or the script has it already."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        word = unicodedata.normalize("NFKC", re.sub(r"\W", "_", name))  # as Python itself reads a name
        word = word if word.isidentifier() else f"_{word}"
        while word in taken or keyword.iskeyword(word) or word in found.values():
            word += "_"
        found[name] = word
    return found


def _cut(line: str, indent: int = 4) -> str:
    """A line as it is if it is short enough, else broken inside brackets."""
    text = line.strip()
    indent = len(line) - len(line.lstrip()) or indent
    if len(text) + indent <= WIDTH:
        return line
    if match := _WHOLE.fullmatch(text):  # one call, or one dict
        head, inner, tail = match.groups()
    else:
        head, equals, inner = text.partition(" = " if " = " in text else "return ")
        head, tail = head + equals + "(", ")"
    pad = " " * (indent + 4)
    lines = wrap(inner, WIDTH, initial_indent=pad, subsequent_indent=pad, break_long_words=False,
                 break_on_hyphens=False)  # fmt: skip
    broken = "\n".join([head, *lines, " " * indent + tail])
    return " " * (len(line) - len(line.lstrip())) + broken


_WHOLE = re.compile(r"((?:def |return |[\w, ]+ = )?\w*[({])([^(){}]*(?:\([^()]*\)[^(){}]*)*)([)}]:?)")


def _literal(name: str, array: Array, dtype: str) -> list[str]:
    """An array as Python, exactly."""
    values: list[Any] = [repr(float(v)) for v in np.ravel(array)]
    if len(set(values)) == 1:
        return [f"{name} = np.full({len(values)}, {values[0]}, {dtype})"]
    lines = [f"{name} = np.array(["]
    row = "   "
    for value in values:
        if len(row) + len(value) + 2 > WIDTH:
            lines.append(row)
            row = "   "
        row += f" {value},"
    return [*lines, row, f"], {dtype})"]
