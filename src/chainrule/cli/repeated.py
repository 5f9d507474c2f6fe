"""A training from several seeds: the figures of each, their mean and their spread."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chainrule.errors import Diverged
from chainrule.utils.columns import aligned

if TYPE_CHECKING:
    from chainrule.experiments import Setup
    from chainrule.network import Network
    from chainrule.training.history import History


def from_seeds(setup: Setup, seeds: Sequence[int], X: Any, y: Any) -> tuple[list[Network], list[History]]:
    """The networks, each trained from a seed; fewer where Ctrl-C ended it."""
    networks, histories = [], []
    for seed in seeds:
        network = setup.make(seed=seed)
        own = copy.deepcopy(
            {name: setup.fitting[name] for name in setup.fitting if name != "validation_data"}
        )
        optimizer = copy.deepcopy(setup.optimizer)
        try:
            history = network.fit(X, y, **{**setup.fitting, **own, "optimizer": optimizer, "seed": seed})
        except Diverged as error:
            raise Diverged(f"seed {seed}: {error}") from error
        networks.append(network)
        histories.append(history)
        if history.interrupted:
            break
    return networks, histories


def table(seeds: Sequence[int], histories: Sequence[History]) -> str:
    """A row for each seed, as its network was kept, and below them the means and standard deviations."""
    from chainrule.experiments.seeds import spread

    figures = [_figures(history) for history in histories]
    names = list(figures[0])
    shown = {name: "{:.2%}" if "accuracy" in name else "{:.4g}" for name in names}
    rows = [["seed", *names]]
    for seed, each in zip(seeds, figures, strict=False):
        rows.append([str(seed), *(shown[name].format(each[name]) for name in names)])
    if len(figures) > 1:
        rows.append(["all", *(spread(name, [each[name] for each in figures]) for name in names)])
    return "\n".join([*aligned(rows), "all: mean ± standard deviation of one training's figure"])


def _figures(history: History) -> dict[str, float]:
    at = (history.restored or history.epochs) - 1
    series = {
        "loss": history.loss,
        "accuracy": history.accuracy,
        "validation loss": history.validation_loss,
        "validation accuracy": history.validation_accuracy,
    }
    return {name: values[at] for name, values in series.items() if values}
