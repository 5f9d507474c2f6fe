"""chainrule draw: a network, its numbers, its layers and its loss as pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading
from chainrule.cli.networks import NetworkOptions, assign
from chainrule.cli.output import note
from chainrule.cli.sources import SampleOptions, Source, find_source
from chainrule.cli.words import split
from chainrule.errors import InputError, UnknownName

if TYPE_CHECKING:
    from chainrule.trace import Trace

MOST = 2_000  # samples whose loss is counted all over a plane
OF_A_STEP = ("network", "activations", "gradients", "gradient_flow")
OF_A_NETWORK = ("weights", "activation_functions")
OF_SAMPLES = ("pca", "loss_surface", "boundary", "digits", "confusion", "calibration", "predicted")


def command(
    model: o.OptionalModel = None,
    kind: o.PictureKind = None,
    out: o.PictureOut = None,
    backward: o.Backward = False,
    layer: o.PictureLayer = None,
    x: o.X = None,
    y: o.Y = None,
    data: o.Data = None,
    sample: o.Sample = None,
    optimizer: o.Optimizer = "sgd",
    lr: o.LearningRate = None,
    step: o.Step = 1,
    layers: o.Layers = None,
    activation: o.Activation = None,
    output: o.Output = None,
    loss: o.Loss = None,
    freeze: o.Freeze = None,
    seed: o.Seed = 0,
    set_: o.Set = None,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
) -> None:
    """Draw a network with its numbers, or what its layers and its loss are like, into a .png, .svg or .pdf.

    \b
    network: with the numbers of a sample, if one is given; --backward: with
      its gradients
    weights, activations, gradients: how they are spread, layer by layer
    gradient_flow: how large gradients are, layer by layer
    activation_functions: those of the network, and their derivatives
    pca: what a hidden layer makes of the samples
    loss_surface: the loss along two random directions of the weights
    boundary, digits: what a classifier says of its inputs
    confusion, calibration, predicted: how good it is

    Without a model it is the worked example.

    \b
    Examples:
      chainrule draw --out network.svg
      chainrule draw --backward --out backward.pdf
      chainrule draw model.safetensors pca --data iris.csv --out pca.png
      chainrule draw activation_functions --activation gelu --out gelu.svg
    """
    from chainrule.cli.pictures import check_place, save_picture

    model, kind = _split([word for word in (model, kind) if word is not None])
    if backward and kind != "network":
        raise InputError(f"--backward draws the network, and {kind} is another picture: leave one out.")
    if layer is not None and kind != "pca":
        raise InputError(f"--layer {layer} is one of the hidden layers for pca: leave it out of {kind}.")
    _refuse_a_step(kind, {"--optimizer": optimizer != "sgd", "--lr": lr is not None, "--step": step != 1})
    if out is None:
        raise InputError(f"where to? Give a file with --out, such as {kind}.png, {kind}.svg or {kind}.pdf.")
    check_place("--out", out)
    if sample is None and data is not None and kind != "network":
        sample = ":"  # all of them
    named = NetworkOptions(model, layers, activation, output, loss, seed, freeze)
    reading = Reading(delimiter, decimal, encoding, header)
    samples = SampleOptions(x, y, data, sample, seed, set_, data_dir, reading)
    of_a_network = kind in OF_A_NETWORK or _without_numbers(named, kind, backward, lr, step)
    alone = of_a_network and x is None and data is None
    source = _alone(named, samples) if alone else find_source(named, samples)
    if kind == "network" and alone:
        draw = _of_the_network(source)
    elif kind in OF_A_STEP:
        draw = _of_step(kind, source.trace(optimizer, lr, step), backward)
    else:
        draw = _of_network(kind, source, seed, layer)
    save_picture(out, draw)
    if source.note:
        note(source.note)
    note(f"written to {out}")


def _refuse_a_step(kind: str, given: dict[str, bool]) -> None:
    """Refuse what says which step is drawn, for a picture of none."""
    told = [option for option, is_given in given.items() if is_given]
    if told and kind not in OF_A_STEP:
        raise InputError(f"{kind} shows no training step: leave out {' and '.join(told)}.")


def _split(words: list[str]) -> tuple[str | None, str]:
    """The model's file, and the kind of picture."""
    model, rest = split(words)
    if len(rest) > 1:
        raise InputError(
            f"{' '.join(words)}: give at most a model's file and one kind of picture, such as model.safetensors pca."
        )
    kind = rest[0] if rest else "network"
    if kind not in (known := (*OF_A_STEP, *OF_A_NETWORK, *OF_SAMPLES)):
        raise UnknownName("picture", kind, known)
    return model, kind


def _without_numbers(named: NetworkOptions, kind: str, backward: bool, lr: float | None, step: int) -> bool:
    """Whether a network without a sample is drawn as it is: nothing of a step is asked for."""
    return kind == "network" and not named.worked_example and not backward and lr is None and step == 1


def _alone(named: NetworkOptions, samples: SampleOptions) -> Source:
    """The network alone."""
    network = named.network()
    samples.check()
    for assignment in samples.assignments or []:
        assign(network, assignment)
    return Source(network, None, None)


def _of_the_network(source: Source) -> Callable[[], Any]:
    from chainrule import plots

    return lambda: plots.network(source.network)


def _of_step(kind: str, trace: Trace, backward: bool) -> Callable[[], Any]:
    from chainrule import plots

    if kind == "network":
        return lambda: plots.network(trace, backward=backward)
    draw = getattr(plots, kind)
    return lambda: draw(trace)


def _of_network(kind: str, source: Source, seed: int, layer: int | None) -> Callable[[], Any]:
    from chainrule import plots

    net, X, y = source.network, source.x, source.y
    if kind == "weights":
        return lambda: plots.weights(net)
    if kind == "activation_functions":
        return lambda: plots.activation_functions(*_functions(source))
    if y is None:
        raise InputError(f"{kind} needs targets: give --y too, or --data that has the target.")
    if kind in ("confusion", "calibration"):
        found = net.evaluate(X, y)
        return (lambda: plots.confusion(found)) if kind == "confusion" else lambda: plots.calibration(found)
    if kind == "pca":
        return lambda: plots.pca(net, X, y, layer=layer)
    if kind == "loss_surface":
        if len(X) > MOST:
            note(f"the loss is that of the first {MOST:,} of {len(X):,} samples")
        return lambda: plots.loss_surface(net, X[:MOST], y[:MOST], seed=seed)
    draw = getattr(plots, kind)
    return lambda: draw(net, X, y)


def _functions(source: Source) -> list[Any]:
    """The activations of a network that have a curve, each once."""
    from chainrule.parts.contract import Activation

    found = {
        layer.label(): layer
        for layer in source.network.layers
        if isinstance(layer, Activation) and not layer.couples_outputs
    }
    if not found:
        raise InputError("the network has no activation with a curve over one z: give --activation.")
    return list(found.values())
