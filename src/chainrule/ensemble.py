"""Networks that are asked together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import FileError, InputError, KindError
from chainrule.model.answers import Answers
from chainrule.network import Network, load
from chainrule.parts.contract import Array
from chainrule.utils.files import as_path, files_in

SAME = ("inputs", "outputs", "features", "classes", "answers")


def check_folder(folder: Any, count: int) -> None:
    """Refuse a folder in which other networks would stay beside so many that are saved there."""
    ours = {f"{i}.safetensors" for i in range(count)}
    if others := sorted({path.name for path in _saved_in(folder)} - ours):
        raise FileError(
            f"{folder} holds {others[0]}, which would be taken for one of these {count} networks. Give another folder, "
            "or take that file out of it."
        )


def _saved_in(folder: Any) -> list[Path]:
    """The networks' files in a folder, by their numbers."""
    return sorted(files_in(as_path(folder), ".safetensors"), key=lambda each: (len(each.name), each.name))


class Ensemble:
    """Networks of the same inputs and outputs, trained from several seeds say, whose prediction is their mean.

    Parameters
    ----------
    networks : at least one

    Raises
    ------
    KindError : for what is no network
    InputError : for none at all, and for networks that differ in what goes in or in what comes out

    Source: L. Hansen, P. Salamon, Neural network ensembles, IEEE TPAMI 12, 1990.

    >>> import chainrule as cr
    >>> both = cr.Ensemble([cr.Network([2, 3, 2], seed=seed) for seed in (0, 1)])
    >>> float(both.predict([0.5, 0.5]).sum().round(9))  # a mean of probabilities, which add up to 1
    1.0
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        if not isinstance(networks, list | tuple) or not all(isinstance(each, Network) for each in networks):
            raise KindError(f"{networks!r} is no list of networks.")
        if not networks:
            raise InputError("an ensemble needs a network at least, and the list is empty.")
        self._networks = tuple(networks)
        for i, network in enumerate(networks):
            for name in SAME:
                here, first = getattr(network, name), getattr(networks[0], name)
                if here != first:
                    raise InputError(
                        f"network {i} has the {name} {here}, and network 0 {first}: all must have the same."
                    )

    @property
    def networks(self) -> tuple[Network, ...]:
        """Those that are asked."""
        return self._networks

    def predict(self, X: Any) -> Array:
        """The mean of the networks' outputs (m, outputs)."""
        mean: Array = np.mean([network.predict(X) for network in self.networks], axis=0)
        return mean

    def classify(self, X: Any) -> Array:
        """What the mean says, as for `Network.classify`, by the threshold that the networks have.

        Raises
        ------
        InputError : where they have several, and for networks that name no classes
        """
        from chainrule.training.predicting import check_classifies

        check_classifies(self.networks[0])
        answers: Array = self.decisions.decide(self.predict(X))
        return answers

    @property
    def decisions(self) -> Answers:
        """What the mean says, as for `Network.decisions`.

        Raises
        ------
        InputError : where the networks have several thresholds
        """
        first = self.networks[0]
        for i, network in enumerate(self.networks):
            if network.threshold != first.threshold:
                raise InputError(
                    f"network {i} has the threshold {network.threshold}, and network 0 {first.threshold}: give all "
                    "the same before their mean is asked for classes."
                )
        return first.decisions

    def save(self, folder: Any) -> None:
        """Write a file for each network into a folder, 0.safetensors and so on.

        Raises
        ------
        FileError : where the folder holds other networks, which `load` would take for some of these
        """
        check_folder(folder, len(self))
        for i, network in enumerate(self.networks):
            network.save(as_path(folder) / f"{i}.safetensors")

    @classmethod
    def load(cls, folder: Any) -> Ensemble:
        """The networks of all the files in a folder whose names end with .safetensors, by their names.

        Raises
        ------
        FileError : where there is none
        """
        files = _saved_in(folder)
        if not files:
            raise FileError(
                f"{folder} holds no network: there is no file in it whose name ends with .safetensors."
            )
        return cls([load(path) for path in files])

    def __len__(self) -> int:
        return len(self.networks)

    def __iter__(self) -> Iterator[Network]:
        return iter(self.networks)

    def __getitem__(self, place: int) -> Network:
        network: Network = self.networks[place]
        return network

    def _repr_html_(self) -> str:
        from chainrule.plots import network, shown

        first = self.networks[0]
        return shown(f"{self!r}\nnetwork 0 of {len(self)}:", lambda: network(first))

    def __repr__(self) -> str:
        return f"Ensemble of {len(self)}: {self.networks[0]!r}"
