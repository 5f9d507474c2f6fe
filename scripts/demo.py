"""The demo: one step of the worked example by its formulas, its training, handwritten digits, pictures, the page."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from rich.console import Console

import chainrule as cr
from chainrule.cli.output import show
from chainrule.cli.pictures import save_picture
from chainrule.examples import worked_training

FOLDER = Path("demo")
console = Console(highlight=False)


def heading(number: int, text: str) -> None:
    """A numbered line above each part."""
    console.print(f"\n[bold]\\[{number}/5] {text}[/bold]")


def one_step() -> cr.Trace:
    """The walk-through."""
    heading(1, "One step of the worked example, by its formulas (chainrule explain)")
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, optimizer=cr.SGD(0.01))
    show(str(trace.explain()))
    return trace


def training() -> None:
    """The worked example's training run, and its pictures."""
    heading(2, "The same network, from small random weights: 200 points, η = 0.01")
    net, X, y = worked_training()
    history = net.fit(X, y, epochs=1000, optimizer=cr.SGD(0.01))
    epochs = range(99, 1000, 100)
    show("epoch " + "".join(f"{epoch + 1:>7}" for epoch in epochs))
    show("loss  " + "".join(f"{history.loss[epoch]:7.4f}" for epoch in epochs))
    right = int((net.classify(X) == y).sum())
    show(f"It starts near ln 2 = 0.6931. {right} of 200 points right, after {sum(history.seconds):.1f} s.")
    save_picture(FOLDER / "boundary.png", lambda: cr.plot.boundary(net, X, y))
    save_picture(FOLDER / "loss.png", lambda: cr.plot.curves(history))


def digits() -> None:
    """A network on real data."""
    heading(3, "Handwritten digits, 64 → 32 relu → 10 softmax, Adam(0.001)")
    (X, y), (Xt, yt) = data = cr.data.load("digits")
    net = cr.Network([64, 32, 10], dtype="float32", features=data.features, classes=data.classes)
    net.metadata = {"target": data.target, "kind": data.kind}
    history = net.fit(X, y, epochs=40, batch_size=32, optimizer=cr.Adam(0.001), validation_data=(Xt, yt))
    show(str(history))
    probabilities = net.predict(Xt[:1])[0]
    guess = int(probabilities.argmax())
    show(f"test sample 0 is a {yt[0]}: the network says {guess}, p = {probabilities[guess]:.4f}")
    net.save(FOLDER / "digits.safetensors")
    show(f"see it: .venv/bin/chainrule explain {FOLDER}/digits.safetensors --data digits --sample 0")
    save_picture(FOLDER / "digits.png", lambda: cr.plot.digits(net, Xt, yt))


def pictures(trace: cr.Trace) -> None:
    """Say where everything is."""
    heading(4, f"Pictures, in {FOLDER}/")
    save_picture(FOLDER / "network.png", lambda: cr.plot.network(trace))
    (FOLDER / "step.html").write_text(trace.explain().to_html(), encoding="utf-8")
    (FOLDER / "simple_network.py").write_text(
        trace.network.code(optimizer=cr.SGD(0.01), epochs=1000), encoding="utf-8"
    )
    for name, what in (
        ("network.png", "the worked example with its numbers written in"),
        ("boundary.png", "200 points, and where the class changes"),
        ("loss.png", "the plateau at ln 2, then the fall"),
        ("digits.png", "sixteen test digits, the wrong ones marked"),
        ("step.html", "the walk-through with its formulas, in a browser"),
        ("simple_network.py", "the same network as one page of NumPy"),
    ):
        show(f"  {name:<18}  {what}")
    show(f"Open {FOLDER}/step.html, or start with: .venv/bin/chainrule explain --x 1,2 --y 0")


def page() -> None:
    """The page: how to open it, and one that is a file."""
    heading(5, "The page: train, step, go back, and ask why, in a browser")
    X, y = cr.data.spiral(300, seed=0)
    net = cr.Network([2, 4, 4, 2], hidden="tanh", seed=0)
    file = FOLDER / "run.html"
    try:
        cr.page.save(
            file, net, X[::2], y[::2], epochs=1000, validation_data=(X[1::2], y[1::2]), batch_size=20
        )
        show(
            f"  {file.name:<18}  a training to play, step and question, with its own engine: {_megabytes(file)}"
        )
    except cr.ChainruleError as error:
        show(f"  {file.name:<18}  not written: {error}")
    show("open the page on the worked example:  .venv/bin/chainrule play")
    show("or on data, or on a model:            .venv/bin/chainrule play spiral")


def _megabytes(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:.0f} MB"


def main() -> None:
    """Run the five parts."""
    started = time.perf_counter()
    FOLDER.mkdir(exist_ok=True)
    np.set_printoptions(suppress=True)
    trace = one_step()
    training()
    digits()
    pictures(trace)
    page()
    show(f"done in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
