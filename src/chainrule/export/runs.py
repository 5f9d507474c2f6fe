"""What a script does when it is run: a training on random numbers, or on given ones from given weights."""

from __future__ import annotations

from typing import Any

from chainrule.errors import InputError, KindError
from chainrule.export.lines import cut
from chainrule.export.literals import shaped
from chainrule.model.labels import Labels
from chainrule.model.model import Model
from chainrule.model.samples import check

MOST = 1_000_000  # numbers of data that a script may hold
PRINT = '    print(f"loss {losses[0]:.6f} in the first epoch, {losses[-1]:.6f} in the last")'


def random_run(network: Model) -> str:
    """A training on random numbers."""
    rows = 200 - 200 % network.paired_loss.group
    shapes = ", ".join(f'"{name}": {shape}' for name, shape in network.parameters.layout.items())
    if network.loss_part.is_classification:
        targets = f"rng.integers(0, {max(network.outputs, 2)}, {rows})"
    else:
        targets = f"rng.standard_normal(({rows}, {network.outputs}))"
    return "\n".join(
        [
            'if __name__ == "__main__":  # a trial on random numbers',
            "    rng = np.random.default_rng(0)",
            cut(f"    shapes = {{{shapes}}}"),
            "    start = {name: 0.1 * rng.standard_normal(shape) for name, shape in shapes.items()}",
            f"    X, y = rng.standard_normal(({rows}, {network.inputs})), {targets}",
            "    trained, losses = train(X, y, start)",
            PRINT,
        ]
    )


def given_run(network: Model, data: Any) -> str:
    """The training on these samples (X, y), from the network's weights as they are."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise KindError("data is no pair: give the samples as data=(X, y).")
    X, y, _ = check(network, *data)
    given = {"X": X[:], "y": y.codes if isinstance(y, Labels) else y}
    if (count := sum(array.size for array in given.values())) > MOST:
        raise InputError(
            f"the data are {count:,} numbers, and a script holds at most {MOST:,}: give fewer samples."
        )
    lines = [part for name, array in given.items() for part in shaped(name, array, f"np.{array.dtype.name}")]
    lines.append("start = {}")
    for name, array in network.parameters.items():
        lines += shaped(f'start["{name}"]', array, "DTYPE")
    lines.append("trained, losses = train(X, y, start)")
    return "\n".join(
        [
            'if __name__ == "__main__":  # the samples, and the weights',
            *(f"    {line}" for line in lines),
            PRINT,
        ]
    )
