"""The results that the project quotes, measured: the worked example's training, and MNIST.

    python benchmarks/results.py [--only worked | mnist] [--write]

With --write they go to docs/results.md, else they are printed. MNIST takes about ten minutes on two processors.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule.examples import worked_training

PAGE = Path(__file__).parent.parent / "docs" / "results.md"
SEEDS = 20
EPOCHS = 20
DROPOUT = 0.2
DOCUMENTED = 3
KEPT = (
    "Every line read back",
    "scikit-learn's estimators",
    "Mistakes found",
    "Two mistakes in one line",
    "Proof-reading",
    "Why it isn't learning",
    "Real tables",
)  # sections that other benchmarks write


def worked_example() -> list[str]:
    """The training run of the worked example, over 20 seeds."""
    rows, below, right = [], 0, 0
    for seed in range(SEEDS):
        net, X, y = worked_training(seed)
        history = net.fit(X, y, epochs=1000, optimizer=cr.SGD(0.01))
        count = int((net.classify(X) == y).sum())
        below += history.loss[-1] < 0.1
        right += count == len(X)
        losses = "  ".join(f"{history.loss[epoch]:.4f}" for epoch in range(99, 1000, 100))
        mark = "  (the documented seed)" if seed == DOCUMENTED else ""
        rows.append(f"{seed:>4}  {losses}  {count:>3}{mark}")
    return [
        "## The worked example's training",
        "",
        "2 → 3 relu → 2 softmax on 200 points, weights from 0.01 · standard normal, full batch, gradient descent,",
        "η = 0.01, 1000 epochs. Loss at epochs 100, 200, …, 1000, and how many of the 200 points are right at the end.",
        "",
        "```text",
        "seed  " + "  ".join(f"{epoch:>6}" for epoch in range(100, 1001, 100)) + "  right",
        *rows,
        "```",
        "",
        f"Of {SEEDS} seeds, {below} end below 0.1 and {right} have all 200 points right.",
    ]


def mnist() -> list[str]:
    """784-128-10 on MNIST, seeds 0 to 4."""
    try:
        (X, y), (Xt, yt) = cr.data.load("mnist")
    except cr.ChainruleError as error:
        return ["## MNIST", "", f"Left out: {error}"]
    accuracies, rows = [], []
    for seed in range(5):
        net = cr.Network([784, 128, 10], dtype="float32", seed=seed, scaling=cr.Standardize(0.1307, 0.3081))
        history = net.fit(
            X, y, epochs=5, batch_size=100, optimizer=cr.Adam(0.001), seed=seed, validation_data=(Xt, yt)
        )
        accuracies.append(history.validation_accuracy[-1])
        each = "  ".join(f"{value:.2%}" for value in history.validation_accuracy)
        rows.append(f"{seed:>4}  {each}")
    return [
        "## MNIST",
        "",
        "784 → 128 relu → 10 softmax, inputs scaled by mean 0.1307 and standard deviation 0.3081, Adam(0.001), batches",
        "of 100, 5 epochs, float32. Accuracy on the 10,000 test images after each epoch.",
        "",
        "```text",
        "seed  " + "  ".join(f"epoch {epoch}" for epoch in range(1, 6)),
        *rows,
        "```",
        "",
        f"Mean of the five seeds after 5 epochs: {statistics.mean(accuracies):.2%}.",
    ]


def regularized_mnist() -> list[str]:
    """784-512-512-10 on MNIST with dropout, moved images and a cosine schedule, seeds 0 to 2."""
    try:
        (X, y), (Xt, yt) = cr.data.load("mnist")
    except cr.ChainruleError:
        return []
    accuracies, rows = [], []
    for seed in range(3):
        net = cr.Network(
            [
                cr.Dense(784, 512), cr.ReLU(), cr.Dropout(DROPOUT), cr.Dense(512, 512), cr.ReLU(), cr.Dropout(DROPOUT),
                cr.Dense(512, 10), cr.Softmax(),
            ],
            initializer="he", dtype="float32", seed=seed, scaling=cr.Standardize(0.1307, 0.3081),
        )  # fmt: skip
        began = time.perf_counter()
        net.fit(
            X, y, epochs=EPOCHS, batch_size=100, optimizer=cr.Adam(cr.Cosine(0.001)), seed=seed,
            transform=cr.data.Augment((28, 28), shift=2, rotation=10, scaling=0.1),
        )  # fmt: skip
        accuracies.append(float((net.classify(Xt) == yt).mean()))
        rows.append(f"{seed:>4}  {accuracies[-1]:.2%}  {time.perf_counter() - began:.0f} s")
    return [
        "## MNIST, regularized",
        "",
        f"784 → 512 relu → 512 relu → 10 softmax, He's weights, dropout of {DROPOUT:g} behind both hidden layers,",
        "images moved anew in each step (shifts up to 2 pixels, turns up to 10 degrees, scales ±10 %), Adam with a",
        f"cosine from 0.001 to 0, batches of 100, {EPOCHS} epochs, float32. Accuracy on the 10,000 test images,",
        "looked at once, at the end. Made by `make mnist`.",
        "",
        "```text",
        "seed  accuracy  time",
        *rows,
        "```",
        "",
        f"Mean of the three seeds: {statistics.mean(accuracies):.2%}.",
    ]


def put_section(page: Path, lines: list[str]) -> None:
    """Put a section of a page that another benchmark makes in the place of the one before, or at the end."""
    title, sections = lines[0], page.read_text(encoding="utf-8").rstrip("\n").split("\n\n## ")
    told = "\n".join(lines).removeprefix("## ")
    places = [i for i, section in enumerate(sections) if f"## {section}".startswith(f"{title}\n")]
    if places:
        sections[places[0]] = told
    else:
        sections.append(told)
    page.write_text("\n\n## ".join(sections) + "\n", encoding="utf-8")


PARTS = {"worked": (worked_example,), "mnist": (mnist, regularized_mnist)}


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=list(PARTS))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.only:
        print("\n\n".join("\n".join(part()) for part in PARTS[options.only]))
        return
    lines = [
        "# Results",
        "",
        "Made by `python benchmarks/results.py --write`, with MNIST where `CHAINRULE_DATA` says, on "
        f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}.",
    ]
    for parts in PARTS.values():
        for part in parts:
            lines += ["", *part()]
    text = "\n".join(lines) + "\n"
    if options.write:
        kept = [s for s in PAGE.read_text(encoding="utf-8").split("\n\n## ") if s.startswith(KEPT)]
        PAGE.write_text(text, encoding="utf-8")
        for section in kept:
            put_section(PAGE, f"## {section}".rstrip("\n").split("\n"))
    print(text)


if __name__ == "__main__":
    main()
