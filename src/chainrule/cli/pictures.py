"""The pictures that commands save, each in the kind that its file's ending says."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import FileError, UnknownName
from chainrule.utils.files import as_path, replacing

if TYPE_CHECKING:
    from chainrule.evaluation import Evaluation
    from chainrule.network import Network
    from chainrule.training.history import History


def save_pictures(
    folder: str, network: Network, history: History, X: Any, y: Any, format: str | None = None
) -> list[Path]:
    """Save the network, its curves and, where it has two inputs or images, the boundary or a grid of digits."""
    from chainrule import plots

    drawn: dict[str, Callable[[], Any]] = {
        "network": lambda: plots.network(network.trace(X[:1], y[:1])),
        "curves": lambda: plots.curves(history),
    }
    classes = network.answers.of_classes and network.answers.count == 1
    if network.inputs == 2 and classes:
        drawn["boundary"] = lambda: plots.boundary(network, X, y)
    elif network.inputs >= 64 and math.isqrt(network.inputs) ** 2 == network.inputs and classes:
        drawn["digits"] = lambda: plots.digits(network, X, y)
    return _saved(folder, drawn, format)


def save_evaluation(
    folder: str, network: Network, found: Evaluation, X: Any, y: Any, format: str | None = None
) -> list[Path]:
    """Save what is taken for what and the calibration, or the predicted numbers over the true ones."""
    from chainrule import plots

    drawn: dict[str, Callable[[], Any]] = {}
    if found.confusion is not None:
        drawn["confusion"] = lambda: plots.confusion(found)
    if found.calibration:
        drawn["calibration"] = lambda: plots.calibration(found)
    if found.kind == "numbers" and network.outputs == 1:
        drawn["predicted"] = lambda: plots.predicted(network, X, y)
    return _saved(folder, drawn, format)


def _saved(folder: str, drawn: Mapping[str, Callable[[], Any]], format: str | None) -> list[Path]:
    return [save_picture(Path(folder) / f"{name}.{format or 'png'}", draw) for name, draw in drawn.items()]


def save_picture(path: str | Path, draw: Callable[[], Any]) -> Path:
    """Draw one picture into a file, whole or not at all."""
    from chainrule.plots import ending_of, written

    path = as_path(path)
    ending = ending_of(path)
    make_folder(str(path.parent))
    picture = written(draw, ending)
    with replacing(path) as file:
        file.write(picture)
    return path


def check_format(format: str | None) -> None:
    """Refuse what is no kind of picture."""
    from chainrule.plots import ENDINGS

    known = [ending[1:] for ending in ENDINGS]
    if format is not None and format not in known:
        raise UnknownName("kind of picture", format, known)


def is_picture(path: str) -> bool:
    """Whether a file's ending says that it is a picture."""
    from chainrule.plots import ENDINGS

    return Path(path).suffix.lower() in ENDINGS


def check_place(option: str, path: str) -> None:
    """Find out before anything long whether a picture can be saved there."""
    from chainrule.cli.output import check_writable
    from chainrule.errors import InputError
    from chainrule.plots import ending_of

    try:
        ending_of(path)
    except InputError as error:
        raise InputError(f"{option} {error}") from None
    if not os.path.isdir(folder := as_path(path).parent):
        make_folder(str(folder))
    check_writable(path)


def make_folder(folder: str) -> None:
    """Make a folder that pictures can be saved in, if it is not there."""
    from chainrule.cli.output import check_writable

    try:
        as_path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder} can't be made: {error.strerror}. Give the name of a folder.") from error
    check_writable(str(as_path(folder) / "network.png"))
