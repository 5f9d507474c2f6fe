"""The pictures that `train --plots` and the demo save."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import FileError
from chainrule.utils.files import as_path, replacing

if TYPE_CHECKING:
    from chainrule.evaluation import Evaluation
    from chainrule.network import Network
    from chainrule.training.history import History


def save_pictures(folder: str, network: Network, history: History, X: Any, y: Any) -> list[Path]:
    """Save the network, its curves and, where it has two inputs or images, the boundary or a grid of digits."""
    from chainrule import plots

    found = [
        save_picture(
            folder, "network.png", lambda ax: plots.network(network.trace(X[:1], y[:1]), ax=ax), (9, 6)
        ),
        save_picture(folder, "curves.png", lambda ax: plots.curves(history, ax=ax), (7, 4.5)),
    ]
    classes = network.answers.of_classes and network.answers.count == 1
    if network.inputs == 2 and classes:
        found.append(
            save_picture(folder, "boundary.png", lambda ax: plots.boundary(network, X, y, ax=ax), (6, 5))
        )
    elif network.inputs >= 64 and math.isqrt(network.inputs) ** 2 == network.inputs and classes:
        found.append(
            save_picture(folder, "digits.png", lambda ax: plots.digits(network, X, y, ax=ax), (7, 7))
        )
    return found


def save_evaluation(folder: str, network: Network, found: Evaluation, X: Any, y: Any) -> list[Path]:
    """Save what is taken for what and the calibration, or the predicted numbers over the true ones."""
    from chainrule import plots

    saved = []
    if found.confusion is not None:
        saved.append(
            save_picture(folder, "confusion.png", lambda ax: plots.confusion(found, ax=ax), (6, 5.5))
        )
    if found.calibration:
        saved.append(
            save_picture(folder, "calibration.png", lambda ax: plots.calibration(found, ax=ax), (5, 5))
        )
    if found.kind == "numbers" and network.outputs == 1:
        saved.append(
            save_picture(folder, "predicted.png", lambda ax: plots.predicted(network, X, y, ax=ax), (5, 5))
        )
    return saved


def save_picture(folder: str, name: str, draw: Callable[[Any], Any], size: tuple[float, float]) -> Path:
    """Draw one picture into a file, whole or not at all."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    make_folder(folder)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.add_subplot())
    path = as_path(folder) / name
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=150)
    return path


def make_folder(folder: str) -> None:
    """Make a folder that pictures can be saved in, if it is not there."""
    from chainrule.cli.output import check_writable

    try:
        as_path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder} can't be made: {error.strerror}. Give the name of a folder.") from error
    check_writable(str(as_path(folder) / "network.png"))
