"""Which units of a layer are drawn: of a wide one the first and the last, and those that a sample is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from chainrule.model.model import Model
from chainrule.parts.contract import Array

WHOLE, SHOWN = 5, 4  # wider layers than WHOLE are shortened, to SHOWN units unless more were asked for
MOST_ASKED = 4  # units that answers ask for: where each output says yes or no, many may say yes


def shown_units(width: int, asked: Iterable[int] = ()) -> list[int]:
    """The units of a layer that are drawn, in their order."""
    if width <= WHOLE:
        return list(range(width))
    found = {0, width - 1, *sorted(set(asked))[:MOST_ASKED]}
    found |= set(sorted(set(range(SHOWN)) - found)[: max(0, SHOWN - len(found))])
    return sorted(found)


def answered_units(net: Model, values: Mapping[str, Array], output: str) -> list[int]:
    """The outputs that a sample is about: its label's, and the one that is predicted."""
    answers = net.decisions
    found: list[int] = []
    if answers.of_classes:
        for name, answer in (("y", answers.given), (output, answers.decide)):
            if name in values:
                chosen = answer(values[name][None])[0]
                found += [int(chosen)] if np.ndim(chosen) == 0 else np.flatnonzero(chosen).tolist()
    return found
