"""How a training from the command line ends: the threshold, the place of its file, its figures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.cli.parts import Parts
from chainrule.errors import InputError
from chainrule.utils.counts import counted
from chainrule.utils.files import as_path

if TYPE_CHECKING:
    import typer

    from chainrule.network import Network
    from chainrule.training.history import History

BEST = "best"


@dataclass(frozen=True)
class Place:
    """Where a model is to be saved, if anywhere: only a training that came to its end replaces a file."""

    out: str | None

    def save(self, network: Network, interrupted: bool) -> str | None:
        """Save it, and give the place: beside a file that is there, if the training was interrupted."""
        if self.out is None:
            return None
        place = self._beside("interrupted") if interrupted and os.path.exists(as_path(self.out)) else self.out
        network.save(place)
        return place

    def save_diverged(self, network: Network) -> str | None:
        """Save the weights of before a number stopped being finite beside the model's place, and give that."""
        if self.out is None:
            return None
        network.save(place := self._beside("diverged"))
        return place

    def _beside(self, word: str) -> str:
        path = Path(self.out or "")
        return str(path.with_name(f"{path.stem}.{word}{path.suffix}"))


def give_threshold(network: Network, threshold: str) -> None:
    """Give the network a threshold that is a number."""
    try:
        value = float(threshold)
    except ValueError:
        raise InputError(f"--threshold {threshold!r}: it is a number, such as 0.3.") from None
    network.threshold = value


def check_best(network: Network, parts: Parts) -> None:
    """Find out before the training whether the best threshold can be found after it."""
    try:
        network.threshold = 0.5  # refused where there is nothing to part
    except InputError as error:
        raise InputError(str(error).replace("threshold = 0.5", "--threshold best")) from None
    network.threshold = None
    if parts.validation is None:
        raise InputError(
            "--threshold best is found on the validation, and no samples are held out: give --validation."
        )
    labels = set(parts.validation[1].tolist())
    for code, name in enumerate(network.classes or ("0", "1")):
        if code not in labels:
            raise InputError(
                f"--threshold best needs samples of both classes for validation, and there is none of {name!r}: give a "
                "larger --validation."
            )


def choose_threshold(network: Network, parts: Parts) -> None:
    """Give the network the threshold with the best F1 on the validation."""
    from chainrule.evaluation import best_threshold

    assert parts.validation is not None
    network.threshold = best_threshold(network, *parts.validation)


def result(history: History, parts: Parts) -> str:
    """How the training ended, how long it took, and its figures."""
    lines = []
    if history.interrupted and not history.restored:
        lines.append(f"{history.stopped}: the network is kept as it stands")
    elif history.stopped or history.restored:
        lines.append(history.stopped or f"the weights of epoch {history.restored} are restored")
    if history.epochs:
        at = (history.restored or history.epochs) - 1
        seconds = sum(history.seconds)
        rate = history.samples * history.epochs / max(seconds, 1e-9)
        epochs = f"{history.epochs} epoch{'s' if history.epochs > 1 else ''} of {counted(history.samples, 'sample')}"
        lines.append(f"{epochs} in {seconds:.2f} s   {rate:,.0f} samples/s   {history.by()}")
        lines.append(_figures("training", at, history.loss, history.accuracy))
    if history.validation_loss and (watched := parts.watched) is not None:
        name = "test" if parts.validation is None else "validation"
        line = _figures(name, at, history.validation_loss, history.validation_accuracy)
        if history.validation_accuracy:
            count = len(watched[0])
            line += f"   {round(history.validation_accuracy[at] * count):,} of {count:,} right"
        lines += [line, f"  training is the mean over the epoch's steps, {name} is measured after it"]
    return "\n".join(lines)


def _figures(name: str, at: int, loss: list[float], accuracy: list[float]) -> str:
    return f"  {name:10}   loss {loss[at]:.6g}" + (f"   accuracy {accuracy[at]:.2%}" if accuracy else "")


def left(history: History) -> typer.Exit:
    """What leaves a command whose training a signal has ended."""
    import typer

    return typer.Exit(143 if "SIGTERM" in history.stopped else 130)
