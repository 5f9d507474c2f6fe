"""What is compared: the choices by their names, and the training that each of them stands for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from chainrule.errors import InputError, KindError
from chainrule.experiments.regularizers import regularize
from chainrule.experiments.results import REGULARIZER
from chainrule.experiments.setups import Setup
from chainrule.parts import Function
from chainrule.parts.contract import Activation, Initializer, Loss, Optimizer
from chainrule.parts.named import is_function, takes_rate, with_setting

# What may be varied: one of it, and the argument of Network or of fit that it is.
KINDS = {
    "optimizers": Optimizer.kind,
    "activations": Activation.kind,
    "losses": Loss.kind,
    "initializers": Initializer.kind,
    "regularizers": REGULARIZER,
}
ARGUMENTS = {
    "optimizers": "optimizer",
    "activations": "hidden",
    "losses": "loss",
    "initializers": "initializer",
}


def named(kind: str, given: Any) -> dict[str, Any]:
    """The choices by the names that the table shows.

    Parameters
    ----------
    kind : of `KINDS`
    given : a list of names and parts, or a dict of them with names of one's own
    """
    if isinstance(given, Mapping):
        found = {str(name): choice for name, choice in given.items()}
    elif isinstance(given, list | tuple):
        found = {}
        for choice in given:
            name = choice if isinstance(choice, str) else _written(choice)
            if name in found:
                raise InputError(
                    f"the {kind} have {name} twice: leave one out, or give a dict with a name for each."
                )
            found[name] = choice
    else:
        raise KindError(f"{kind} = {given!r} is no list: write {kind}=[…], with names or parts.")
    if not found:
        raise InputError(f"{kind} is empty: there is nothing to compare.")
    return found


def _written(choice: Any) -> str:
    return str(Function(choice) if is_function(choice) else choice)


def setup_for(kind: str, given: Any, base: Setup, rate: float | None) -> Setup:
    """The training that a choice stands for.

    Parameters
    ----------
    kind : of `KINDS`
    given : a name, or a part
    base : what the choices have in common; it is left alone
    rate : the learning rate of optimizers that bring no number
    """
    own = Setup(dict(base.network), copy.deepcopy(base.optimizer), dict(base.fitting))
    if kind == "optimizers":
        own.optimizer = copy.deepcopy(Optimizer.of(given))
        if rate is not None and takes_rate(given):
            own.optimizer = with_setting(own.optimizer, "learning_rate", rate)
    elif kind == "regularizers":
        regularize(given, own)
    else:
        of = {"activations": Activation, "losses": Loss, "initializers": Initializer}[kind]
        own.network[ARGUMENTS[kind]] = of.of(given)
    return own
