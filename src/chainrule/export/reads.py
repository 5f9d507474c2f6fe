"""What goes where in a script: which function computes a quantity, which ones read it, and what all are called."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence

from chainrule.export.lines import cut
from chainrule.export.variables import variables
from chainrule.expressions import names
from chainrule.model.model import Model
from chainrule.notation import lines
from chainrule.parts.contract import Optimizer
from chainrule.program.program import Program, Quantity, of_section

# The script's own variables. What the program calls so gets another name in it.
OWN = {
    "DTYPE", "X", "__name__", "arrays", "backward", "batch_size", "buffers", "counter", "dw", "epoch", "epochs",
    "erf", "evaluate", "flat", "float", "forward", "found", "gradients", "intermediate_result", "iterated",
    "joined", "key", "len", "loss", "losses", "mean", "min", "minimize", "name", "names", "noise", "noise_key",
    "normal", "np", "options", "order", "parameters", "predict", "print", "put", "put_rows", "range", "rng", "rows",
    "seed", "shape", "shapes", "size", "start", "state", "train", "trained", "tried", "uniform", "update", "value",
    "w", "width", "y_batch",
}  # fmt: skip
RESERVED = OWN | set(keyword.kwlist)
DTYPE = "DTYPE"  # what a script calls the dtype of the network


class Reads:
    """A network's program, cut into the functions of a script.

    `forward`, `loss` and `backward` are their quantities; `names` is the variable of every name; `inputs_dtype` and
    `targets_dtype` are how the dtypes are written in which inputs and targets come.
    """

    def __init__(self, network: Model, optimizer: Optimizer) -> None:
        self.network, self.optimizer = network, optimizer
        self.program: Program = network.program(optimizer)
        self.inputs_dtype = DTYPE if network.input_dtype == network.dtype else "np.float64"
        self.targets_dtype = DTYPE if network.scale_target is None else "np.float64"
        self.trained = network.trained
        self.buffers = self.program.buffers
        wanted = [*self.program.gradients.values(), *self.buffers.values()]
        needed = self.program.needed(["L", self.program.output, *wanted])
        self.names = variables([*network.program(targets=False).names(), *self.program.names()], RESERVED)
        self.forward = list(of_section(needed, "forward"))
        self.loss = list(of_section(needed, "loss"))
        self.backward = list(of_section(needed, "backward"))
        self.data, self.target = self.names[self.program.data], self.names[self.program.target]

    # --- which names go where -------------------------------------------------------------------------------

    def of(self, quantities: Iterable[Quantity]) -> list[str]:
        """The names that some lines read."""
        return list(dict.fromkeys(name.name for q in quantities for name in names(q.rule)))

    def parameters(self, quantities: Sequence[Quantity]) -> list[str]:
        """The parameters that some lines read."""
        used = self.of(quantities)
        return [name for name in self.network.parameters if name in used]

    def from_section(self, quantities: Sequence[Quantity], section: Sequence[Quantity]) -> list[str]:
        """The variables that some lines read of what another section computes."""
        used = self.of(quantities)
        return [self.names[q.name] for q in section if q.name in used]

    def by_backward(self) -> list[str]:
        """What backward reads beside the parameters and y: the input, and what forward and loss hand on."""
        data = [self.data] if self.program.data in self.of(self.backward) else []
        return [*data, *self.from_section(self.backward, [*self.forward, *self._made_by_loss()])]

    def by_loss(self) -> list[str]:
        """What loss reads beside y."""
        given = ["parameters"] if self.parameters(self.loss) else []
        return [*given, *self.from_section(self.loss, self.forward)]

    def beside_data(self) -> list[str]:
        """What forward is given beside the input."""
        return [
            "parameters",
            *(["buffers"] if self.buffers else []),
            *(["noise"] if self.program.noise else []),
        ]

    def from_forward(self) -> list[str]:
        """What forward returns: everything that loss and backward read, and the output."""
        used = {*self.of(self.loss), *self.of(self.backward), self.program.output}
        used |= set(self.buffers.values())
        return [self.names[q.name] for q in self.forward if q.name in used]

    def from_loss(self, scaled: str = "y") -> list[str]:
        """What loss returns; where it scales targets, those first, by that name."""
        first = [] if self.program.target == "y" else [scaled]
        return [*first, "L", *self.from_section(self.backward, self._made_by_loss())]

    def _made_by_loss(self) -> list[Quantity]:
        return [quantity for quantity in self.loss if quantity.name != "y"]

    def shared(self) -> list[Quantity]:
        """The scalars that all updates share, if any reads them."""
        return [q for q in self.program.needed([f"{name}_new" for name in self.trained]) if q.rule.scalar]

    def counts_steps(self) -> bool:
        """Whether an update reads the number of the step."""
        first = self.program.update_of(self.trained[0]) if self.trained else []
        return "t" in self.of([*self.shared(), *first])

    # --- how they are written -------------------------------------------------------------------------------

    def written(self, quantity: Quantity) -> list[str]:
        """The lines of a quantity; those that prepare inputs compute in double precision."""
        real = "np.float64" if self.program.in_double(quantity) else DTYPE
        taken = {*RESERVED, *self.names.values()}
        return lines(self.names[quantity.name], quantity.rule, lambda name: self.names[name], real, taken)

    def lines(self, quantities: Sequence[Quantity]) -> list[str]:
        """The lines of a function's body."""
        return [f"    {cut(line)}" for q in quantities for line in self.written(q)]

    def unpacked(self, given: Sequence[str], of: str = "parameters") -> list[str]:
        """Lines that take arrays from a dict."""
        return [f'    {self.names[name]} = {of}["{name}"]' for name in given]

    def items(self, quantities: Mapping[str, str]) -> str:
        """The inside of a dict of quantities."""
        return ", ".join(f'"{name}": {self.names[quantity]}' for name, quantity in quantities.items())

    def sizes(self, quantities: Sequence[Quantity], samples: str = "y") -> list[str]:
        """Lines for the numbers of samples and of outputs, where they are read."""
        used = self.of(quantities)
        return [
            f"    {self.names[name]} = {text}"
            for name, text in (("m", f"len({samples})"), ("k", str(self.network.outputs)))
            if name in used
        ]

    def targets(self) -> list[str]:
        """Lines that make rows of the targets as they are given."""
        if not self.network.paired_loss.reads_targets:
            return ["    y = np.zeros((len(X), 1))"]
        lines, width = ["    y = np.asarray(y)"], self.network.outputs
        if self.network.scale_target is not None:
            return [*lines, f"    y = y.reshape(len(X), {width})"]
        if width == 1:
            return [*lines, "    y = y.reshape(len(X), 1)"]
        return [
            *lines,
            "    if y.ndim == 1:  # class labels become rows with a single 1",
            f"        y = np.eye({width})[y]",
        ]

    def first_buffers(self) -> str:
        """The inside of a dict of what layers remember before the first step."""
        return self.items({name: name for name in self.buffers})

    def returned(self) -> str:
        """What a training returns beside its losses."""
        return "{**parameters, **buffers}" if self.buffers else "parameters"
