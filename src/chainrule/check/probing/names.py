"""What a learner's parameters are called, and which of the step's quantities each of them means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.expressions import names
from chainrule.model.entry import meant
from chainrule.program.program import Program, Quantity

# What the field calls them, in small letters without `_`; the names of the program decide.
ALIASES = {
    "eta": ("lr", "learningrate", "alpha", "stepsize", "rate"),
    "m": ("n", "nsamples", "batchsize", "numsamples"),
    "k": ("nclasses", "classes", "numclasses", "outputs"),
    "mu": ("momentum", "beta", "gamma"),
    "epsilon": ("eps",),
    "t": ("step", "iteration"),
    "x": ("inputs", "input", "data", "xbatch"),
    "y": ("targets", "target", "t", "labels", "ytrue", "yonehot", "onehot", "ybatch"),
    "OUTPUT": (
        "yhat",
        "ypred",
        "yprediction",
        "output",
        "probs",
        "probabilities",
        "prediction",
        "predictions",
    ),
}
# Dictionaries of several.
PARAMETERS = ("params", "parameters", "weights", "theta", "model", "p", "net")
BUFFERS = ("buffers", "running")
GRADIENTS = ("grads", "gradients", "grad")
CACHE = ("cache", "memory", "saved", "activations", "values", "state", "ctx", "forward")

_PARTS = re.compile(r"([A-Za-z]+?)(\d*)((?:_[A-Za-z_]+)?)$")


def plain(name: str) -> str:
    """A name in small letters without `_`, as it is compared."""
    return name.replace("_", "").lower()


def known_name(name: str, program: Program) -> str | None:
    """The quantity that a name means, as a page has it or with other capitals, by a name of the field, or None."""
    every = program.names()
    said = meant(name, every)
    if said in every:
        return said
    same = [each for each in every if plain(each) == plain(name)]
    if len(same) == 1:
        return same[0]
    for ours, others in ALIASES.items():
        ours = program.output if ours == "OUTPUT" else program.data if ours == "x" else ours
        if plain(name) in others and ours in every:
            return ours
    return None


def argument(name: str, of: Quantity | None, program: Program) -> str | None:
    """The quantity that a parameter of a function means.

    Parameters
    ----------
    name : of the parameter
    of : what the function computes, in whose rule names without a number are looked for: z is that of its layer
    """
    if of is not None and of.section == "update":
        own = _of_update(name, of, program)
        if own is not None:
            return own
    if of is not None:
        near = {each for each in _read(of, program) if plain(_without_number(each)) == plain(name)}
        if len(near) == 1:
            return near.pop()
    return known_name(name, program)


def _of_update(name: str, of: Quantity, program: Program) -> str | None:
    """w, dw, and what an optimizer keeps, by the names in its rules: of the parameter that is updated."""
    said, parameter = plain(name), of.parameter
    gradient = program.gradients.get(parameter, f"d{parameter}")
    own = {"w": parameter, "weight": parameter, "parameter": parameter, "param": parameter, "theta": parameter,
           "dw": gradient, "gradient": gradient, "grad": gradient, "g": gradient}  # fmt: skip
    own |= {plain(local): each for each, (local, p) in program.state.items() if p == parameter}
    own |= {
        plain(q.local): q.name for q in program.quantities.values()
        if q.section == "update" and q.parameter == parameter
    }  # fmt: skip
    return own.get(said)


def _without_number(name: str) -> str:
    found = _PARTS.fullmatch(name)
    return name if found is None else found[1] + found[3]


def _read(of: Quantity, program: Program) -> Iterator[str]:
    """What a quantity's rules read, and what these are made from in its layer."""
    ahead, seen = [of.name], set()
    while ahead:
        quantity = program.quantities.get(ahead.pop(0))
        if quantity is None or quantity.name in seen or quantity.place != of.place:
            continue
        seen.add(quantity.name)
        for form in (quantity.rule, quantity.textbook_form):
            for each in () if form is None else names(form):
                yield each.name
                ahead.append(each.name)
