"""The training loop of a script: epochs, batches, steps."""

from __future__ import annotations

from chainrule.export.lines import cut
from chainrule.export.reads import Reads
from chainrule.model.streams import BLOCK_BYTES

# As `RandomStreams` makes it.
NOISE_KEY = "rng.bit_generator.seed_seq.spawn(1)[0].generate_state(2, np.uint64)"


def write_training_loop(
    reads: Reads, epochs: int, batch_size: int | None, shuffle: bool, seed: int | None
) -> str:
    """The function `train`, with these defaults."""
    draws = shuffle or reads.program.noise
    lines = [
        f"def train(X, y, parameters, epochs={epochs}, batch_size={batch_size}, seed={seed}):",
        '    """Train on X and y; returns the trained parameters and the loss of each epoch."""',
        "    X = np.asarray(X)",
        *reads.targets(),
        "    parameters = {name: np.array(value, DTYPE) for name, value in parameters.items()}",
        *_first_state(reads),
        "    size = len(X) if batch_size is None else min(batch_size, len(X))",
        *(["    rng = np.random.default_rng(seed)"] if draws else []),
        *([f"    noise_key = {NOISE_KEY}"] if reads.program.noise else []),
        "    losses = []",
        *(["    t = 0"] if reads.counts_steps() or reads.program.noise else []),
        "    for epoch in range(epochs):",
        f"        order = {_order(reads) if shuffle else 'np.arange(len(X))'}",
        "        mean = 0.0",
        "        for start in range(0, len(X), size):",
        *_step(reads),
        "        losses.append(mean)",
        f"    return {reads.returned()}, losses",
    ]
    return "\n".join(lines)


def _first_state(reads: Reads) -> list[str]:
    """What the optimizer and the layers remember before the first step."""
    lines, state = [], reads.optimizer.state
    if state:
        starts = ", ".join(_start(reads, of) for of in state) + ("," if len(state) == 1 else "")
        lines.append(f"    state = {{name: ({starts}) for name in parameters}}")
    if reads.buffers:
        lines.append(f"    buffers = {{{reads.first_buffers()}}}")
    return lines


def _start(reads: Reads, state: str) -> str:
    value = reads.optimizer.start.get(state, 0)
    return f"np.full_like(parameters[name], {value!r})" if value else "np.zeros_like(parameters[name])"


def _order(reads: Reads) -> str:
    """A shuffled order; a batch of everything is not shuffled."""
    group = reads.network.paired_loss.group
    shuffled = "rng.permutation(len(X))"
    if group > 1:
        shuffled = f"(rng.permutation(len(X) // {group})[:, None] * {group} + np.arange({group})).ravel()"
    return f"{shuffled} if size < len(X) else np.arange(len(X))"


def _step(reads: Reads) -> list[str]:
    """The lines of one step."""
    results, given = ", ".join(reads.from_forward()), ", ".join(reads.beside_data())
    loss_reads = ", ".join(["y_batch", *reads.by_loss()])
    back = ", ".join(["y_batch", "parameters", *reads.by_backward()])
    state, t = ", state" if reads.optimizer.state else "", reads.counts_steps()
    lines = [
        "rows = order[start : start + size]",
        f"{reads.data}, y_batch = X[rows].astype({reads.inputs_dtype}), y[rows].astype({reads.targets_dtype})",
        *_noise(reads),
        cut(f"{results} = forward({reads.data}, {given})", 12),
        *([f"buffers = {{{reads.items(reads.buffers)}}}"] if reads.buffers else []),
        f"{', '.join(reads.from_loss('y_batch'))} = loss({loss_reads})",
        "mean += float(L) * (len(rows) / len(X))",
        cut(f"gradients = backward({back})", 12),
        *(["t += 1"] if t or reads.program.noise else []),
        f"update(parameters, gradients{state}{', t' if t else ''})",
    ]
    return [f"            {line}" for line in lines]


def _noise(reads: Reads) -> list[str]:
    """What chance brings to a step."""
    parts = [
        f'"{name}": {spread}(noise_key, [0, {number}, t, 0], len(rows), {width})'
        for number, (name, (spread, width)) in enumerate(reads.program.noise.items())
    ]
    if len(parts) < 2:
        return [f"noise = {{{part}}}" for part in parts]
    return ["noise = {", *(f"    {part}," for part in parts), "}"]


def write_draws(reads: Reads) -> list[str]:
    """The functions that draw what chance brings, `uniform` and `normal`."""
    each = BLOCK_BYTES // reads.network.dtype.itemsize
    functions = {
        "uniform": [
            "def uniform(key, counter, rows, width):",
            '    """Random numbers from 0 to 1; each row begins with a block of Philox, which makes '
            f'{each} of them, of its own."""',
            "    rng = np.random.Generator(np.random.Philox(key=key, counter=counter))",
            f"    return rng.random((rows, -(-width // {each}) * {each}), DTYPE)[:, :width].copy()",
        ],
        "normal": [
            "def normal(key, counter, rows, width):",
            '    """Random numbers that are normal, of mean 0 and standard deviation 1."""',
            "    rng = np.random.Generator(np.random.Philox(key=key, counter=counter))",
            "    return rng.standard_normal((rows, width), DTYPE)",
        ],
    }
    drawn = {spread for spread, _ in reads.program.noise.values()}
    return ["\n".join(lines) for spread, lines in functions.items() if spread in drawn]
