"""The names of a step: each has one owner.

A part's names are local: ``u`` of a layer is ``u1`` in the network. Where two parts would have one name in the network,
that is told; neither takes the other's place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.errors import InputError

# What the program itself states or takes from outside, whichever parts it is made of.
OWN = {
    "m": "the number of samples",
    "k": "the number of outputs",
    "t": "the number of the step",
    "y": "the targets",
    "weight": "the samples' weights",
    "l": "the loss of each sample",
    "L": "the loss",
    "L_data": "the loss of the data",
    "L_penalty": "the penalty's loss",
}


RAW_TARGETS, RESTORED = "y_raw", "yhat"  # where targets are scaled: as they come; and outputs in their unit


def _sign(name: str) -> str:
    """How a page shows a name."""
    from chainrule.notation import display

    return display(name)


@dataclass(eq=False)
class Names:
    """Who has which name.

    Parameters
    ----------
    owners : the names that are taken, and for each what it is, in words
    signs : the names by the signs that pages show them by
    """

    owners: dict[str, str] = field(default_factory=lambda: dict(OWN))
    signs: dict[str, str] = field(default_factory=lambda: {name: name for name in OWN})

    def __contains__(self, name: str) -> bool:
        return name in self.owners

    def shown(self, name: str) -> bool:
        """Whether a page shows one of them as it would show that one."""
        return _sign(name) in self.signs

    def owner(self, name: str) -> str:
        """What has that name, in words."""
        return self.owners[name]

    def copy(self) -> Names:
        """The same names, to which others may be added."""
        return Names(dict(self.owners), dict(self.signs))

    def release(self, name: str) -> None:
        """Let a name go."""
        del self.owners[name], self.signs[_sign(name)]

    def claim(self, name: str, owner: str, between: bool = False) -> str:
        """Take a name.

        Parameters
        ----------
        name : in the network, such as ``"u1"``
        owner : what it is to be, in words, such as ``"the noise u of Dropout(0.5)"``
        between : whether a layer with weights before it would give it another name

        Raises
        ------
        InputError : if it is taken, or a page would show both by one sign; naming both
        """
        sign = _sign(name)
        if (other := self.signs.get(sign, name)) != name:
            raise InputError(
                f"{name}, {owner}, and {other}, {self.owners[other]}, would both be told as {sign}: give one of them "
                "another name."
            )
        if name in self.owners:
            first = self.owners[name]
            advice = "give it another name" if name in OWN else "give one of them another name"
            if between and name not in OWN:
                advice += ", or put a layer with weights between the two"
            raise InputError(f"{name} is {first}, and can't be {owner} as well: {advice}.")
        self.owners[name], self.signs[sign] = owner, name
        return name


def buffer_name(local: str, number: int) -> str:
    """The name of a layer's buffer: ``mu_run`` → ``mu1_run``."""
    base, mark, rest = local.partition("_")
    return f"{base}{number or ''}{mark}{rest}"


def of_target(local: str) -> str:
    """The name of what scales targets has, such as a constant: ``center`` → ``y_center``."""
    return f"y_{local}"
