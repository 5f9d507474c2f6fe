"""The gallery of pictures: ``python scripts/gallery.py [FOLDER]`` draws each kind, from nets that it trains itself.

Into gallery/ unless a folder is given, as SVG: docs are illustrated with them, and none is committed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chainrule as cr

Pictures = dict[str, Callable[[], Any]]


def of_a_step() -> Pictures:
    """The worked example, forward and backward."""
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, cr.SGD(0.01))
    return {
        "network": lambda: cr.plot.network(trace),
        "backward": lambda: cr.plot.network(trace, backward=True),
        "activation_functions": lambda: cr.plot.activation_functions("relu", "tanh", "gelu", "sigmoid"),
    }


def of_a_training() -> Pictures:
    """A network of two hidden layers on two moons: its curves, its layers, its loss."""
    X, y = cr.data.moons(300, noise=0.25, seed=0)
    held_out = cr.data.moons(200, noise=0.25, seed=1)
    net, kept = cr.Network([2, 16, 8, 2], hidden="tanh", seed=0), cr.WeightHistory()
    history = net.fit(
        X, y, epochs=60, batch_size=20, optimizer=cr.Adam(0.01), validation_data=held_out, callbacks=[kept]
    )
    trace, found = net.trace(X, y), net.evaluate(*held_out)
    fresh = cr.Network([2, 8, 8, 8, 8, 2], hidden="sigmoid", seed=0)
    return {
        "curves": lambda: cr.plot.curves(history),
        "boundary": lambda: cr.plot.boundary(net, X, y),
        "activations": lambda: cr.plot.activations(trace),
        "weights": lambda: cr.plot.weights(net),
        "gradients": lambda: cr.plot.gradients(trace),
        "gradient_flow": lambda: cr.plot.gradient_flow(trace),
        "vanishing": lambda: cr.plot.gradient_flow(
            fresh.steps(X, y, epochs=2, batch_size=20, optimizer="sgd")
        ),
        "pca": lambda: cr.plot.pca(net, X, y),
        "loss_surface": lambda: cr.plot.loss_surface(net, X, y, seed=1),
        "loss_path": lambda: cr.plot.loss_surface(net, X, y, directions="pca", path=kept.values),
        "calibration": lambda: cr.plot.calibration(found),
        "confusion": lambda: cr.plot.confusion(found),
    }


def of_images() -> Pictures:
    """Handwritten digits: the wide network, what it says, what it takes for what."""
    (X, y), (Xt, yt) = data = cr.data.load("digits")
    net = cr.Network([64, 32, 10], classes=data.classes, seed=0)
    net.fit(X, y, epochs=20, batch_size=32)
    found = net.evaluate(Xt, yt)
    return {
        "digits": lambda: cr.plot.digits(net, Xt, yt),
        "digits_network": lambda: cr.plot.network(net.trace(Xt[:1], yt[:1])),
        "digits_pca": lambda: cr.plot.pca(net, Xt, yt),
        "digits_confusion": lambda: cr.plot.confusion(found),
    }


def of_numbers_and_choices() -> Pictures:
    """A regression's predictions, and optimizers side by side."""
    X, y = cr.data.moons(200, seed=0)
    target = X[:, 0] * X[:, 1]
    net = cr.Network([2, 16, 1], hidden="tanh", output="identity", loss="mean_squared_error")
    net.fit(X, target, epochs=100, batch_size=20, optimizer=cr.Adam(0.01))
    compared = cr.compare(
        [2, 16, 2], X, y, optimizers=["sgd:0.1", "momentum", "adam"], epochs=20, batch_size=20
    )
    return {
        "predicted": lambda: cr.plot.predicted(net, X, target),
        "comparison": lambda: compared.plot(),
    }


def main() -> None:
    """Draw them all."""
    from chainrule.cli.pictures import save_picture

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "gallery")
    for pictures in (of_a_step, of_a_training, of_images, of_numbers_and_choices):
        for name, draw in pictures().items():
            path = save_picture(folder / f"{name}.svg", draw)
            print(f"{path}  {path.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
